"""The judgement of a staged batch: findings, quarantined rows, verdicts."""

from __future__ import annotations

import hashlib
from itertools import chain

from expectations.rules.cells import READING, checks_of, text_literal
from expectations.rules.rows import row_checks
from expectations.rules.ruleset import SHIPPED, Ruleset, Thresholds
from expectations.rules.structure import Check, Severity
from expectations.rules.submission import SUBMISSIONS, submission_checks
from expectations.staging import Staging
from expectations.structure import Form

RULESET = "1.0"  # raised whenever a condition changes; findings are kept per version


def version_of(rules: Ruleset) -> str:
    """Name rules: the shipped ones by their version, others by that and a hash of what is set otherwise."""
    text = rules.text
    return f"{RULESET}+{hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else RULESET


# What is held against the good rows of other sheets is judged after these; the submission comes last.
LATER = (("pairs", "surveys"), (SUBMISSIONS,))


def suites(form: Form, limits: Thresholds = SHIPPED.thresholds) -> dict[str, list[Check]]:
    """Return every check by relation, in the order of judgement."""
    rows = row_checks(limits)
    cells = checks_of(form)
    later = [name for phase in LATER for name in phase if name in cells]
    ordered = [name for name in cells if name not in later] + later
    return {name: cells[name] + rows.get(name, []) for name in ordered} | {SUBMISSIONS: submission_checks(limits)}


def phases(form: Form, limits: Thresholds = SHIPPED.thresholds) -> list[dict[str, list[Check]]]:
    """Return the suites in phases: every relation of a phase is judged before the next one is looked at."""
    every = suites(form, limits)
    later = [{name: every.pop(name) for name in phase if name in every} for phase in LATER]
    return [every, *later]


def judge(staging: Staging, rules: Ruleset = SHIPPED) -> None:
    """Judge a loaded batch; fill its tables `findings`, `quarantined` and `verdicts`."""
    from expectations.suites import CHECKED, Gate

    with Gate(staging.url) as gate:
        for phase in phases(staging.form, rules.thresholds):
            checks = {relation: checks for relation, checks in phase.items() if _has_rows(staging, relation)}
            for relation in checks:
                staging.run(f"CREATE OR REPLACE TABLE {CHECKED}{relation} AS SELECT * FROM judged_{relation}")
                staging.run(f"CREATE OR REPLACE VIEW judged_{relation} AS SELECT * FROM {CHECKED}{relation}")
            failing = gate.failing(list(chain.from_iterable(checks.values())))
            for check in failing:
                staging.run(findings_of(check, staging.form, rules.severity(check.rule)))
            for relation in dict.fromkeys(check.relation for check in failing):
                staging.run(_quarantine(relation, staging.form))
        staging.run(_VERDICTS)


def _has_rows(staging: Staging, relation: str) -> bool:
    """Whether there is anything to check: where a relation has no row, none is bad."""
    staged = {READING: "problems", SUBMISSIONS: "deliveries"}.get(relation, f"staged_{relation}")
    return bool(staging.run(f"SELECT 1 FROM {staged} LIMIT 1"))


def findings_of(check: Check, form: Form, severity: Severity) -> str:
    """SQL that adds a finding for every row that fails the check, at its physical row and column letter."""
    if check.relation == READING:
        return f"""
        INSERT INTO findings SELECT delivery, sheet, row, letter, "column", rule, '{severity}', detail
        FROM check_{READING} WHERE {check.bad}"""
    title = text_literal(form.by_name[check.sheet].title) if check.sheet else "NULL"
    column = text_literal(check.column) if check.column else "NULL"
    return f"""
    INSERT INTO findings
    SELECT j.delivery, {title}, coalesce(p.row, j.row), p.letter, {column}, '{check.rule}', '{severity}', j.detail
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
