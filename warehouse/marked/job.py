"""What the marking process is told: bytes and Arrow tables, nothing that runs."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from expectations.reading.limits import Limits
from expectations.rules.wording import Finding
from expectations.sealing import Opening
from warehouse.marked.evidence import Rows
from warehouse.marked.overview import Answer

_LENGTH = struct.Struct("=Q")
TYPES = (pa.string(), pa.int32(), *[pa.string()] * 5)


class Mode(StrEnum):
    """How a marked workbook is made; each is tried when the one before it cannot be."""

    OWN = "own"  # the sender's own workbook, its XML edited
    ROWS = "rows"  # a workbook of the rows that were read
    BARE = "bare"  # the first sheet alone


@dataclass(frozen=True)
class Job:
    """One file to mark.

    `staged` are columns of IDs and codes by title of the sheet, `folder` is for what is half-done. What somebody
    explained of a warning may name a person, as the workbook itself does.
    """

    source: Path
    sealed: Opening | None
    target: Path
    folder: Path
    mode: Mode
    limits: Limits
    as_of: date | None
    answer: Answer
    findings: list[Finding]
    staged: dict[str, Rows]
    explained: dict[int, str] = field(default_factory=dict)  # words, by the place of a finding from 0


def pack(job: Job) -> bytes:
    """Return a job as bytes."""
    sealed = job.sealed and {"data_key": job.sealed.data_key.hex(), "bound": job.sealed.bound.hex()}
    head = {
        "source": os.fsdecode(job.source), "sealed": sealed, "target": os.fsdecode(job.target),
        "folder": os.fsdecode(job.folder), "mode": job.mode.value, "limits": asdict(job.limits),
        "as_of": job.as_of and job.as_of.isoformat(), "answer": asdict(job.answer), "sheets": list(job.staged),
        "explained": list(job.explained.items()),
    }  # fmt: skip
    columns = list(zip(*job.findings, strict=True)) or [()] * len(TYPES)
    arrays = [pa.array(values, kind).dictionary_encode() for values, kind in zip(columns, TYPES, strict=True)]
    tables = [pa.table(arrays, names=list(Finding._fields)), *map(pa.table, job.staged.values())]
    parts = [json.dumps(head).encode(), *map(_stream, tables)]
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def unpack(content: bytes, *, whole: bool = True) -> Job:
    """Return what `pack` was given; without findings and columns, which may be large, unless the whole is wanted."""
    parts, at = [], 0
    while at < len(content):
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        parts.append(memoryview(content)[at : at + length])
        at += length
    head = json.loads(bytes(parts[0]))
    tables = [pa.ipc.open_stream(part).read_all() for part in parts[1:]] if whole else []
    sheets = head["sheets"] if whole else []
    answer = head["answer"]
    return Job(
        source=Path(head["source"]),
        sealed=head["sealed"] and Opening(*(bytes.fromhex(head["sealed"][name]) for name in ("data_key", "bound"))),
        target=Path(head["target"]),
        folder=Path(head["folder"]),
        mode=Mode(head["mode"]),
        limits=Limits(**head["limits"]),
        as_of=head["as_of"] and date.fromisoformat(head["as_of"]),
        answer=Answer(
            answer["verdict"], answer["title"], answer["next"],
            [tuple(one) for one in answer["facts"]], [tuple(one) for one in answer["counts"]],
        ),
        findings=[Finding(*row) for one in tables[:1] for row in zip(*map(_shared, one.columns), strict=True)],
        staged={title: table.to_pydict() for title, table in zip(sheets, tables[1:], strict=True)},
        explained=dict(head["explained"]),
    )  # fmt: skip


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _shared(column: pa.ChunkedArray) -> list:
    """Return the values of a column, equal ones as one object: there may be half a million findings."""
    chunk = column.combine_chunks()
    values = chunk.dictionary.to_pylist()
    return [None if index is None else values[index] for index in chunk.indices.to_pylist()]
