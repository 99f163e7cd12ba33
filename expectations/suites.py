"""The great-expectations gate: which checks a staged batch fails.

The only module that imports great-expectations (4 to 7 s): only a run that has something to check pays for it.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, ClassVar

from expectations.deferred import defer
from expectations.rules import RULES
from expectations.rules.structure import Check, Severity

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
if "great_expectations" not in sys.modules:
    defer("scipy.stats", "altair")  # for expectations about distributions, which we have none of: a third of the import

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

gc.freeze()  # what was imported stays for good, and is not to be looked through for garbage again and again

CHECKED = "check_"  # prefix of the tables that hold a relation's rows as they are judged
_GX_SEVERITY = {Severity.FATAL: "critical", Severity.ERROR: "critical", Severity.WARNING: "warning"}


class GateBroken(RuntimeError):
    """GX could not evaluate an expectation: a defect of ours, named by its rule, never by a value."""


class NoBadRows(gxe.UnexpectedRowsExpectation):
    """Bad rows are counted, never fetched: half the queries, and no row in a result."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)
    _configuration: ExpectationConfiguration | None = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """What GX asks for thirty times a validation, and would make anew each time."""
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, bool]:
        return {"success": metrics["unexpected_rows_query.row_count"] == 0}


def by_rule(checks: list[Check]) -> list[list[Check]]:
    """Group the checks of one rule on one relation: they are one expectation."""
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.relation, check.rule), []).append(check)
    return list(groups.values())


def expectation_of(checks: list[Check], number: int, prefix: str) -> NoBadRows:
    """Return the checks of one rule as an expectation on a batch; `number` finds it again in the results."""
    first, bad = checks[0], " OR ".join(f"({check.bad})" for check in checks)
    return NoBadRows(
        unexpected_rows_query=f"""SELECT delivery, "row" FROM {prefix}{first.relation}
            WHERE ({bad}) AND delivery IN (SELECT delivery FROM {{batch}})""",
        description=RULES[first.rule].title,
        severity=_GX_SEVERITY[RULES[first.rule].severity],
        meta={"number": number, "rule": first.rule},
    )


def suite_of(checks: list[Check], prefix: str = CHECKED) -> ExpectationSuite:
    """Return checks as a suite over the tables of their relations, each named by `prefix` and the relation."""
    expectations = [expectation_of(group, number, prefix) for number, group in enumerate(by_rule(checks))]
    return ExpectationSuite(name="batch", expectations=expectations)


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
        deliveries = self._source.add_table_asset("deliveries", table_name="deliveries")
        self._deliveries = deliveries.add_batch_definition_whole_table("batch")

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.get_engine().dispose()  # GX keeps its last context for good, and with it the database in memory

    def failing(self, checks: list[Check], prefix: str = CHECKED) -> list[Check]:
        """Validate a suite of checks; return those of every rule that some row of the relation fails."""
        if not checks:
            return []
        validation = self._deliveries.get_batch().validate(suite_of(checks, prefix), result_format="BOOLEAN_ONLY")
        groups = by_rule(checks)
        return [check for result in validation.results if not result.success for check in _failed(groups, result)]


def _failed(groups: list[list[Check]], result: Any) -> list[Check]:
    group = groups[result.expectation_config.meta["number"]]
    if result.exception_info.get("raised_exception", True):
        raise GateBroken(f"the expectation of rule {group[0].rule} on {group[0].relation} could not be evaluated")
    return group
