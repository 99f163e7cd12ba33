"""Everything a release says, before it becomes files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from warehouse.proof.evidence import Evidence
from warehouse.release.programme import Programme

REPORTED_KPI = "students_involved"  # indicators.md: «the reported KPI»
PLAN_FULFILMENT = "plan_fulfilment"
FINAL, PROVISIONAL = "final", "provisional"
ON_TIME, LATE, MISSING = "on_time", "late", "missing"
PERCENT = "%"

_OF_FIGURE = {
    "release": pa.string(),
    "indicator": pa.string(),
    "definition": pa.string(),
    "scope_type": pa.string(),
    "scope_code": pa.string(),
    "as_of": pa.date32(),
}
KEY = tuple(_OF_FIGURE)
FIGURES = pa.schema(
    _OF_FIGURE
    | {
        "numerator": pa.decimal128(20, 4),
        "denominator": pa.int64(),
        "value": pa.decimal128(9, 2),
        "target": pa.decimal128(9, 2),
        "meets_target": pa.bool_(),
        "status": pa.string(),
        "expected": pa.int32(),
        "reported": pa.int32(),
        "coverage_students": pa.decimal128(5, 2),
        "low": pa.decimal128(9, 2),
        "high": pa.decimal128(9, 2),
    }
)
PUBLIC_FIGURES = FIGURES.append(pa.field("hidden", pa.string()))  # names of the hidden columns, one space between
INSTITUTIONS = pa.schema([(name, pa.string()) for name in ("code", "name", "kind", "level", "municipality", "region")])
INDICATORS = pa.schema(
    [
        (name, pa.string())
        for name in (
            "code",
            "definition",
            "title",
            "wording",
            "unit",
            "numerator_words",
            "denominator_words",
            "source",
        )
    ]
)
COMPLETENESS = pa.schema(
    {"institution_code": pa.string(), "as_of": pa.date32(), "state": pa.string(), "received_on": pa.date32()}
)
BREAKDOWNS = pa.schema(
    {
        "release": pa.string(),
        "breakdown": pa.string(),
        "member": pa.string(),
        "definition": pa.string(),
        "scope_type": pa.string(),
        "scope_code": pa.string(),
        "as_of": pa.date32(),
        "measure": pa.string(),
        "numerator": pa.int64(),
        "denominator": pa.int64(),
        "value": pa.decimal128(9, 2),
    }
)
BREAKDOWN_KEY = tuple(BREAKDOWNS.names[:8])
MEMBERS = pa.schema(
    {
        "breakdown": pa.string(),
        "definition": pa.string(),
        "place": pa.int64(),
        "member": pa.string(),
        "member_title": pa.string(),
        "title": pa.string(),
        "wording": pa.string(),
        "source": pa.string(),
    }
)
TRAJECTORY = pa.schema(
    _OF_FIGURE
    | {
        "numerator": pa.int64(),
        "denominator": pa.int64(),
        "value": pa.decimal128(9, 2),
        "status": pa.string(),
        "target": pa.decimal128(9, 2),
        "missing": pa.int64(),
        "next_as_of": pa.date32(),
        "next_target": pa.decimal128(9, 2),
        "next_missing": pa.int64(),
        "months": pa.int64(),
        "pace_needed": pa.decimal128(18, 2),
        "pace_so_far": pa.decimal128(18, 2),
        "method": pa.string(),
        "points": pa.int64(),
        "projected": pa.decimal128(9, 2),
        "projected_low": pa.decimal128(9, 2),
        "projected_high": pa.decimal128(9, 2),
        "met_on": pa.date32(),
    }
)
FINDINGS = pa.schema(
    {
        "as_of": pa.date32(),
        "rule": pa.string(),
        "severity": pa.string(),
        "title": pa.string(),
        "deliveries": pa.int64(),
        "findings": pa.int64(),
    }
)
WAITING = pa.schema(
    {
        "as_of": pa.date32(),
        "institution_code": pa.string(),
        "delivery": pa.string(),
        "before": pa.int64(),
        "after": pa.int64(),
    }
)
BREAKS = pa.schema(
    {
        "scope_type": pa.string(),
        "scope_code": pa.string(),
        "happened_on": pa.date32(),
        "kind": pa.string(),
        "before": pa.string(),
        "after": pa.string(),
    }
)
REVISIONS = pa.schema(
    {
        "release": pa.string(),
        "compared_to": pa.string(),
        "indicator": pa.string(),
        "definition": pa.string(),
        "scope_type": pa.string(),
        "scope_code": pa.string(),
        "as_of": pa.date32(),
        "cause": pa.string(),
        "numerator_change": pa.decimal128(20, 4),
        "denominator_change": pa.int64(),
        "value_before": pa.decimal128(9, 2),
        "value_after": pa.decimal128(9, 2),
    }
)
REVISION_KEY = tuple(REVISIONS.names[:8])


@dataclass(frozen=True)
class Public:
    """What makes a package public: the cells of its figures that are hidden, and why no more is said.

    `hidden` names the columns hidden in a figure, by its key without the release. `least` is the smallest count of
    people that is shown. Figures of the dates `left_out` stay as earlier packages published them.
    """

    hidden: Mapping[tuple, frozenset[str]]
    least: int
    left_out: tuple[date, ...] = ()


@dataclass(frozen=True)
class Contents:
    """The frozen figures of one release and what its report tells around them.

    Tables are cast to the schemas of this module and sorted by their keys here, so that equal contents are
    written as equal bytes whatever order a warehouse gave them in.
    """

    release: str
    as_of: date
    known_at: datetime  # aware; printed in its own offset
    figures: pa.Table  # FIGURES: every reporting date up to `as_of` that has submissions
    institutions: pa.Table  # those expected on any of the dates
    indicators: pa.Table  # every (code, definition) of `figures`, in the order they are shown
    completeness: pa.Table
    findings: pa.Table  # of the deliveries in force
    breakdowns: pa.Table = field(default_factory=BREAKDOWNS.empty_table)  # of the dates of `figures`
    members: pa.Table = field(default_factory=MEMBERS.empty_table)  # what the members of breakdowns are called
    trajectory: pa.Table = field(default_factory=TRAJECTORY.empty_table)  # the way to targets from `as_of`
    breaks: pa.Table = field(default_factory=BREAKS.empty_table)  # days from which a scope is not what it was
    revisions: pa.Table = field(default_factory=REVISIONS.empty_table)  # what changed since the release compared to
    compared_to: str | None = None  # that release; None for the first
    waiting: pa.Table = field(default_factory=WAITING.empty_table)  # held deliveries: accepted and not counted yet
    programme: Programme = field(default_factory=Programme)  # documents, milestones, events, surveys at `as_of`
    evidence: Evidence = field(default_factory=Evidence)  # from which every figure follows
    origin: Mapping[str, Any] = field(default_factory=dict)  # what the manifest tells of inputs, rules, code
    scope_titles: Mapping[str, str] = field(default_factory=dict)  # what a municipality or region is called, by code
    public: Public | None = None  # None: the official package, in which nothing is hidden

    def __post_init__(self) -> None:
        if self.known_at.tzinfo is None:
            raise ValueError("known_at has no time zone")
        self._arrange("figures", FIGURES, *KEY)
        self._arrange("institutions", INSTITUTIONS, "code")
        self._arrange("indicators", INDICATORS)
        self._arrange("completeness", COMPLETENESS, "as_of", "institution_code")
        self._arrange("breakdowns", BREAKDOWNS, *BREAKDOWN_KEY)
        self._arrange("members", MEMBERS, "breakdown", "definition", "place")
        self._arrange("trajectory", TRAJECTORY, *KEY)
        self._arrange("findings", FINDINGS, "as_of", "rule")
        self._arrange("waiting", WAITING, "as_of", "institution_code")
        self._arrange("breaks", BREAKS, *BREAKS.names)
        self._arrange("revisions", REVISIONS, *REVISION_KEY)

    def _arrange(self, name: str, schema: pa.Schema, *key: str) -> None:
        table = getattr(self, name).select(schema.names).cast(schema).replace_schema_metadata(None)
        ordered = table.sort_by([(column, "ascending") for column in key]) if key else table
        object.__setattr__(self, name, ordered.combine_chunks())
