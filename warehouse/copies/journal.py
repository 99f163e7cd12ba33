"""The journal's tables as sealed bytes that either engine takes back."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from expectations.sealing import StorageKeys, seal, unseal
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import DESTROYED, ERASURE, RETENTION, Entry
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.tables.tables import JOURNAL, tables_of

Tables = dict[str, pa.Table]  # by name
NEVER_UNDONE = (ERASURE, RETENTION, DESTROYED)  # what was destroyed does not come back with an older journal
_ARROW = {
    sa.BigInteger: pa.int64(), sa.Integer: pa.int32(), sa.Date: pa.date32(), sa.DateTime: pa.timestamp("us"),
}  # fmt: skip


def read_journal(connection: sa.Connection) -> Tables:
    """Return every table of the journal in the order of its keys, in types that do not depend on the engine."""
    return {
        table.name: fetch(connection, _spelled(table).order_by(*table.primary_key.columns), _schema(table))
        for table in tables_of().sorted_tables
        if table.schema == JOURNAL
    }


def entries_in(tables: Tables) -> list[Entry]:
    """Return the journal's entries."""
    names = [name for name in Entry.__dataclass_fields__ if name in tables["entries"].column_names]
    return [Entry(**row) for row in tables["entries"].select(names).to_pylist()]


def write_journal(connection: sa.Connection, tables: Tables) -> None:
    """Put the tables in place of what is there; their columns are those of the schema they were read under."""
    for name, rows in tables.items():
        there = sa.Table(name, sa.MetaData(), *(sa.Column(column) for column in rows.column_names), schema=JOURNAL)
        connection.execute(there.delete())
        bulk_insert(connection, there, rows)


def cut(tables: Tables, until: int | datetime) -> Tables:
    """Return the journal as it was at a number or a time; destructions that came later stay in it."""
    entries = entries_in(tables)
    last = until if isinstance(until, int) else _last_known_at(entries, until)
    kept = pa.array([entry.seq for entry in entries if entry.seq <= last or entry.event in NEVER_UNDONE], pa.int64())
    done = {entry.subject for entry in entries if entry.event == DESTROYED}
    if any(entry.event in (ERASURE, RETENTION) and str(entry.seq) not in done for entry in entries):
        raise Misconfigured("В копии есть неоконченное уничтожение: восстановите её целиком, без --until.")
    return {name: rows.filter(pc.is_in(rows["seq"], kept)) for name, rows in tables.items()}


def _last_known_at(entries: list[Entry], moment: datetime) -> int:
    """Return the number of the last entry known at a moment; the tables keep UTC without a zone."""
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return max((entry.seq for entry in entries if entry.known_at <= plain), default=0)


def sealed_table(name: str, rows: pa.Table, keys: StorageKeys) -> bytes:
    """Return a table sealed: senders' folders and tokens of people are in it."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(rows)
    return seal(bytes(sink.getvalue()), _bound(name), keys)


def opened_table(name: str, content: bytes, keys: StorageKeys) -> pa.Table:
    """Return what was sealed; raise Damaged or NoSuchKey."""
    return pa.ipc.open_stream(unseal(content, _bound(name), keys)).read_all()


def _bound(name: str) -> bytes:
    return b"copy:" + name.encode()


def _spelled(table: sa.Table) -> sa.Select:
    """Tokens as text: each engine has another type for them."""
    return sa.select(*(sa.cast(c, sa.Text).label(c.name) if isinstance(c.type, sa.Uuid) else c for c in table.columns))


def _schema(table: sa.Table) -> pa.Schema:
    return pa.schema([(column.name, _arrow(column.type)) for column in table.columns])


def _arrow(kind: sa.types.TypeEngine) -> pa.DataType:
    plain = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return next((arrow for own, arrow in _ARROW.items() if type(plain) is own), pa.string())
