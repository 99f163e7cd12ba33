"""The judgement of a staged batch: findings, quarantined rows, verdicts."""

from __future__ import annotations

from expectations.rules import RULES
from expectations.rules.cells import READING, checks_of, text_literal
from expectations.rules.rows import ROW_CHECKS
from expectations.rules.structure import Check
from expectations.rules.submission import SUBMISSION_CHECKS, SUBMISSIONS
from expectations.staging import Staging
from expectations.structure import Form

RULESET = "1.0"  # raised whenever a condition changes; findings are kept per version


def suites(form: Form) -> dict[str, list[Check]]:
    """Return every check by relation, in the order they are judged.

    Pairs and surveys come after participants: they are held against its good rows. The submission comes last.
    """
    cells = checks_of(form)
    late = {"pairs", "surveys"}
    ordered = [name for name in cells if name not in late] + [name for name in cells if name in late]
    return {name: cells[name] + ROW_CHECKS.get(name, []) for name in ordered} | {SUBMISSIONS: SUBMISSION_CHECKS}


def judge(staging: Staging) -> None:
    """Judge a loaded batch; fill its tables `findings`, `quarantined` and `verdicts`."""
    from expectations.suites import Gate

    gate = Gate(staging.url)
    for relation, checks in suites(staging.form).items():
        staging.run(f"CREATE OR REPLACE TABLE check_{relation} AS SELECT * FROM judged_{relation}")
        if not staging.run(f"SELECT 1 FROM check_{relation} LIMIT 1"):
            continue  # where there is no row, none is bad
        for check in gate.failing(f"check_{relation}", checks):
            staging.run(findings_of(check, staging.form))
        staging.run(_quarantine(relation, staging.form))
    staging.run(_VERDICTS)


def findings_of(check: Check, form: Form) -> str:
    """SQL that adds a finding for every row that fails the check, at its physical row and column letter."""
    severity = RULES[check.rule].severity.value
    if check.relation == READING:
        return f"""
        INSERT INTO findings SELECT delivery, sheet, row, letter, "column", rule, '{severity}', detail
        FROM check_{READING} WHERE {check.bad}"""
    title = text_literal(form.by_name[check.sheet].title) if check.sheet else "NULL"
    return f"""
    INSERT INTO findings
    SELECT j.delivery, {title}, coalesce(p.row, j.row), p.letter, {text_literal(check.column) if check.column else "NULL"},
           '{check.rule}', '{severity}', j.detail
    FROM (SELECT delivery, row, {check.detail or "NULL"} AS detail FROM check_{check.relation} WHERE {check.bad}) j
    LEFT JOIN places p ON p.delivery = j.delivery AND p.sheet = '{check.sheet}' AND p."column" = '{check.column}'"""


def _quarantine(relation: str, form: Form) -> str:
    """SQL that quarantines the rows of errors found so far on this relation's sheet (every sheet after reading)."""
    names = [relation] if relation in form.by_name else [sheet.name for sheet in form.sheets]
    titles = ", ".join(f"({text_literal(form.by_name[n].title)}, '{n}')" for n in names)
    return f"""
    INSERT INTO quarantined
    SELECT DISTINCT f.delivery, s.name, f.row FROM findings f JOIN (VALUES {titles}) s(title, name) ON s.title = f.sheet
    WHERE f.severity = 'error' AND f.row IS NOT NULL
      AND NOT EXISTS (FROM quarantined q WHERE q.delivery = f.delivery AND q.sheet = s.name AND q.row = f.row)"""


_VERDICTS = """
CREATE OR REPLACE TABLE verdicts AS
SELECT d.delivery, CASE WHEN bool_or(f.severity = 'fatal') THEN 'rejected'
                        WHEN bool_or(f.severity = 'error') THEN 'accepted_with_errors' ELSE 'accepted' END AS verdict
FROM deliveries d LEFT JOIN findings f USING (delivery) GROUP BY d.delivery
"""
