"""Loading of reference files: register, plans, targets, calendar, milestones."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import REFERENCE as REFERENCE_EVENT
from warehouse.journal.journal import Entry, Journal, known_by
from warehouse.storage.loading import insert_rows
from warehouse.storage.received import ReceivedFiles
from warehouse.tables.reference import LOADS, REFERENCE, Field
from warehouse.tables.tables import table

if TYPE_CHECKING:
    from warehouse.register.targets import Judgement

LARGEST = 64 * 1024 * 1024  # bytes of a file: several times a country's register
NEEDED = ("institutions", "reporting_dates")  # without a row of these nobody could send anything


def _value(field: Field, text: str) -> object:
    if not text:
        if field.required:
            raise ValueError("пустое обязательное значение")
        return None
    kind = field.kind if isinstance(field.kind, type) else type(field.kind)
    if issubclass(kind, sa.Date):
        return date.fromisoformat(text)
    if issubclass(kind, sa.BigInteger):
        return int(text)
    return Decimal(text) if issubclass(kind, sa.Numeric) else text


def parse_reference(name: str, text: str, *, strict: bool = True) -> list[dict[str, object]]:
    """Read a reference file; raise Misconfigured with file, line and column of the first thing amiss.

    Not `strict`, it reads as earlier versions loaded: a column twice, cells beyond the columns, quotes amiss.
    """
    fields = REFERENCE[name][1]
    lines = io.StringIO(text.removeprefix("\ufeff"), newline=None)  # any line ends, wherever the text comes from
    reader = csv.DictReader(lines, strict=strict)
    have, wanted = reader.fieldnames or [], [field.name for field in fields]
    if set(have) != set(wanted) or (strict and len(have) > len(wanted)):
        raise Misconfigured(f"{name}.csv: ожидаются столбцы {', '.join(wanted)}.")
    rows, seen = [], set()
    for record in _records(name, reader):
        if strict and None in record:
            told = "ячеек больше, чем столбцов. Значение с запятой пишут в кавычках."
            raise Misconfigured(f"{name}.csv, строка {reader.line_num}: {told}")
        row = {}
        for field in fields:
            try:
                row[field.name] = _value(field, (record[field.name] or "").strip())
            except (ValueError, InvalidOperation):
                raise Misconfigured(
                    f"{name}.csv, строка {reader.line_num}, столбец {field.name}: неверное значение."
                ) from None
        key = tuple(row[f.name] for f in fields if f.key)
        if key in seen:
            raise Misconfigured(f"{name}.csv, строка {reader.line_num}: ключ уже встречался.")
        seen.add(key)
        rows.append(row)
    return rows


def _records(name: str, reader: csv.DictReader[str]) -> Iterator[dict[str | Any, str | Any]]:
    try:
        yield from reader
    except csv.Error:
        told = "кавычки не закрыты или стоят внутри значения."
        raise Misconfigured(f"{name}.csv, после строки {reader.line_num}: {told}") from None


def _text(name: str, content: bytes) -> str:
    if len(content) > LARGEST:
        raise Misconfigured(f"{name}.csv: файл больше {LARGEST // 1024 // 1024} МБ.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Misconfigured(f"{name}.csv: файл не в UTF-8. Сохраните его как «CSV UTF-8».") from None


def load_reference(connection: sa.Connection, received: ReceivedFiles, folder: Path, at: datetime) -> dict[str, int]:
    """Load whichever reference files lie in `folder`; return the rows of each. A file replaces its table whole."""
    from warehouse.register.sense import check_sense

    paths = {name: folder / f"{name}.csv" for name in REFERENCE}
    contents = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    if not contents:
        raise Misconfigured(f"В папке нет ни одного справочника ({', '.join(f'{n}.csv' for n in REFERENCE)}).")
    parsed = {name: parse_reference(name, _text(name, content)) for name, content in contents.items()}
    _check_rows(parsed)
    check_sense(parsed)
    _check_register(connection, parsed)
    _check_targets(connection, parsed)
    journal = Journal(connection)
    for name, rows in parsed.items():
        kept = received.receive_from(io.BytesIO(contents[name]), LARGEST)
        entry = journal.add(REFERENCE_EVENT, name, at, sha256=kept.sha256, size=kept.size)
        _insert(connection, name, rows, entry)
    journal.write()
    os.sync()  # the journal never names bytes that a power cut could take
    return {name: len(rows) for name, rows in parsed.items()}


def _check_rows(parsed: dict[str, list[dict[str, object]]]) -> None:
    for name in NEEDED:
        if name in parsed and not parsed[name]:
            raise Misconfigured(
                f"{name}.csv: в файле только заголовок. Справочники не заменены. Если этот менять не нужно, уберите "
                "файл из папки."
            )


def _check_register(connection: sa.Connection, parsed: dict[str, list[dict[str, object]]]) -> None:
    """Hold the register and its successions against each other, as they will be after the load."""
    from warehouse.register.successions import check_register

    names = ("institutions", "successions")
    if parsed.keys() & set(names):
        check_register(*(parsed[name] if name in parsed else _known_now(connection, name) for name in names))


def _check_targets(connection: sa.Connection, parsed: dict[str, list[dict[str, object]]]) -> None:
    """Hold new targets against definitions, register and calendar, as they will be after the load."""
    from warehouse.register.targets import shortened

    if "targets" in parsed and (wrong := _judged_targets(connection, parsed).errors):
        raise Misconfigured("\n".join(["targets.csv не загружен:", *shortened(wrong)]))


def _judged_targets(connection: sa.Connection, parsed: dict[str, list[dict[str, object]]]) -> Judgement:
    from warehouse.register.targets import judge_targets

    names = ("targets", "institutions", "reporting_dates")
    return judge_targets(*(parsed[name] if name in parsed else _known_now(connection, name) for name in names))


def odd_targets(connection: sa.Connection) -> list[str]:
    """Return what is odd or wrong about the targets as known now, in Russian."""
    found = _judged_targets(connection, {})
    return found.errors + found.warnings


def _known_now(connection: sa.Connection, name: str) -> list[dict[str, object]]:
    known = known_reference(name, known_by(connection, None))
    return [dict(row) for row in connection.execute(sa.select(known)).mappings()]


def _insert(connection: sa.Connection, name: str, rows: list[dict[str, object]], entry: Entry) -> None:
    insert_rows(connection, table(LOADS), [{"seq": entry.seq, "name": name}])
    insert_rows(connection, table(name), [row | {"known_seq": entry.seq} for row in rows])


def replay_reference(connection: sa.Connection, received: ReceivedFiles, entry: Entry) -> None:
    """Load again what a journal entry once brought."""
    text = received.read(entry.sha256 or "").decode()
    _insert(connection, entry.subject, parse_reference(entry.subject, text, strict=False), entry)


def shipped_reference() -> Path:
    """Return the folder of the order's own reference data."""
    return Path(str(files("warehouse"))) / "seed"


def known_reference(name: str, seq: int | sa.ColumnElement[int]) -> sa.Subquery:
    """Return a reference table as known at a journal number: its last load up to then."""
    whole = table(name)
    return sa.select(whole).where(whole.c.known_seq == last_load(name, seq)).subquery(name)


def last_load(name: str, seq: int | sa.ColumnElement[int]) -> sa.ScalarSelect:
    """Return the journal number of a reference table's last load, as known at a journal number."""
    loads = table(LOADS)
    return sa.select(sa.func.max(loads.c.seq)).where(loads.c.name == name, loads.c.seq <= seq).scalar_subquery()


def last_entries(seq: int | sa.ColumnElement[int], until: date | None = None) -> sa.Subquery:
    """Return one entry of the register for each institution known: the last one that begins by a day."""
    known = known_reference("institutions", seq)
    rank = sa.func.row_number().over(partition_by=known.c.code, order_by=known.c.valid_from.desc())
    ranked = sa.select(known, rank.label("rank"))
    if until is not None:
        ranked = ranked.where(known.c.valid_from <= until)
    entries = ranked.subquery("entries")
    columns = [column for column in entries.c if column.name != "rank"]
    return sa.select(*columns).where(entries.c.rank == 1).subquery("last_entries")
