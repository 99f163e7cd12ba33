"""The evidence of a release: counts from which every published figure follows, and the records they were held against.

No row is a person: people are counted by pattern, that is by the set of institutions that told of them and what they
were there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehouse.tables.reference import REFERENCE

PLACES = pa.schema(
    {
        "as_of": pa.date32(),
        "institution_code": pa.string(),
        "kind": pa.string(),
        "municipality": pa.string(),
        "region": pa.string(),
        "reported": pa.bool_(),
        "on_time": pa.bool_(),
        "enrolled": pa.int64(),
        "last_enrolled": pa.int64(),
    }
)
AMOUNTS = pa.schema(
    {
        "as_of": pa.date32(),
        "institution_code": pa.string(),
        "measure": pa.string(),
        "amount": pa.float64(),
        "last_known": pa.float64(),
    }
)
PEOPLE = pa.schema(
    {
        "as_of": pa.date32(),
        "source": pa.string(),
        "pattern": pa.int32(),
        "institution_code": pa.string(),
        "measures": pa.string(),
        "people": pa.int64(),
    }
)
PART_PEOPLE = pa.schema(
    {
        "as_of": pa.date32(),
        "breakdown": pa.string(),
        "pattern": pa.int32(),
        "institution_code": pa.string(),
        "measures": pa.string(),
        "people": pa.int64(),
    }
)
PART_AMOUNTS = pa.schema(
    {
        "as_of": pa.date32(),
        "breakdown": pa.string(),
        "institution_code": pa.string(),
        "measure": pa.string(),
        "amount": pa.int64(),
    }
)
DELIVERIES = pa.schema(
    {"as_of": pa.date32(), "institution_code": pa.string(), "delivery": pa.string(), "sha256": pa.string()}
)
_ARROW: dict[type, pa.DataType] = {
    sa.Text: pa.string(),
    sa.Date: pa.date32(),
    sa.BigInteger: pa.int64(),
    sa.Numeric: pa.decimal128(9, 2),
}


def reference_schema(name: str) -> pa.Schema:
    """Return the columns of a reference file, typed."""
    kinds = {f.name: f.kind if isinstance(f.kind, type) else type(f.kind) for f in REFERENCE[name][1]}
    return pa.schema([(column, _ARROW[kind]) for column, kind in kinds.items()])


SCHEMAS = {
    "places": PLACES,
    "amounts": AMOUNTS,
    "people": PEOPLE,
    "breakdown_people": PART_PEOPLE,
    "breakdown_amounts": PART_AMOUNTS,
    "deliveries": DELIVERIES,
    "institutions": reference_schema("institutions"),
    "targets": reference_schema("targets"),
}
KEYS = {
    "places": ("as_of", "institution_code"),
    "amounts": ("as_of", "institution_code", "measure"),
    "people": ("as_of", "source", "pattern", "institution_code"),
    "breakdown_people": ("as_of", "breakdown", "pattern", "institution_code"),
    "breakdown_amounts": ("as_of", "breakdown", "institution_code", "measure"),
    "deliveries": ("as_of", "institution_code"),
} | {name: tuple(f.name for f in REFERENCE[name][1] if f.key) for name in ("institutions", "targets")}


def _empty(name: str) -> Callable[[], pa.Table]:
    return lambda: SCHEMAS[name].empty_table()


@dataclass(frozen=True)
class Evidence:
    """Tables of SCHEMAS, sorted by KEYS, and the definitions as `described` tells them."""

    places: pa.Table = field(default_factory=_empty("places"))
    amounts: pa.Table = field(default_factory=_empty("amounts"))
    people: pa.Table = field(default_factory=_empty("people"))
    breakdown_people: pa.Table = field(default_factory=_empty("breakdown_people"))
    breakdown_amounts: pa.Table = field(default_factory=_empty("breakdown_amounts"))
    deliveries: pa.Table = field(default_factory=_empty("deliveries"))
    institutions: pa.Table = field(default_factory=_empty("institutions"))
    targets: pa.Table = field(default_factory=_empty("targets"))
    definitions: dict[str, Any] = field(default_factory=lambda: {"counted": {}, "measures": {}, "definitions": []})

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            rows = getattr(self, name).select(schema.names).cast(schema).replace_schema_metadata(None)
            ordered = rows.sort_by([(column, "ascending") for column in KEYS[name]])
            object.__setattr__(self, name, ordered.combine_chunks())
