"""What a judged batch leaves to keep: Arrow tables for the warehouse, the lake and the vault."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy

import pyarrow as pa
import pyarrow.compute as pc

from expectations.form import FORM, MENTEE, MENTOR
from expectations.judge import version_of
from expectations.rules.cells import text_literal
from expectations.rules.resting import said_of_warnings
from expectations.rules.rows import PAIR_KEY
from expectations.rules.ruleset import SHIPPED, Ruleset
from expectations.rules.structure import Severity
from expectations.staging import Staging
from expectations.structure import Sheet

_ACCEPTED = "JOIN (SELECT delivery FROM verdicts WHERE verdict <> 'rejected') USING (delivery)"
_AGE = "year(h.as_of) + 1 - year(s.birth_date) - (strftime(s.birth_date, '%m%d') > '0101')::INTEGER"

_EXTRA = {
    "participants": (f", s.snils_token, s.name_token, ({_AGE})::INTEGER AS age", "JOIN headers h USING (delivery)"),
    "pairs": (
        ", s.mentor_id_row AS mentor_row, s.mentee_id_row AS mentee_row, row_number() OVER (PARTITION BY delivery, "
        f"{', '.join(PAIR_KEY)} ORDER BY s.row) = 1 AS counted",
        "",
    ),
    "surveys": (
        ", p.row AS participant_row, p.snils_token, p.name_token",
        "JOIN good_participants p USING (delivery, participant_id)",
    ),
}


def _columns(sheet: Sheet) -> str:
    return ", ".join(f's."{column.name}"' for column in sheet.stored)


def _sheet_rows(sheet: Sheet) -> str:
    extra, join = _EXTRA.get(sheet.name, ("", ""))
    return f"""SELECT s.delivery, s.row, {_columns(sheet)}{extra} FROM good_{sheet.name} s {join} {_ACCEPTED}
    ORDER BY s.delivery, s.row"""


def _labelled_row(sheet: Sheet) -> str:
    """A vertical sheet is one record: a bad cell is left out of it, the others stay."""
    columns = ", ".join(
        f'CASE WHEN NOT coalesce(list_contains(b.bad, \'{c.name}\'), FALSE) THEN s."{c.name}" END AS "{c.name}"'
        for c in sheet.stored
    )
    return f"""SELECT s.delivery, s.row, {columns} FROM staged_{sheet.name} s
    LEFT JOIN (SELECT delivery, list("column") AS bad FROM findings
               WHERE sheet = {text_literal(sheet.title)} AND severity = 'error' GROUP BY 1) b USING (delivery)
    {_ACCEPTED} ORDER BY s.delivery"""


def _participations() -> str:
    roles = ((MENTOR, "mentor_id_row"), (MENTEE, "mentee_id_row"))
    return " UNION ALL ".join(
        f"""SELECT q.delivery, q.row, {text_literal(role)} AS role, p.row AS participant_row,
        p.snils_token, p.name_token, p.category, p.age, q.form, q.started_on, q.ended_on
        FROM good_pairs q JOIN kept_participants p ON p.delivery = q.delivery AND p.row = q.{column}"""
        for role, column in roles
    ) + " ORDER BY delivery, row, role"  # fmt: skip


def _vault_rows(sheet: Sheet) -> str:
    """Personal columns of the kept rows; people without consent, or who withdrew it, are left out."""
    columns = ", ".join(f's."{column.name}"' for column in sheet.personal)
    if sheet.vertical:
        return f"SELECT s.delivery, s.row, {columns} FROM staged_{sheet.name} s {_ACCEPTED}"
    consent = (
        "WHERE s.consent_date IS NOT NULL AND NOT coalesce(s.consent_withdrawn <= h.as_of, FALSE)"
        if "consent_date" in sheet.by_name
        else ""
    )
    return f"""SELECT s.delivery, s.row, {columns}
    FROM good_{sheet.name} s JOIN headers h USING (delivery) {_ACCEPTED} {consent}"""


_SEVERITIES = "CASE severity WHEN 'fatal' THEN 0 WHEN 'error' THEN 1 ELSE 2 END"
_FINDINGS = f"""
SELECT delivery,
       (row_number() OVER (PARTITION BY delivery ORDER BY {_SEVERITIES}, sheet NULLS FIRST, row NULLS FIRST,
                           length(letter), letter, rule, detail))::INTEGER AS number,
       {{ruleset}} AS ruleset, sheet, row, letter, "column", rule, severity, detail
FROM findings ORDER BY delivery, number
"""
_COUNTS = """
SELECT c.delivery, c.sheet, c.rows_read,
       CASE WHEN v.verdict = 'rejected' THEN 0
            ELSE c.rows_read - c.rows_skipped - coalesce(q.bad, 0) END::INTEGER AS rows_stored,
       CASE WHEN v.verdict = 'rejected' THEN c.rows_read - c.rows_skipped
            ELSE coalesce(q.bad, 0) END::INTEGER AS rows_quarantined,
       c.rows_skipped
FROM counts c JOIN verdicts v USING (delivery)
LEFT JOIN (SELECT delivery, sheet, count(*) AS bad FROM quarantined GROUP BY ALL) q USING (delivery, sheet)
ORDER BY c.delivery, c.sheet
"""
_LEDGER = """
SELECT h.delivery, h.folder, h.as_of, h.content_hash, v.verdict,
       h.received_on > h.due_on AS late, h.enrolled, h.involved,
       coalesce(c.read, 0)::INTEGER AS rows_read, coalesce(c.stored, 0)::INTEGER AS rows_stored,
       coalesce(c.quarantined, 0)::INTEGER AS rows_quarantined, coalesce(c.skipped, 0)::INTEGER AS rows_skipped
FROM check_submissions h JOIN verdicts v USING (delivery)
LEFT JOIN (SELECT delivery, sum(rows_read) AS read, sum(rows_stored) AS stored, sum(rows_quarantined) AS quarantined,
                  sum(rows_skipped) AS skipped FROM kept_counts GROUP BY 1) c USING (delivery)
"""


class Kept:
    """Everything of one batch, judged by some rules, that is to be stored: Arrow tables by name."""

    def __init__(self, staging: Staging, rules: Ruleset = SHIPPED) -> None:
        self.limits = rules.thresholds
        horizontal = [sheet for sheet in FORM.sheets if not sheet.vertical]
        statements = {sheet.name: _sheet_rows(sheet) for sheet in horizontal}
        statements |= {sheet.name: _labelled_row(sheet) for sheet in FORM.sheets if sheet.vertical}
        self.facts: dict[str, pa.Table] = {name: staging.fetch(text) for name, text in statements.items()}
        staging.put("kept_participants", self.facts["participants"])
        self.facts["participations"] = staging.fetch(_participations())
        self.vault = {sheet.name: staging.fetch(_vault_rows(sheet)) for sheet in FORM.sheets if sheet.personal}
        self.findings = staging.fetch(_FINDINGS.format(ruleset=text_literal(version_of(rules))))
        staging.put("kept_findings", self.findings)
        warned = self.findings.filter(pc.field("severity") == Severity.WARNING)["rule"].unique().to_pylist()
        # people's cells: to be hashed, not stored
        self.warnings = staging.fetch(said_of_warnings("kept_findings", warned))
        self.sheet_counts = staging.fetch(_COUNTS)
        staging.put("kept_counts", self.sheet_counts)
        self.ledger = {row["delivery"]: row for row in staging.fetch(_LEDGER).to_pylist()}

    def only(self, deliveries: Collection[str]) -> Kept:
        """Return what is to be stored of some of the deliveries."""
        chosen, wanted = copy(self), pa.array(sorted(deliveries), pa.string())

        def theirs(rows: pa.Table) -> pa.Table:
            return rows.filter(pc.is_in(rows["delivery"], wanted))

        chosen.facts = {name: theirs(rows) for name, rows in self.facts.items()}
        chosen.vault = {name: theirs(rows) for name, rows in self.vault.items()}
        chosen.findings, chosen.warnings = theirs(self.findings), theirs(self.warnings)
        chosen.sheet_counts = theirs(self.sheet_counts)
        chosen.ledger = {name: row for name, row in self.ledger.items() if name in deliveries}
        return chosen
