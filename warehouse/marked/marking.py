"""Marking on demand: a delivery received, or a file that nobody has submitted yet.

Nothing is kept: the marked workbook holds people's data and is written only where the operator asks, for its sender.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from expectations.form import FORM
from expectations.reading.pool import child_environment
from expectations.reading.reading import Reading
from expectations.rules.wording import Finding
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.installation.temporary import temporary
from warehouse.marked.book import MACROS
from warehouse.marked.evidence import Rows
from warehouse.marked.job import Job, Mode, pack
from warehouse.marked.overview import Answer
from warehouse.storage.received import ReceivedFiles, received_path
from warehouse.tables.tables import table

if TYPE_CHECKING:
    from warehouse.preview.checking import Checked
    from warehouse.receipts.contents import Receipt

STAGED = {
    "participants": ("row", "participant_id", "category"),
    "pairs": ("row", "mentor_id", "mentee_id", "form"),
    "surveys": ("row", "participant_id"),
}
REFUSED = frozenset({"unreadable-file", "password-protected", "too-large", "unsafe-archive"})  # nothing to mark
CHECKED = {
    "accepted": ("Книга была бы принята", "Если сдать её такой, сведения будут приняты целиком."),
    "accepted_with_errors": (
        "Книга была бы принята, кроме строк с ошибками",
        "Если сдать её такой, строки с ошибками не будут посчитаны. Исправьте отмеченное и проверьте снова.",
    ),
    "rejected": ("Книга не была бы принята", "Исправьте отмеченное ниже и проверьте книгу снова."),
}


class NotMarked(Exception):
    """A file that could not be marked; the text tells the operator why."""


@dataclass(frozen=True)
class Marked:
    """A marked workbook: where it was written, and how it was made."""

    path: Path
    mode: Mode


@dataclass(frozen=True)
class Work:
    """What is known of a file to mark, beside its bytes; explanations go by the place of a finding from 0."""

    reading: Reading
    findings: list[Finding]
    answer: Answer
    as_of: date | None
    explained: dict[int, str]


def mark_delivery(home: Home, delivery: str, output: Path) -> Marked:
    """Write the marked workbook of a received delivery; a repetition is marked as what it repeats.

    Raises Misconfigured for a delivery that is not there, NotMarked for one whose bytes were not kept.
    """
    from warehouse.receipts.contents import receipts_of

    with home.reading() as connection:
        found = require_delivery(connection, delivery)
        receipt = next(receipts_of(connection, [found.delivery], home.settings.timezone))
        explained = _explained(home, connection, found.delivery)
    path = received_path(home.settings.received, found.sha256)
    if not path.exists():
        raise NotMarked(f"Файла сдачи {delivery} нет: он был слишком велик, или его сведения удалены.")
    (reading,) = (one for _, one in home.readers.read([path]))
    home.audit("mark", found.delivery)
    work = Work(reading, list(receipt.findings), _answer(receipt, home.settings.contact), receipt.as_of, explained)
    return _marked(home, home.received, path, work, output)


def _explained(home: Home, connection: sa.Connection, delivery: str) -> dict[int, str]:
    """Word the explanations of a delivery's findings, by their places from 0; whose they are, may read them."""
    from warehouse.review.explained import explained_of
    from warehouse.storage.vault import may_read

    found, opened = explained_of(connection, [delivery]).get(delivery, {}), may_read(home.vault)
    words = {number: home.notes.read(one.note) if opened else None for number, one in found.items()}
    zone = home.settings.timezone
    return {
        number - 1: explained_words(one.known_at.astimezone(zone).date(), words[number])
        for number, one in found.items()
    }


def explained_words(on: date, text: str | None = None) -> str:
    """Say that a warning was explained, and how where that may be told."""
    return f"Пояснено {on:%d.%m.%Y}" + (f": {text}" if text else ".")


def require_delivery(connection: sa.Connection, delivery: str) -> sa.Row:
    """Return the ledger's line of a delivery, for a repetition that of what it repeats; Misconfigured for none."""
    ledger = table("deliveries")
    columns = (ledger.c.delivery, ledger.c.sha256, ledger.c.verdict, ledger.c.duplicate_of)
    row = connection.execute(sa.select(*columns).where(ledger.c.delivery == delivery)).first()
    if row is None:
        raise Misconfigured(f"Сдачи {delivery} нет. Номер сдачи — в протоколе и в nastavnik findings --format csv.")
    return row if row.duplicate_of is None else require_delivery(connection, row.duplicate_of)


def mark_checked(home: Home, checked: Checked, output: Path) -> Marked:
    """Write the marked workbook of a file that was checked and is submitted nowhere."""
    with temporary(home.settings) as folder:
        files = ReceivedFiles(folder, home.ring.storage)
        received = files.receive(checked.path.resolve(), home.settings.limits.file_bytes)
        if received.path is None:
            raise NotMarked(f"Файл {checked.path.name} слишком велик.")
        (reading,) = (one for _, one in home.readers.read([received.path]))
        title, words = CHECKED[checked.verdict]
        dates = reading.sheets["organisation"].column("as_of").to_pylist()
        as_of = dates[0] if dates else None
        counts = _counts(reading, checked.findings, checked.verdict)
        answer = Answer(checked.verdict, title, words, _facts(as_of), counts)
        explained = {number - 1: explained_words(on) for number, on in checked.explained.items()}
        return _marked(
            home, files, received.path, Work(reading, list(checked.findings), answer, as_of, explained), output
        )


def _answer(receipt: Receipt, contact: str | None) -> Answer:
    from warehouse.receipts.words import facts, title_of, what_next

    counts = [(one.sheet, one.read, one.stored, one.quarantined, one.skipped) for one in receipt.counts]
    return Answer(receipt.verdict, title_of(receipt), what_next(receipt), facts(receipt, contact), counts)


def _facts(as_of: date | None) -> list[tuple[str, str]]:
    from warehouse.release.wording import day

    return [("Отчётная дата", day(as_of) if as_of else "не прочитана"), ("Книга", "проверена, но не сдана")]


def _counts(reading: Reading, findings: Iterable[Finding], verdict: str) -> list[tuple[str, int, int, int, int]]:
    """Count the rows of a file as intake would."""
    bad: dict[str | None, set[int]] = defaultdict(set)
    for one in findings:
        if one.severity == "error" and one.row is not None:
            bad[one.sheet].add(one.row)
    counts = []
    for row in reading.counts.to_pylist():
        title, good = FORM.by_name[row["sheet"]].title, row["rows_read"] - row["rows_skipped"]
        quarantined = good if verdict == "rejected" else len(bad[title])
        counts.append((title, row["rows_read"], good - quarantined, quarantined, row["rows_skipped"]))
    return counts


def _marked(home: Home, files: ReceivedFiles, source: Path, work: Work, output: Path) -> Marked:
    """Let a process of its own mark a file, in the best way that works, and put the result in its place whole."""
    output = output.expanduser().absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    with temporary(home.settings) as folder:
        target = output.with_name(f".{output.name}.partial")
        limits = home.settings.limits
        job = Job(
            source, files.opening(source), target, folder, Mode.OWN, limits, work.as_of, work.answer,
            work.findings, _staged(work.reading), work.explained,
        )  # fmt: skip
        try:
            for mode in [Mode.BARE] if any(one.rule in REFUSED for one in work.findings) else Mode:
                os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
                target.chmod(0o600)
                if _run(replace(job, mode=mode)):
                    path = output.with_suffix(_suffix(target))
                    target.replace(path)
                    return Marked(path, mode)
        finally:
            target.unlink(missing_ok=True)
    raise NotMarked("Разметить книгу не удалось ни одним способом: сообщите оператору номер сдачи.")


def _run(job: Job) -> bool:
    """Do a job in a process with limits; return whether it was done."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "warehouse.marked.worker"],
            input=pack(job),
            env=child_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a traceback may quote a cell
            timeout=2 * job.limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _staged(reading: Reading) -> dict[str, Rows]:
    """Return the columns of IDs and codes, by title of the sheet."""
    return {
        FORM.by_name[name].title: {column: reading.sheets[name].column(column).to_pylist() for column in columns}
        for name, columns in STAGED.items()
    }


def _suffix(path: Path) -> str:
    """Return the suffix that Excel opens a workbook under: one with macros has its own."""
    from zipfile import ZipFile

    with ZipFile(path) as archive:
        return ".xlsm" if MACROS in archive.read("[Content_Types].xml") else ".xlsx"
