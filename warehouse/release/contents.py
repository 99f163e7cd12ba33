"""Everything a release says, before it becomes files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

REPORTED_KPI = "students_involved"  # indicators.md: «the reported KPI»
PLAN_FULFILMENT = "plan_fulfilment"
FINAL, PROVISIONAL = "final", "provisional"
ON_TIME, LATE, MISSING = "on_time", "late", "missing"
PERCENT = "%"

FIGURES = pa.schema(
    {
        "release": pa.string(),
        "indicator": pa.string(),
        "definition": pa.string(),
        "scope_type": pa.string(),
        "scope_code": pa.string(),
        "as_of": pa.date32(),
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
KEY = ("release", "indicator", "definition", "scope_type", "scope_code", "as_of")
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
FORMS = pa.schema({"as_of": pa.date32(), "form": pa.string(), "pairs": pa.int64(), "students": pa.int64()})
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
    forms: pa.Table  # the whole of what the release covers
    findings: pa.Table  # of the deliveries in force
    scope_titles: Mapping[str, str] = field(default_factory=dict)  # what a municipality or region is called, by code

    def __post_init__(self) -> None:
        if self.known_at.tzinfo is None:
            raise ValueError("known_at has no time zone")
        self._arrange("figures", FIGURES, *KEY)
        self._arrange("institutions", INSTITUTIONS, "code")
        self._arrange("indicators", INDICATORS)
        self._arrange("completeness", COMPLETENESS, "as_of", "institution_code")
        self._arrange("forms", FORMS, "as_of", "form")
        self._arrange("findings", FINDINGS, "as_of", "rule")

    def _arrange(self, name: str, schema: pa.Schema, *key: str) -> None:
        table = getattr(self, name).select(schema.names).cast(schema).replace_schema_metadata(None)
        ordered = table.sort_by([(column, "ascending") for column in key]) if key else table
        object.__setattr__(self, name, ordered.combine_chunks())
