"""The number of the schema, noted in the database itself; a program works only with the number it knows.

Two stores have one each: the warehouse, whose journal and ledger are migrated, and the vault. Everything else in them
is computed and has no number: an upgrade makes it anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from warehouse.installation.settings import Misconfigured
from warehouse.tables.tables import JOURNAL, MENTORING, VAULT, tables_of, vault_of

HEAD = "0002"  # the newest of migrations/versions; kept here so that opening a home imports no Alembic
LEDGER = ("deliveries", "withdrawals", "holds", "confirmations", "restated", "pending_receipts", "releases")
VERSIONS, NUMBER = "schema_version", "version_num"  # the second name is Alembic's


@dataclass(frozen=True)
class Store:
    """One numbered part of an installation; `name` is what migrations call it."""

    name: str
    schema: str  # where its number stands

    @property
    def versions(self) -> sa.Table:
        """The table of one row that holds the number, as Alembic makes it."""
        column = sa.Column(NUMBER, sa.String(32), nullable=False, primary_key=True)
        return sa.Table(VERSIONS, sa.MetaData(), column, schema=self.schema)


WAREHOUSE, KEPT_APART = Store("warehouse", JOURNAL), Store("vault", VAULT)


def migrated(store: Store) -> list[sa.Table]:
    """Return the tables of a store whose rows a migration keeps."""
    if store is KEPT_APART:
        return list(vault_of().tables.values())
    tables = tables_of().tables.values()
    return [one for one in tables if one.schema == JOURNAL or (one.schema == MENTORING and one.name in LEDGER)]


def computed() -> list[sa.Table]:
    """Return the tables that a rebuild fills, the ledger's left out."""
    return [one for one in tables_of().tables.values() if one.schema == MENTORING and one.name not in LEDGER]


def number_of(connection: sa.Connection, store: Store) -> str | None:
    """Return the number noted in a database; None where none is."""
    if not sa.inspect(connection).has_table(VERSIONS, schema=store.schema):
        return None
    return connection.execute(sa.select(store.versions)).scalar()


def changed_tables(connection: sa.Connection) -> list[str]:
    """Return the computed tables that are there in other columns than the declared ones."""
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names(schema=MENTORING))
    return [
        one.name
        for one in computed()
        if one.name in there
        and {column["name"] for column in inspector.get_columns(one.name, schema=MENTORING)} != set(one.c.keys())
    ]


def require_declared(connection: sa.Connection) -> None:
    """Raise Misconfigured where a computed table is of another version of the program."""
    if changed := changed_tables(connection):
        raise Misconfigured(
            f"Таблицы сделаны другой версией программы: {', '.join(changed)}. Пересоздайте их: nastavnik upgrade."
        )


def note_head(connection: sa.Connection, store: Store) -> None:
    """Note in a database just made from the declared tables that it has the newest number."""
    store.versions.create(connection, checkfirst=True)
    if connection.execute(sa.select(store.versions)).first() is None:
        connection.execute(store.versions.insert().values({NUMBER: HEAD}))


def require_head(number: str | None) -> None:
    """Raise Misconfigured, with what to do, where a database has another number than this program's."""
    if number is None:
        raise Misconfigured(
            "Данные сделаны версией программы, которая ещё не нумеровала схему. Сделайте копию папки и базы, затем "
            "выполните nastavnik upgrade."
        )
    if number < HEAD:
        raise Misconfigured(
            f"Данные прежней версии: схема {number}, программе нужна {HEAD}. Сделайте копию прежней версией программы "
            "(nastavnik backup), затем выполните nastavnik upgrade."
        )
    if number > HEAD:
        raise Misconfigured(
            f"Данные сделаны более новой версией программы: схема {number}, эта знает {HEAD}. Верните новую версию, "
            f"или ею же вернитесь назад: nastavnik upgrade --down --to {HEAD}."
        )
