"""Restatements: rules adopted for reporting dates, deliveries judged anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade(store: str) -> None:
    """Add the tables of restatements, and the place that a delivery judged anew took over."""
    if store != "warehouse":
        return
    op.add_column("deliveries", sa.Column("arrived_seq", sa.BigInteger), schema="mentoring")
    op.create_table(
        "restatements",
        _key(),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("ruleset", sa.Text),
        sa.Column("rules", sa.Text),
        schema="journal",
    )
    op.create_table(
        "restated",
        _key(),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("by_delivery", sa.Text, nullable=False),
        schema="mentoring",
    )
    if op.get_context().dialect.name == "postgresql":
        for column in ("delivery", "by_delivery"):
            op.create_index(f"ix_restated_{column}", "restated", [column], schema="mentoring")


def downgrade(store: str) -> None:
    """Take away what was added: a program that knows no restatements sees the first judgement of every file."""
    if store != "warehouse":
        return
    op.drop_table("restated", schema="mentoring")
    op.drop_table("restatements", schema="journal")
    op.drop_column("deliveries", "arrived_seq", schema="mentoring")


def _key() -> sa.Column:
    return sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False)
