"""The queue as a workbook for the clerk: both records side by side, a column for the answer; and the answers back."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place
from warehouse.persons.answers import Answer
from warehouse.persons.candidates import KINDS
from warehouse.persons.words import influence_words
from warehouse.register.reference import known_reference
from warehouse.storage.vault import Vault, read_vault
from warehouse.tables.tables import table

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from warehouse.release.workbook_styles import Styles

SHEET = "Проверить"
ANSWERS = {"один человек": SAME, "разные люди": DIFFERENT, "не знаю": None}
FIRST, SECOND, ANSWER = "Запись 1", "Запись 2", "Решение"
_RECORD = ("Организация", "Отчётная дата", "ФИО", "Дата рождения", "СНИЛС", "Класс / объединение")
HEADINGS = ("Что проверить", "Влияет на число вовлечённых", FIRST, *_RECORD, SECOND, *_RECORD, ANSWER)
_WIDTHS = (24, 22, 12, 22, 11, 30, 11, 15, 14, 12, 22, 11, 30, 11, 15, 14, 16)  # characters
_NAME = ("surname", "given_name", "patronymic")
_PERSONAL = (*_NAME, "birth_date", "snils")
NOT_KEPT = "нет согласия: спросите организацию"


@dataclass(frozen=True)
class Record:
    """A row of «Участники» as a clerk sees it. No part of it may go to a log or the screen."""

    institution: str
    as_of: date
    name: str
    birth_date: date | None
    snils: str
    group: str

    def cells(self) -> tuple[object, ...]:
        return self.institution, self.as_of, self.name, self.birth_date, self.snils, self.group


def records(connection: sa.Connection, vault: Vault, seq: int, places: Iterable[Place]) -> dict[Place, Record]:
    """Return what warehouse and vault hold of rows of «Участники», institutions named as in the register known."""
    wanted = set(places)
    deliveries = sorted({place.delivery for place in wanted})
    rows = read_vault(vault, "participants", _PERSONAL, deliveries).to_pylist()
    people = {place: row for row in rows if (place := Place(row["delivery"], row["row"])) in wanted}
    register = known_reference("institutions", seq)
    names = dict(connection.execute(sa.select(register.c.code, register.c.name)).tuples().all())
    told, ledger = table("participants"), table("deliveries")
    statement = (
        sa.select(told.c.delivery, told.c.row, told.c.group_name, ledger.c.institution_code, ledger.c.as_of)
        .join(ledger, ledger.c.delivery == told.c.delivery)
        .where(told.c.delivery.in_(deliveries))
    )
    found = {}
    for row in connection.execute(statement):
        if (place := Place(row.delivery, row.row)) in wanted:
            institution = names.get(row.institution_code, row.institution_code)
            found[place] = _record(institution, row.as_of, row.group_name or "", people.get(place))
    return found


def _record(institution: str, as_of: date, group: str, person: dict[str, Any] | None) -> Record:
    if person is None:
        return Record(institution, as_of, NOT_KEPT, None, "", group)
    name = " ".join(text for text in (person[part] for part in _NAME) if text)
    return Record(institution, as_of, name, person["birth_date"], _masked(person["snils"]), group)


def _masked(snils: str | None) -> str:
    """Leave the last three digits of the number, and its two check digits."""
    return f"•••-•••-{snils[6:9]} {snils[9:]}" if snils else ""


def places_of(pairs: pa.Table) -> list[tuple[Place, Place]]:
    """Return the two places of each pair of the queue."""
    return [
        (Place(row["left_delivery"], row["left_row"]), Place(row["right_delivery"], row["right_row"]))
        for row in pairs.to_pylist()
    ]


def write_queue(path: Path, pairs: pa.Table, known: dict[Place, Record]) -> None:
    """Write the workbook, readable by its owner alone.

    Raises Misconfigured where there is a file already: it may hold answers.
    """
    content = _workbook(pairs, known)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Misconfigured(f"Файл {path} уже есть; в нём могут быть ответы. Укажите другое имя.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _workbook(pairs: pa.Table, known: dict[Place, Record]) -> bytes:
    import xlsxwriter

    from warehouse.release.workbook_styles import Styles

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        styles, sheet = Styles(book), book.add_worksheet(SHEET)
        for column, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, styles["heading"])
        for line, (pair, (left, right)) in enumerate(zip(pairs.to_pylist(), places_of(pairs), strict=True), 1):
            cells = (KINDS[pair["kind"]], influence_words(pair), str(left), *known[left].cells(), str(right),
                     *known[right].cells(), "")  # fmt: skip
            _write_line(sheet, styles, line, cells)
        last = len(HEADINGS) - 1
        sheet.data_validation(1, last, max(pairs.num_rows, 1), last, {
            "validate": "list", "source": list(ANSWERS), "error_title": ANSWER, "error_message": "Выберите из списка.",
        })  # fmt: skip
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return file.getvalue()


def _write_line(sheet: Worksheet, styles: Styles, line: int, cells: tuple[object, ...]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, date):
            sheet.write_datetime(line, column, cell, styles["date"])
        else:
            sheet.write_string(line, column, str(cell or ""), styles["wrapped"])


def read_answers(path: Path) -> list[Answer]:
    """Read the answers of a filled workbook, columns in any order; Misconfigured for a file that is none.

    An answer that is none of ANSWERS, or a place that is none, has no kind or place: whoever records it, tells.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        raise Misconfigured(f"{path}: это не книга очереди, листа «{SHEET}» в ней нет.") from None
    headings = [str(cell).strip() for cell in rows[0]] if rows else []
    if absent := [name for name in (FIRST, SECOND, ANSWER) if name not in headings]:
        raise Misconfigured(f"{path}: нет столбца «{absent[0]}».")
    columns = [headings.index(name) for name in (FIRST, SECOND, ANSWER)]
    answers = []
    for number, row in enumerate(rows[1:], 2):
        left, right, said = (str(row[column]).strip() for column in columns)
        if said and ANSWERS.get(said.casefold(), said):
            answers.append(Answer(number, _place(left), _place(right), ANSWERS.get(said.casefold())))
    return answers


def _place(text: str) -> Place | None:
    delivery, _, row = text.rpartition(":")
    return Place(delivery, int(row)) if delivery and row.isascii() and row.isdigit() else None
