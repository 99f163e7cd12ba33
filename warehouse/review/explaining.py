"""Explaining warnings, and taking an explanation back."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from expectations.rules import RULES
from expectations.rules.catalogue import ACROSS
from expectations.rules.resting import explainable, version_of
from expectations.rules.structure import Severity
from expectations.rules.wording import Finding
from warehouse.findings.listing import findings_of
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import EXPLANATION, UNEXPLAINED, Entry, Journal
from warehouse.journal.ledger import ACCEPTED, restated_as
from warehouse.journal.notes import sign
from warehouse.review.explained import explanations, listed
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table

_NUMBERS = re.compile(r"\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*", re.ASCII)


def explain(home: Home, delivery: str, which: str, text: str, at: datetime, decided_by: str) -> tuple[Entry, int]:
    """Record why some warnings of an accepted delivery are right as they are; return the entry and how many.

    `which` names them by their numbers in the protocol («3», «3,5-7») or by a rule: all that it warned of there.
    The text is kept sealed. Raises Misconfigured, with nothing kept, where one of them cannot be explained.
    """
    with home.writing() as connection:
        home.notes.forget_strays(connection)
        found = _chosen(connection, delivery, which)
        journal = Journal(connection)
        entry = journal.add(EXPLANATION, delivery, at)
        journal.write()
        sign(connection, entry.seq, decided_by, home.notes.write(text))
        rows = [_row(entry, number, delivery, one) for number, one in enumerate(found, 1)]
        insert_rows(connection, explanations(), rows)
    return entry, len(found)


def _row(entry: Entry, number: int, delivery: str, one: Finding) -> dict[str, object]:
    return {
        "seq": entry.seq, "number": number, "delivery": delivery, "rule": one.rule, "version": version_of(one.rule),
        "sheet": one.sheet, "row": one.row, "letter": one.letter, "detail": one.detail,
    }  # fmt: skip


def unexplain(connection: sa.Connection, number: int, at: datetime, decided_by: str) -> Entry:
    """Take an explanation back by its number; Misconfigured where there is none in effect."""
    if number not in {one.explained.seq for one in listed(connection)}:
        raise Misconfigured(f"Действующего пояснения № {number} нет. Все пояснения: nastavnik explanations list.")
    journal = Journal(connection)
    entry = journal.add(UNEXPLAINED, str(number), at)
    journal.write()
    sign(connection, entry.seq, decided_by, None)
    return entry


def _chosen(connection: sa.Connection, delivery: str, which: str) -> list[Finding]:
    findings = _findings(connection, delivery)
    if which in ACROSS:
        raise Misconfigured(
            f"{which}: это замечание между сдачами. Его снимает решение о людях: nastavnik persons queue."
        )
    if which in RULES:
        chosen = [one for one in findings if one.rule == which]
        if not chosen:
            raise Misconfigured(f"В сдаче {delivery} нет замечаний по правилу {which}.")
    else:
        chosen = [_numbered(findings, number) for number in _numbers(which, len(findings))]
    for one in chosen:
        if one.severity != Severity.WARNING or one.rule not in explainable():
            raise Misconfigured(
                f"«{RULES[one.rule].title}» — {Severity(one.severity).russian}, а поясняют только предупреждения: "
                "строка с ошибкой не считается, что о ней ни скажи. Исправьте книгу и пришлите её снова."
            )
    return chosen


def _findings(connection: sa.Connection, delivery: str) -> list[Finding]:
    ledger = table("deliveries")
    one = connection.execute(sa.select(ledger).where(ledger.c.delivery == delivery)).first()
    if one is None:
        raise Misconfigured(f"Сдачи {delivery} нет. Номер сдачи — в протоколе и в nastavnik findings --format csv.")
    if one.verdict == "duplicate":
        raise Misconfigured(f"Сдача {delivery} — повтор сдачи {one.duplicate_of}: поясняют замечания к той.")
    if (other := restated_as(connection, delivery)) is not None:
        raise Misconfigured(f"Сдача {delivery} пересмотрена: её место заняла {other}, номера замечаний — её.")
    if one.verdict not in ACCEPTED:
        raise Misconfigured(f"Сдача {delivery} не принята: исправьте книгу и пришлите её снова, потом поясните.")
    return findings_of(connection, [delivery])[delivery]


def _numbers(which: str, most: int) -> list[int]:
    if not _NUMBERS.fullmatch(which):
        raise Misconfigured(
            f"«{which}»: ожидается номер замечания из протокола (3 или 3,5-7) или код правила, например "
            "late-submission. Номера покажет nastavnik findings --delivery СДАЧА."
        )
    found: list[int] = []
    for part in which.split(","):
        first, _, last = part.partition("-")
        if last and int(last) < int(first):
            raise Misconfigured(f"«{part}»: номера идут от меньшего к большему: {last}-{first}.")
        found += range(int(first), min(int(last or first), most + 1) + 1) or [int(first)]
    return list(dict.fromkeys(found))


def _numbered(findings: list[Finding], number: int) -> Finding:
    if not 1 <= number <= len(findings):
        raise Misconfigured(f"Замечания № {number} в этой сдаче нет: их {len(findings)}.")
    return findings[number - 1]
