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
    """Tell a reading process what holds for every file."""
    connection.send_bytes(json.dumps({"key": key.hex(), "limits": asdict(limits)}).encode())


def receive_start(connection: Connection) -> tuple[bytes, Limits]:
    """Receive the key and the limits."""
    start = json.loads(connection.recv_bytes())
    return bytes.fromhex(start["key"]), Limits(**start["limits"])


def send_path(connection: Connection, path: Path) -> None:
    """Name the next file."""
    connection.send_bytes(os.fsencode(path))


def receive_path(connection: Connection) -> Path:
    """Wait for the next file; raise EOFError when there is none."""
    return Path(os.fsdecode(connection.recv_bytes()))


def send_reading(connection: Connection, reading: Reading) -> None:
    """Send READ and all that was read."""
    connection.send_bytes(READ)
    connection.send_bytes(reading.content_hash.encode())
    sheets = (reading.sheets[name] for name in NAMES)
    for table in (*sheets, reading.problems, reading.places, reading.counts):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        connection.send_bytes(sink.getvalue())


def receive_reading(connection: Connection) -> Reading:
    """Receive what follows READ."""
    content_hash = connection.recv_bytes().decode()
    *sheets, problems, places, counts = [
        pa.ipc.open_stream(connection.recv_bytes()).read_all() for _ in range(len(NAMES) + 3)
    ]
    return Reading(dict(zip(NAMES, sheets, strict=True)), problems, places, counts, content_hash)


def send_trouble(connection: Connection, kind: bytes, detail: str = "") -> None:
    """Send why a file was not read."""
    connection.send_bytes(kind)
    connection.send_bytes(detail.encode())
