"""When the vault is held against the ledger: after a run that did not come to its end, and never after one that did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from expectations.arrow import personal_schema
from expectations.form import FORM
from tests.installations import ENGINES, installation, vault_rows
from warehouse.ingestion.strays import without_strays
from warehouse.installation.home import Home
from warehouse.storage.vault import keep_identities


class Killed(Exception):
    """Stands for the end of a process."""


def keep(home: Home, delivery: str) -> None:
    """Keep one person of a delivery, as a batch does before its commit."""
    schema = personal_schema(FORM.by_name["pairs"])
    row = dict.fromkeys(schema.names) | {"delivery": delivery, "row": 2, "pair_id": "П-1"}
    keep_identities(home.vault, {"pairs": pa.Table.from_pylist([row], schema)}, [delivery])


def kept(home: Home) -> int:
    return len(vault_rows(home)["personal.pairs"])


@contextmanager
def asked(*engines: sa.Engine) -> Iterator[list[str]]:
    """Collect the statements that engines are asked."""
    told: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        told.append(statement)

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("engine", ENGINES)
def test_strays_are_looked_for_after_a_kill_alone(tmp_path: Path, request: pytest.FixtureRequest, engine: str) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
    with installation(tmp_path / "home", url) as home:
        keep(home, "a" * 16)  # by a program that knew no mark
        with without_strays(home):
            assert kept(home) == 0
        with suppress(Killed), without_strays(home):
            keep(home, "b" * 16)
            raise Killed
        assert kept(home) == 1
        with without_strays(home):
            assert kept(home) == 0
        with asked(home.engine, home.vault.engine) as statements, without_strays(home):
            assert statements == []
