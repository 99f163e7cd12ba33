"""What PostgreSQL finds rows by; DuckDB scans a column sooner than it keeps an index while rows are loaded in bulk."""

from __future__ import annotations

import sqlalchemy as sa

LOOKED_UP = {  # beside the facts, which are all looked up by delivery
    "mentoring.deliveries": (("sha256",), ("institution_code", "as_of", "seq")),
    "mentoring.restated": (("by_delivery",),),
    "journal.entries": (("arrival",),),
}


def add_indexes(metadata: sa.MetaData) -> None:
    """Index what an intake looks up: it must not read all that came before."""
    for name, table in metadata.tables.items():
        ways = LOOKED_UP.get(name, ())
        if "delivery" in table.c and not table.c.delivery.unique:
            ways = (("delivery",), *ways)
        for columns in ways:
            index = sa.Index(f"ix_{table.name}_{columns[0]}", *(table.c[column] for column in columns))
            index.ddl_if(dialect="postgresql")
