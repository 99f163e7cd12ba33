"""The analysts' file: a DuckDB database of its own, without names, tokens or anybody's files.

It holds the documented tables, the views over them and `mentoring.kpi`, which gives the figures of `nastavnik kpi`. In
place of people's tokens it bears pseudonyms of this one file: in the next they are others.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehouse.access.roles import KNOWN, NOT_FOR_ANALYSTS
from warehouse.indicators.identity import NO_SNILS
from warehouse.installation.engine import comment, create_schema, open_engine
from warehouse.installation.home import Home, version
from warehouse.journal.journal import known_by
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.tables.tables import JOURNAL, MENTORING, tables_of
from warehouse.tables.views import create_views

TOKENS = ("snils_token", "name_token", "person")  # the columns that tell people apart
PSEUDONYM = "псевдоним человека в этом файле, в другом файле он другой: {}"
CLOSED, FOR_THE_GROUP = 0o400, 0o440  # inside the home; where somebody chose a place for it


@dataclass(frozen=True)
class Made:
    """The file, the journal's last number in it, and whether it was made now or held all of it already."""

    path: Path
    seq: int
    fresh: bool


def make_analysis(home: Home, output: Path | None = None) -> Made:
    """Write the analysts' file, whole or not at all; leave one that holds everything known already.

    It is written anew each time, so that no page of it ever held anything else.
    """
    path = (output or home.settings.analysis).absolute()
    with home.reading() as connection:
        seq = known_by(connection, None)
        if path.exists() and _held(path) == (seq, version()):
            return Made(path, seq, fresh=False)
        home.audit("analysis", str(seq))
        if output is None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{path.name}.part")
        try:
            _write(connection, partial, seq)
            partial.chmod(CLOSED if output is None else FOR_THE_GROUP)
            partial.replace(path)
        finally:
            for left in (partial, partial.with_name(f"{partial.name}.wal")):
                left.unlink(missing_ok=True)
    return Made(path, seq, fresh=True)


def refresh_analysis(home: Home) -> None:
    """Bring the file in the home up to date; a server's analysts read the warehouse itself, by their role."""
    if home.settings.embedded:
        make_analysis(home)


def _held(path: Path) -> tuple[int, str] | None:
    """What a file was made of; None where it is none of ours."""
    engine = open_engine(f"duckdb:///{path}", read_only=True)
    try:
        with engine.connect() as connection:
            row = connection.execute(sa.select(_made_of(sa.MetaData()))).one()
            return row.seq, row.version
    except sa.exc.SQLAlchemyError:
        return None
    finally:
        engine.dispose()


def _made_of(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "analysis_file", metadata,
        sa.Column("seq", sa.BigInteger, comment="последняя запись журнала, известная файлу", nullable=False),
        sa.Column("version", sa.Text, comment="версия программы, сделавшей файл", nullable=False),
        schema=MENTORING, comment="Из чего сделан этот файл",
    )  # fmt: skip


def documented() -> sa.MetaData:
    """Return the tables an analyst gets: those of schema `mentoring` that hold results, and the journal's numbers."""
    metadata = sa.MetaData()
    for table in tables_of().tables.values():
        if table.schema == MENTORING and table.name not in NOT_FOR_ANALYSTS:
            copy = table.to_metadata(metadata)
            for name in TOKENS:
                if name in copy.c:
                    copy.c[name].comment = PSEUDONYM.format(copy.c[name].comment)
    entries = tables_of().tables[f"{JOURNAL}.entries"]
    columns = [sa.Column(name, entries.c[name].type, comment=entries.c[name].comment) for name in KNOWN]
    sa.Table(entries.name, metadata, *columns, schema=JOURNAL, comment=entries.comment)
    return metadata


def _write(source: sa.Connection, path: Path, seq: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    engine = open_engine(f"duckdb:///{path}")
    tables, anew = documented(), Pseudonyms()
    try:
        with engine.begin() as connection:
            create_schema(connection, tables)
            for table in tables.sorted_tables:
                bulk_insert(connection, table, anew.of(fetch(source, _ordered(table))))
            made = _made_of(tables)
            made.create(connection)
            connection.execute(made.insert().values(seq=seq, version=version()))
            create_views(connection)
        with engine.begin() as connection:
            comment(connection, tables)
        with engine.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
    finally:
        engine.dispose()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _ordered(table: sa.Table) -> sa.Select:
    """The rows of a table in an order that tokens have no part in."""
    own = tables_of().tables[f"{table.schema}.{table.name}"]
    columns = [own.c[column.name] for column in table.columns]
    return sa.select(*columns).order_by(*(column for column in columns if column.name not in TOKENS))


class Pseudonyms:
    """People's pseudonyms of one file or lake, alike for alike tokens: without a key, by one that is never kept."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def of(self, rows: pa.Table) -> pa.Table:
        """Return the rows with pseudonyms in place of tokens."""
        for name in TOKENS:
            if name in rows.column_names:
                place = rows.column_names.index(name)
                rows = rows.set_column(place, name, self._column(rows[name]))
        return rows

    def _column(self, tokens: pa.ChunkedArray) -> pa.Array:
        texts = pc.cast(tokens, pa.string()).combine_chunks().dictionary_encode()
        made = [self._one(token) for token in texts.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(texts.indices, pa.array(made, pa.string())).dictionary_decode()

    def _one(self, token: str) -> str:
        if token == NO_SNILS:
            return token
        return str(UUID(bytes=blake2b(UUID(token).bytes, key=self._key, digest_size=16).digest()))
