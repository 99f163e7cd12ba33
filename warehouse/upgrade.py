"""Tables of an older version brought to their present shape; what is merely new is created beside them."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.loading import insert_rows
from warehouse.tables import MENTORING, table

KEYS = sa.text(
    "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = :schema AND table_name = :name"
)


def upgrade(connection: sa.Connection) -> None:
    """Give the register of institutions its wider key, (code, valid_from), with every row it holds."""
    register = table("institutions")
    key = set(connection.execute(KEYS, {"schema": MENTORING, "name": register.name}).scalars())
    if not key or "valid_from" in key:
        return
    rows = [dict(row) for row in connection.execute(sa.select(register)).mappings()]
    register.drop(connection)
    register.create(connection)
    insert_rows(connection, register, rows)
