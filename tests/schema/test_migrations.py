"""Migrations: they give the declared tables on both engines, and keep every row on the way up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.installations import ENGINES
from warehouse.installation.engine import create_schema, open_engine
from warehouse.schema.migrating import EMPTY, migrate, numbers, steps
from warehouse.schema.version import HEAD, KEPT_APART, VERSIONS, WAREHOUSE, Store, migrated, note_head, number_of

STORES = (WAREHOUSE, KEPT_APART)
SCHEMAS = ("journal", "mentoring", "personal")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "duckdb":
        yield f"duckdb:///{tmp_path / 'a.duckdb'}"
        return
    from tests.postgres import fresh_database

    with fresh_database(request.getfixturevalue("postgres_url")) as made:
        yield made


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def shape(connection: sa.Connection) -> dict[str, list]:
    """Return columns, keys and indexes of every table, by name."""
    inspector = sa.inspect(connection)
    told: dict[str, list] = {}
    for schema in SCHEMAS:
        for name in inspector.get_table_names(schema=schema):
            columns = inspector.get_columns(name, schema=schema)
            told[f"{schema}.{name}"] = [
                [(one["name"], str(one["type"]), one["nullable"]) for one in columns],
                sorted(map(str, _constraints(connection, schema, name))),
            ]
    return told


def _constraints(connection: sa.Connection, schema: str, name: str) -> list:
    if connection.dialect.name == "duckdb":
        text = (
            "SELECT constraint_type, constraint_column_names FROM duckdb_constraints() "
            "WHERE schema_name = $1 AND table_name = $2"
        )
        return connection.exec_driver_sql(text.replace("$1", f"'{schema}'").replace("$2", f"'{name}'")).all()
    inspector = sa.inspect(connection)
    return [
        inspector.get_pk_constraint(name, schema=schema)["constrained_columns"],
        *([one["column_names"]] for one in inspector.get_unique_constraints(name, schema=schema)),
        *((one["name"], one["column_names"]) for one in inspector.get_indexes(name, schema=schema)),
    ]


def declare(connection: sa.Connection, store: Store) -> None:
    metadata = sa.MetaData()
    for table in migrated(store):
        table.to_metadata(metadata)
    create_schema(connection, metadata)
    note_head(connection, store)


def test_the_program_knows_the_newest_number() -> None:
    assert numbers()[-1] == HEAD
    assert numbers() == sorted(numbers())


def test_migrations_give_the_declared_tables(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shapes = []
    for make in (declare, lambda connection, store: migrate(connection, store, HEAD)):
        engine = open_engine(url)
        with engine.connect() as connection:
            for store in STORES:
                make(connection, store)
            assert [number_of(connection, store) for store in STORES] == [HEAD, HEAD]
            shapes.append(shape(connection))
            connection.rollback()
        engine.dispose()
    assert len(shapes[0]) == 17
    assert shapes[0] == shapes[1]


def some_row(table: sa.Table) -> dict[str, object]:
    """Return a row that a table takes, whatever its columns."""
    import datetime
    import uuid

    made = {int: 7, str: "слово", bytes: b"\x01", bool: True, datetime.date: datetime.date(2021, 12, 31)}
    made |= {datetime.datetime: datetime.datetime(2022, 1, 10, 12, 30)}  # noqa: DTZ001 (as the tables keep them)
    return {
        column.name: str(uuid.UUID(int=5)) if "UUID" in str(column.type).upper() else made[column.type.python_type]
        for column in table.columns
    }


def tables(connection: sa.Connection, store: Store) -> list[sa.Table]:
    """Return the tables of a store as they are in the database."""
    inspector = sa.inspect(connection)
    names = [(schema, name) for schema in SCHEMAS for name in inspector.get_table_names(schema=schema)]
    own = {(one.schema, one.name) for one in migrated(store)}
    return [
        sa.Table(name, sa.MetaData(), *_columns(inspector, schema, name), schema=schema)
        for schema, name in sorted(own.intersection(names))
    ]


def _columns(inspector: sa.Inspector, schema: str, name: str) -> list[sa.Column]:
    return [sa.Column(one["name"], one["type"]) for one in inspector.get_columns(name, schema=schema)]


def contents(connection: sa.Connection, store: Store) -> dict[str, list]:
    return {
        one.fullname: [dict(row._mapping) for row in connection.execute(sa.select(one))]
        for one in tables(connection, store)
    }


def test_rows_of_every_number_survive_the_way_up_and_down(engine: sa.Engine, with_one_more: Path) -> None:
    for number in numbers(with_one_more):
        with engine.connect() as connection:
            for store in STORES:
                migrate(connection, store, number, with_one_more)
                for table in tables(connection, store):
                    connection.execute(table.insert().values(some_row(table)))
                before = contents(connection, store)
                assert all(len(rows) == 1 for rows in before.values())
                migrate(connection, store, numbers(with_one_more)[-1], with_one_more)
                after = contents(connection, store)
                assert {name: kept(after.pop(name), rows) for name, rows in before.items()} == before
                assert not any(after.values())  # tables that came on the way
                migrate(connection, store, number, with_one_more)
                assert contents(connection, store) == before
                migrate(connection, store, EMPTY, with_one_more)
                assert contents(connection, store) == {}
            connection.rollback()


def kept(rows: list[dict], before: list[dict]) -> list[dict]:
    """Return rows in the columns that they had before."""
    return [{name: row[name] for name in old} for row, old in zip(rows, before, strict=True)]


def test_the_example_changes_something(engine: sa.Engine, with_one_more: Path) -> None:
    with engine.begin() as connection:
        migrate(connection, WAREHOUSE, "0003", with_one_more)
        assert "channel" in {one["name"] for one in sa.inspect(connection).get_columns("entries", schema="journal")}
        assert number_of(connection, WAREHOUSE) == "0003"


def test_the_way_is_told_before_it_is_gone(with_one_more: Path) -> None:
    up, down = steps(None, "0003", with_one_more), steps("0003", "0001", with_one_more)
    assert [(one.number, one.down) for one in up] == [("0001", False), ("0002", False), ("0003", False)]
    assert [(one.number, one.down) for one in down] == [("0003", True), ("0002", True)]
    assert steps(HEAD, HEAD) == []
    with pytest.raises(KeyError, match="9999"):
        steps(HEAD, "9999")


def test_a_number_stands_in_a_table_of_one_row() -> None:
    assert {store.versions.fullname for store in STORES} == {f"journal.{VERSIONS}", f"personal.{VERSIONS}"}
