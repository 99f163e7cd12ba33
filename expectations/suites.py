"""The great-expectations gate: which checks a staged batch fails.

The only module that imports great-expectations (4 to 7 s): only a run that has something to check pays for it.
"""

from __future__ import annotations

import os
from typing import Any

from expectations.rules import RULES
from expectations.rules.structure import Check, Severity

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx  # noqa: E402  (the switch above must come first)
import great_expectations.expectations as gxe  # noqa: E402
from great_expectations.core.expectation_suite import ExpectationSuite  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402


_GX_SEVERITY = {Severity.FATAL: "critical", Severity.ERROR: "critical", Severity.WARNING: "warning"}


class GateBroken(RuntimeError):
    """GX could not evaluate an expectation: a defect of ours, named by its rule, never by a value."""


def expectation_of(check: Check, number: int) -> gxe.Expectation:
    """Return the check as an expectation; `number` finds it again in the results."""
    meta = {"check": number, "rule": check.rule}
    common = {"meta": meta, "severity": _GX_SEVERITY[RULES[check.rule].severity]}
    query = f'SELECT delivery, "row" FROM {{batch}} WHERE {check.bad}'
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=RULES[check.rule].title, **common)


def suite_of(name: str, checks: list[Check]) -> ExpectationSuite:
    """Return the checks of one relation as a suite."""
    return ExpectationSuite(name=name, expectations=[expectation_of(c, n) for n, c in enumerate(checks)])


def _context() -> Any:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


class Gate:
    """The judge of one staging database; BOOLEAN_ONLY, so no result holds a value of a cell.

    A batch validates its suite itself: a checkpoint with its stores says the same and costs twice as much.
    """

    def __init__(self, url: str) -> None:
        self._source = _context().data_sources.add_sql("staging", connection_string=url)

    def failing(self, relation: str, checks: list[Check]) -> list[Check]:
        """Validate the suite of one relation; return the checks that some row fails."""
        asset = self._source.add_table_asset(relation, table_name=relation)
        batch = asset.add_batch_definition_whole_table(relation).get_batch()
        validation = batch.validate(suite_of(relation, checks), result_format="BOOLEAN_ONLY")
        return [_judged(checks, result) for result in validation.results if not result.success]


def _judged(checks: list[Check], result: Any) -> Check:
    check = checks[result.expectation_config.meta["check"]]
    if result.exception_info.get("raised_exception", True):
        raise GateBroken(f"the expectation of rule {check.rule} on {check.relation} could not be evaluated")
    return check
