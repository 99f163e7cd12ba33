"""Baseline: journal, ledger and vault as they were when numbers began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

Column, Text, Integer, BigInteger, Date, DateTime = sa.Column, sa.Text, sa.Integer, sa.BigInteger, sa.Date, sa.DateTime


def upgrade(store: str) -> None:
    """Make the tables of a store."""
    for schema in {"warehouse": ("journal", "mentoring"), "vault": ("personal",)}[store]:
        op.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    if store == "vault":
        _vault()
        return
    _journal()
    _ledger()


def downgrade(store: str) -> None:
    """Drop the tables of a store, with all that is in them."""
    dropped: dict[str, dict[str, tuple[str, ...]]] = {
        "warehouse": {
            "journal": ("entries", "decisions", "erasures", "destructions", "notes", "explanations"),
            "mentoring": ("deliveries", "withdrawals", "holds", "confirmations", "pending_receipts", "releases"),
        },
        "vault": {"personal": ("sealed",)},
    }
    for schema, names in dropped[store].items():
        for name in names:
            op.drop_table(name, schema=schema)


def _journal() -> None:
    op.create_table(
        "entries",
        _key("seq"),
        Column("known_at", DateTime, nullable=False),
        *_texts("event", "subject"),
        Column("sha256", Text),
        Column("size", BigInteger),
        Column("received_at", DateTime),
        Column("arrival", Text),
        Column("as_of", Date),
        Column("definition", Text),
        schema="journal",
    )
    _index("entries", "journal", "arrival")
    op.create_table(
        "decisions",
        _key("seq"),
        *_texts("kind"),
        Column("left_delivery", Text),
        Column("left_row", Integer),
        Column("right_delivery", Text),
        Column("right_row", Integer),
        Column("undoes", BigInteger),
        *_texts("decided_by"),
        Column("ground", Text),
        schema="journal",
    )
    op.create_table(
        "erasures",
        _key("seq"),
        _key("number", Integer),
        Column("snils_token", sa.Uuid),
        Column("name_token", sa.Uuid),
        *_texts("decided_by"),
        schema="journal",
    )
    op.create_table(
        "destructions",
        _key("seq"),
        _key("number", Integer),
        *_texts("kind"),
        Column("delivery", Text),
        Column("sheet", Text),
        Column("row", Integer),
        Column("rows", Integer),
        Column("sha256", Text),
        Column("path", Text),
        schema="journal",
    )
    _index("destructions", "journal")
    op.create_table("notes", _key("seq"), *_texts("decided_by"), Column("note", Text), schema="journal")
    op.create_table(
        "explanations",
        _key("seq"),
        _key("number", Integer),
        *_texts("delivery", "rule", "version"),
        Column("sheet", Text),
        Column("row", Integer),
        Column("letter", Text),
        Column("detail", Text),
        schema="journal",
    )
    _index("explanations", "journal")


def _ledger() -> None:
    op.create_table(
        "deliveries",
        _key("seq"),
        Column("delivery", Text, unique=True, nullable=False),
        *_texts("institution_code"),
        Column("as_of", Date),
        Column("known_at", DateTime, nullable=False),
        Column("received_at", DateTime, nullable=False),
        *_texts("sha256"),
        Column("content_hash", Text),
        *_texts("verdict"),
        Column("duplicate_of", Text),
        Column("late", sa.Boolean),
        *_texts("ruleset", "basis"),
        *(Column(f"rows_{name}", Integer, nullable=False) for name in ("read", "stored", "quarantined", "skipped")),
        Column("enrolled", BigInteger),
        Column("involved", BigInteger),
        schema="mentoring",
    )
    _index("deliveries", "mentoring", "sha256")
    _index("deliveries", "mentoring", "institution_code", "as_of", "seq")
    _of_deliveries("withdrawals", _key("seq"))
    op.create_table("holds", _key("seq"), *_texts("delivery", "compared_to"), schema="mentoring")
    _index("holds", "mentoring")
    _of_deliveries("confirmations", _key("seq"))
    _of_deliveries("pending_receipts")
    op.create_table(
        "releases",
        Column("release", Text, primary_key=True),
        Column("as_of", Date, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("known_at", DateTime, nullable=False),
        *_texts("definition", "figures_sha256"),
        schema="mentoring",
    )


def _of_deliveries(name: str, *columns: sa.Column) -> None:
    op.create_table(name, *columns, *_texts("delivery"), schema="mentoring")
    _index(name, "mentoring")


def _index(name: str, schema: str, *columns: str) -> None:
    """Index, by delivery for no columns, where the engine needs it, as `warehouse/tables/indexes.py` does."""
    if op.get_context().dialect.name == "postgresql":
        found_by = list(columns) or ["delivery"]
        op.create_index(f"ix_{name}_{found_by[0]}", name, found_by, schema=schema)


def _vault() -> None:
    op.create_table(
        "sealed",
        Column("delivery", Text, primary_key=True),
        Column("sheet", Text, primary_key=True),
        Column("rows", Integer, nullable=False),
        Column("sealed", sa.LargeBinary, nullable=False),
        schema="personal",
    )


def _key(name: str, kind: type[sa.Integer] = BigInteger) -> sa.Column:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column]:
    return [Column(name, Text, nullable=False) for name in names]
