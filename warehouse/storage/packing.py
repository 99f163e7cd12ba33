"""A packed lake made of a warehouse, and later what is new: another engine counts the same figures from it."""

from __future__ import annotations

import hmac
import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from warehouse.access.keys import key_id
from warehouse.desk.analysis import Pseudonyms
from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.storage.loading import fetch
from warehouse.storage.packed import FACTS, packed_tables, write_packed, writing
from warehouse.tables.tables import destructions, erasures, table

NOBODYS = ("decided_by", "ground")  # who decided, and on what: no figure asks
MARK = "lake.json"  # says which lake this is, and up to which journal number it knows
NOT_OURS = "{} уже есть, и это не озеро. Озеро пишется в новую папку."
OTHER_KEY = "{}: озеро записано с прежним ключом токенов, люди в нём названы иначе. Запишите его заново в новую папку."
ERASED = (
    "{}: после записи озера стирали личные сведения, а его файлы их помнят. Запишите озеро заново, прежнее удалите."
)


class Mark(NamedTuple):
    """What a lake says of itself; `key` is what the key of its pseudonyms is called."""

    lake: str
    seq: int
    key: str


def pack(connection: sa.Connection, folder: Path, tokens: bytes) -> int:
    """Write a packed lake into a new folder, or add to one what is new since; return how many files.

    In place of tokens it has pseudonyms of this one lake, made of the key of tokens and the lake's own number. A new
    lake is there whole or not at all; what a killed run added is taken away by the next, its ledger came last.
    """
    before = _mark(folder, tokens)
    if before and _erased_since(connection, before.seq):
        raise Misconfigured(ERASED.format(folder))
    lake = before.lake if before else secrets.token_hex(16)
    now = Mark(lake, known_by(connection, None), key_id(_key(tokens, lake)))
    partial = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        files = _write(connection, partial, before.seq if before else 0, now, tokens)
        if before:
            _add(partial, files, folder, before.seq)
        write_durably((folder if before else partial) / MARK, json.dumps(now._asdict()).encode())
        if not before:
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(files)


def _mark(folder: Path, tokens: bytes) -> Mark | None:
    """Return what a folder says of itself, None where there is none yet."""
    if not folder.exists():
        return None
    if not (folder / MARK).exists():
        raise Misconfigured(NOT_OURS.format(folder))
    mark = Mark(**json.loads((folder / MARK).read_text()))
    if key_id(_key(tokens, mark.lake)) != mark.key:
        raise Misconfigured(OTHER_KEY.format(folder))
    return mark


def _key(tokens: bytes, lake: str) -> bytes:
    return hmac.digest(tokens, b"nastavnik lake " + lake.encode(), "sha256")


def _erased_since(connection: sa.Connection, seq: int) -> bool:
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(one).where(one.c.seq > seq).limit(1)).scalar()
        for one in (erasures(), destructions())
    )


def _write(connection: sa.Connection, folder: Path, since: int, now: Mark, tokens: bytes) -> list[str]:
    """Write what became known after a journal number; return the files, those of the ledger last."""
    anew, files = Pseudonyms(_key(tokens, now.lake)), []
    folder.mkdir(mode=0o700, parents=True)
    with writing(folder) as duck:
        for one in sorted(packed_tables(), key=lambda one: one.name == "deliveries"):
            for within, rows in _portions(connection, one, since):
                if since and not rows.num_rows:
                    continue
                name = Path(one.name, within, f"{now.seq:012}.parquet").as_posix()
                duck.register("portion", anew.of(rows))
                write_packed(duck, folder / name, one, "FROM portion")
                files.append(name)
    return files


def _add(partial: Path, files: list[str], folder: Path, since: int) -> None:
    for left in folder.rglob("*.parquet"):
        if int(left.stem) > since:
            left.unlink()
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (partial / name).replace(folder / name)


def _portions(connection: sa.Connection, one: sa.Table, since: int) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a table: those of deliveries by reporting date, in the order they became known; others together."""
    columns = [column for column in one.c if column.name not in NOBODYS]
    number = next((one.c[name] for name in ("seq", "known_seq") if name in one.c), None)
    if number is not None:
        yield "", fetch(connection, sa.select(*columns).where(number > since))
        return
    ledger = table("deliveries")
    of_ledger = sa.select(*columns).join(ledger, ledger.c.delivery == one.c.delivery).where(ledger.c.seq > since)
    if one.name not in FACTS:
        yield "", fetch(connection, of_ledger)
        return
    days = sa.select(ledger.c.as_of).where(ledger.c.as_of.is_not(None), ledger.c.seq > since).distinct()
    for day in connection.execute(days).scalars():
        rows = fetch(connection, of_ledger.where(ledger.c.as_of == day).order_by(ledger.c.seq, one.c.row))
        if rows.num_rows:
            yield f"as_of={day}", rows
