"""What a reading process and its parent say to each other: bytes and Arrow tables, nothing that runs."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict
from itertools import accumulate
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from expectations.arrow import COUNTS, PLACES, PROBLEMS, staged_schemas
from expectations.reading.limits import Limits
from expectations.reading.reading import Reading
from expectations.sealing import Opening

READY, READ, NO_MEMORY, NOT_OPENED, BUG = b"ready", b"read", b"no-memory", b"not-opened", b"bug"
DAMAGED = b"damaged"
SCHEMAS = staged_schemas()
_TABLES = (*SCHEMAS.values(), PROBLEMS, PLACES, COUNTS)
# The hash and the lengths of the Arrow messages; these begin at multiples of eight bytes, as Arrow wants them.
_HEAD = struct.Struct(f"=64s{len(_TABLES)}Q")


def send_start(connection: Connection, key: bytes, limits: Limits) -> None:
    """Tell a reading process what holds for every file."""
    connection.send_bytes(json.dumps({"key": key.hex(), "limits": asdict(limits)}).encode())


def receive_start(connection: Connection) -> tuple[bytes, Limits]:
    """Receive the key and the limits."""
    start = json.loads(connection.recv_bytes())
    return bytes.fromhex(start["key"]), Limits(**start["limits"])


def send_file(connection: Connection, path: Path, sealed: Opening | None) -> None:
    """Name the next file, with what opens it where it is sealed."""
    by = None if sealed is None else {"data_key": sealed.data_key.hex(), "bound": sealed.bound.hex()}
    connection.send_bytes(json.dumps({"path": os.fsdecode(path), "sealed": by}).encode())


def receive_file(connection: Connection) -> tuple[Path, Opening | None]:
    """Wait for the next file; raise EOFError when there is none."""
    told = json.loads(connection.recv_bytes())
    sealed = told["sealed"] and Opening(*(bytes.fromhex(told["sealed"][name]) for name in ("data_key", "bound")))
    return Path(told["path"]), sealed


def send_reading(connection: Connection, reading: Reading) -> None:
    """Send READ and all that was read, in one piece: every message more would wait for its receiver."""
    sheets = [reading.sheets[name] for name in SCHEMAS]
    batches = [_message(table) for table in (*sheets, reading.problems, reading.places, reading.counts)]
    connection.send_bytes(READ)
    connection.send_bytes(b"".join((_HEAD.pack(reading.content_hash.encode(), *map(len, batches)), *batches)))


def _message(table: pa.Table) -> pa.Buffer | bytes:
    return table.combine_chunks().to_batches()[0].serialize() if table.num_rows else b""


def receive_reading(connection: Connection) -> Reading:
    """Receive what follows READ."""
    content = pa.py_buffer(connection.recv_bytes())
    content_hash, *lengths = _HEAD.unpack_from(content)
    starts = accumulate(lengths, initial=_HEAD.size)
    messages = (content.slice(start, length) for start, length in zip(starts, lengths, strict=False))
    *sheets, problems, places, counts = map(_table, messages, _TABLES)
    return Reading(dict(zip(SCHEMAS, sheets, strict=True)), problems, places, counts, content_hash.decode())


def _table(message: pa.Buffer, schema: pa.Schema) -> pa.Table:
    batches = [pa.ipc.read_record_batch(message, schema)] if message.size else []
    return pa.Table.from_batches(batches, schema)


def send_trouble(connection: Connection, kind: bytes, detail: str = "") -> None:
    """Send why a file was not read."""
    connection.send_bytes(kind)
    connection.send_bytes(detail.encode())
