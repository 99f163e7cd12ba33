"""What a reading process and its parent say to each other: bytes and Arrow tables, nothing that runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from expectations.form import FORM
from expectations.reading.limits import Limits
from expectations.reading.reading import Reading

READY, READ, NO_MEMORY, NOT_OPENED, BUG = b"ready", b"read", b"no-memory", b"not-opened", b"bug"
NAMES = tuple(sheet.name for sheet in FORM.sheets)


def send_start(connection: Connection, key: bytes, limits: Limits) -> None:
    connection.send_bytes(json.dumps({"key": key.hex(), "limits": asdict(limits)}).encode())


def receive_start(connection: Connection) -> tuple[bytes, Limits]:
    start = json.loads(connection.recv_bytes())
    return bytes.fromhex(start["key"]), Limits(**start["limits"])


def send_path(connection: Connection, path: Path) -> None:
    connection.send_bytes(os.fsencode(path))


def receive_path(connection: Connection) -> Path:
    return Path(os.fsdecode(connection.recv_bytes()))


def send_reading(connection: Connection, reading: Reading) -> None:
    connection.send_bytes(READ)
    connection.send_bytes(reading.content_hash.encode())
    for table in (*(reading.sheets[name] for name in NAMES), reading.problems, reading.places, reading.counts):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        connection.send_bytes(sink.getvalue())


def receive_reading(connection: Connection) -> Reading:
    """Receive what follows READ."""
    content_hash = connection.recv_bytes().decode()
    tables = [pa.ipc.open_stream(connection.recv_bytes()).read_all() for _ in range(len(NAMES) + 3)]
    return Reading(dict(zip(NAMES, tables, strict=False)), *tables[len(NAMES) :], content_hash)


def send_trouble(connection: Connection, kind: bytes, detail: str = "") -> None:
    connection.send_bytes(kind)
    connection.send_bytes(detail.encode())
