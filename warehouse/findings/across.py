"""What is found across submissions, once they are loaded: told to either side, nothing of the other's people named.

Unlike the findings of a delivery these are not kept: every newer submission and decision may change them, and they are
of the deliveries in force as known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from expectations.form import FORM
from expectations.rules import RULES
from expectations.rules.wording import Finding
from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.identity import Identity
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import involved
from warehouse.indicators.scopes import roster
from warehouse.indicators.series import reporting_dates
from warehouse.journal.ledger import in_force
from warehouse.persons.candidates import CONFLICT, NEAR_DATE, NEAR_NAME
from warehouse.persons.queue import open_queue
from warehouse.storage.vault import Vault, may_read
from warehouse.tables.tables import table

ACTIVE = "students_involved_active"  # whose numerator tells who takes part on the very date
RULE_OF = {CONFLICT: "snils-conflict", NEAR_NAME: "possible-same-person", NEAR_DATE: "possible-same-person"}
Row = tuple[str, int]  # delivery, row of «Участники»


def findings_across(connection: sa.Connection, vault: Vault, known: Knowledge) -> dict[str, list[Finding]]:
    """Return the findings by delivery, ordered by row and rule; without the clerk's queue where the vault is closed.

    Pairs the clerk has decided are found no more.
    """
    found: dict[Row, dict[str, str | None]] = defaultdict(dict)  # rule, detail
    for row, codes in _memberships(connection, known):
        found[row]["same-kind-double-membership"] = ", ".join(codes)
    for row, rule in _open(connection, vault, known) if may_read(vault) else ():
        found[row][rule] = None
    across: dict[str, list[Finding]] = defaultdict(list)
    title = FORM.by_name["participants"].title
    for (delivery, number), rules in sorted(found.items()):
        for rule, detail in sorted(rules.items()):
            across[delivery].append(Finding(title, number, None, None, rule, RULES[rule].severity.value, detail))
    return across


def _memberships(connection: sa.Connection, known: Knowledge) -> Iterator[tuple[Row, list[str]]]:
    """Rows of students who take part in another institution of the same kind on the same date, and its code."""
    for version, dates in by_version(reporting_dates(connection, known.submissions)).items():
        (measure,) = (one.numerator for one in definitions(version).indicators if one.code == ACTIVE)
        relations, rows = roster(connection, known, dates), table("participations")
        present = relations.in_force
        joined = relations.people.join(present.join(rows, rows.c.delivery == present.c.delivery), rows)
        who = (present.c.as_of, present.c.kind, relations.people.of(rows).label("person"))
        told = (
            sa.select(*who, present.c.told_by, rows.c.delivery, rows.c.participant_row)
            .select_from(joined)
            .where(involved(measure, rows, present))
            .distinct()
            .subquery("told")
        )
        key = [told.c.as_of, told.c.kind, told.c.person]
        several = (
            sa.select(*key).group_by(*key).having(sa.func.count(told.c.told_by.distinct()) > 1).subquery("several")
        )
        same = sa.and_(*(several.c[column.name] == column for column in key))
        people: dict[tuple, list[tuple[str, Row]]] = defaultdict(list)
        for *person, code, delivery, number in connection.execute(sa.select(told).join(several, same)):
            people[tuple(person)].append((code, (delivery, number)))
        for places in people.values():
            codes = {code for code, _ in places}
            yield from ((row, sorted(codes - {code})) for code, row in places)


def _open(connection: sa.Connection, vault: Vault, known: Knowledge) -> Iterator[tuple[Row, str]]:
    """Rows in force of whoever stands in an open pair of the clerk's queue."""
    rules: dict[Identity, set[str]] = defaultdict(set)
    for pair in open_queue(connection, vault, known).pairs:
        for one in (pair.left, pair.right) if pair.kind in RULE_OF else ():
            rules[one].add(RULE_OF[pair.kind])
    if not rules:
        return
    rows, now = table("participants"), in_force(known.submissions, known.corrections, known.rules)
    statement = sa.select(rows.c.delivery, rows.c.row, rows.c.snils_token, rows.c.name_token).join(
        now, now.c.delivery == rows.c.delivery
    )
    for delivery, number, snils, name in connection.execute(statement):
        for rule in rules.get(Identity(snils and str(snils), str(name)), ()):
            yield (delivery, number), rule
