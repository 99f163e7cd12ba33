"""Migrations run by Alembic, programmatically, on either engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from alembic.script import ScriptDirectory

from warehouse.schema.version import VERSIONS, Store, number_of

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY = "base"  # Alembic's word for no number at all


class DuckDB(DefaultImpl):
    """What Alembic must know of DuckDB: nothing beyond standard SQL, and that its DDL is transactional."""

    __dialect__ = "duckdb"
    transactional_ddl = True


@dataclass(frozen=True)
class Step:
    """One migration of a way, `down` or up."""

    number: str
    title: str
    down: bool


def steps(number: str | None, target: str, folder: Path = MIGRATIONS) -> list[Step]:
    """Return the way from a number to another, in order; raise KeyError for a number that no migration has."""
    script, known = ScriptDirectory.from_config(_config(folder)), numbers(folder)
    for one in {number, target} - {None, EMPTY}:
        if one not in known:
            raise KeyError(one)
    here, there = (0 if one in (None, EMPTY) else known.index(one) + 1 for one in (number, target))
    way = known[here:there] if here <= there else known[there:here][::-1]
    return [Step(one, script.get_revision(one).doc, there < here) for one in way]


def numbers(folder: Path = MIGRATIONS) -> list[str]:
    """Return every number, the oldest first."""
    script = ScriptDirectory.from_config(_config(folder))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def migrate(connection: sa.Connection, store: Store, target: str, folder: Path = MIGRATIONS) -> None:
    """Bring one store to a number, up or down, in the caller's transaction."""
    connection.execute(sa.schema.CreateSchema(store.schema, if_not_exists=True))
    config = _config(folder)
    config.attributes |= {"connection": connection, "store": store, "version_table": VERSIONS}
    down = any(step.down for step in steps(number_of(connection, store), target, folder))
    (command.downgrade if down else command.upgrade)(config, target)


def note(connection: sa.Connection, store: Store, number: str, folder: Path = MIGRATIONS) -> None:
    """Note the number of tables that were made before numbers were."""
    config = _config(folder)
    config.attributes |= {"connection": connection, "store": store, "version_table": VERSIONS}
    command.stamp(config, number)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
