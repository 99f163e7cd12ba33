"""Submissions written as tables: what a case does not say is filled in with what is right.

A table is a row of headings and rows of cells between `|`; what is found in a row stands after its `→`,
by rule and column letter. The headings left out of a table have good values; sheets left out are completed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from expectations.form import (
    COLLEGE_STUDENT,
    CONTINUES,
    CURATOR_ORDER,
    EDUCATION_SPECIALIST,
    EDUCATOR,
    FORM,
    METHODOLOGY_HEAD,
    PROGRAMME,
    REGULATION,
    ROADMAP,
    STUDENT,
    WORKER,
    YOUNG_SPECIALIST,
)
from expectations.structure import Sheet
from expectations.text import fold_code, fold_heading
from tests.rules.numbers import inn

BY_TITLE = {sheet.title: sheet for sheet in FORM.sheets}
ORGANISATION, ENROLMENT, PARTICIPANTS, PAIRS, SURVEYS, DOCUMENTS = (sheet.title for sheet in FORM.sheets[:6])
APPROVERS = {"ОУ": METHODOLOGY_HEAD, "УДО": EDUCATION_SPECIALIST}
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
ID = "ID участника"
FIRST_START = date(
    2021, 10, 1
)  # of pairs that say nothing of it: each begins on a day of its own, so none repeats another
HELPER = "Помощник"  # the ID of a mentor for those whom a case gives none

Row = dict[str, str]  # by heading


@dataclass(frozen=True)
class Table:
    """One table of a case: cells as written, and the findings expected by their place in the table."""

    headings: list[str]
    rows: list[list[str]]
    above: list[str]  # found in the row of headings: «rule LETTER»
    found: list[list[str]]  # by row

    def records(self) -> list[Row]:
        return [dict(zip(self.headings, row, strict=True)) if row else {} for row in self.rows]


def parse(text: str, *, vertical: bool = False) -> Table:
    """Read a table as written; a blank line inside is a blank row of the sheet."""
    lines = [line.strip() for line in text.strip().splitlines()]
    halves = [line.partition("→") for line in lines]
    cells = [
        [cell.strip() for cell in left.strip().removesuffix("|").split("|")] if line else []
        for line, (left, _, _) in zip(lines, halves, strict=True)
    ]
    found = [[one.strip() for one in right.split(",") if one.strip()] for _, _, right in halves]
    headings = ["label", "value"] if vertical else cells.pop(0)
    above = [] if vertical else found.pop(0)
    return Table(headings, [row and row + [""] * (len(headings) - len(row)) for row in cells], above, found)


def complete(tables: dict[str, str], *, code: str, name: str, kind: str) -> dict[str, list[list[str]]]:
    """Return the lines of every sheet of a whole submission, the heading row first."""
    rows = {title: fill(title, parse(text).records(), kind) for title, text in tables.items() if title != ORGANISATION}
    if PARTICIPANTS not in rows:
        rows[PARTICIPANTS] = fill(PARTICIPANTS, [{ID: one} for one in _mentioned(rows) or ["У-1"]], kind)
    if PAIRS not in rows:
        mentees = dict.fromkeys(row[ID] for row in rows[PARTICIPANTS] if row.get(ID))
        rows[PARTICIPANTS] += fill(PARTICIPANTS, [{ID: HELPER, "Категория": EDUCATOR}], kind, len(rows[PARTICIPANTS]))
        rows[PAIRS] = fill(PAIRS, [{"ID наставника": HELPER, "ID наставляемого": one} for one in mentees], kind)
    rows = {
        ENROLMENT: fill(ENROLMENT, [{"Обучающихся": "100"}], kind),
        DOCUMENTS: fill(DOCUMENTS, four_documents(), kind),
    } | rows
    lines = {title: _lines(BY_TITLE[title], found) for title, found in rows.items()}
    return {ORGANISATION: _labels(tables.get(ORGANISATION, ""), code, name)} | lines


def as_written(title: str, text: str) -> list[list[str]]:
    """Return the lines of a sheet exactly as a table has them."""
    table = parse(text, vertical=title == ORGANISATION)
    return table.rows if title == ORGANISATION else [table.headings, *table.rows]


def four_documents() -> list[Row]:
    return [{"Вид документа": kind} for kind in (CURATOR_ORDER, ROADMAP, REGULATION, PROGRAMME)]


def _mentioned(rows: dict[str, list[Row]]) -> list[str]:
    ids = [
        row.get(column, "")
        for found in rows.values()
        for row in found
        for column in (ID, "ID наставника", "ID наставляемого")
    ]
    return list(dict.fromkeys(filter(None, ids)))


def _labels(text: str, code: str, name: str) -> list[list[str]]:
    written = dict(parse(text, vertical=True).rows) if text else {}
    values = {
        "Версия формы": "1.0", "Код организации": code, "Наименование организации": name,
        "Отчётная дата": "31.12.2021", "Численность обучающихся на дату": "20.09.2021",
        "Педагогических работников": "40", "из них молодых специалистов": "4", "Куратор": "Пробная Анна Ивановна",
    }  # fmt: skip
    lines = [
        [column.heading, written.pop(column.heading, values.get(column.heading, ""))]
        for column in FORM.sheets[0].columns
    ]
    return lines + [[label, value] for label, value in written.items()]


def fill(title: str, rows: list[Row], kind: str, start: int = 0) -> list[Row]:
    """Give the rows of a sheet good values under the headings they leave out."""
    default = _DEFAULTS[title]
    return [default(number, row, kind) | row if _says_something(row) else row for number, row in enumerate(rows, start)]


def _says_something(row: Row) -> bool:
    """A blank row stays one, and so does a row of totals."""
    return bool(row) and not next(filter(None, row.values()), "").startswith(("Итого", "Всего"))


def _lines(sheet: Sheet, rows: list[Row]) -> list[list[str]]:
    """Lay rows out under the headings of the form, then under those it does not know."""
    headings = [column.heading for column in sheet.columns]
    known = {fold_heading(heading) for heading in headings}
    headings += [
        heading for heading in dict.fromkeys(h for row in rows for h in row) if fold_heading(heading) not in known
    ]
    return [headings, *([row.get(heading, "") for heading in headings] for row in rows)]


def _participant(number: int, row: Row, kind: str) -> Row:
    person = {"ID участника": f"У-{number + 1}", "Фамилия": f"Мнимый-{_letters(number)}", "Имя": "Пётр", "Отчество": "Ильич",
              "Дата рождения": "15.05.2008", "Категория": STUDENT, "Дата согласия": "01.09.2020"}  # fmt: skip
    return person | _OF_CATEGORY.get(fold_code(row.get("Категория", STUDENT)), GROWN_UP)


GROWN_UP: Row = {"Дата рождения": "15.05.1985"}
_OF_CATEGORY: dict[str, Row] = {
    STUDENT: {"Класс / объединение": "7А"},
    COLLEGE_STUDENT: {"Дата рождения": "15.05.2003"},
    YOUNG_SPECIALIST: {"Дата рождения": "15.05.1997", "Стаж, лет": "2"},
    EDUCATOR: {"Дата рождения": "15.05.1980", "Стаж, лет": "20"},
    WORKER: GROWN_UP | {"ИНН партнёра": inn(1)},
}


def _letters(number: int) -> str:
    return LETTERS[number // len(LETTERS)].upper() + LETTERS[number % len(LETTERS)]


def _pair(number: int, row: Row, kind: str) -> Row:
    return {"ID пары": f"П-{number + 1}", "ID наставника": "У-1", "ID наставляемого": "У-2", "Форма наставничества": "иная",
            "Программа": "Вместе", "Дата начала": f"{FIRST_START + timedelta(number):%d.%m.%Y}", "Итог": CONTINUES}  # fmt: skip


def _document(number: int, row: Row, kind: str) -> Row:
    return {"Вид документа": "приказ о внедрении", "Дата утверждения": "10.09.2020",
            "Согласовано": APPROVERS[kind], "Дата согласования": "15.09.2020"}  # fmt: skip


_DEFAULTS: dict[str, Callable[[int, Row, str], Row]] = {
    ENROLMENT: lambda number, row, kind: {"Возраст, полных лет": str(3 + number), "Обучающихся": "100"},
    PARTICIPANTS: _participant,
    PAIRS: _pair,
    SURVEYS: lambda number, row, kind: {"ID участника": "У-1", "Роль": "наставляемый", "Этап": "после", "Дата анкеты": "20.12.2021",
                                        "Удовлетворённость": "8"},
    DOCUMENTS: _document,
    "Мероприятия": lambda number, row, kind: {"Дата": "20.09.2021", "Вид мероприятия": "обмен опытом", "Название": "Встреча", "Участников": "12"},
    "Партнёры": lambda number, row, kind: {"ИНН": inn(100 + number), "Наименование": "ООО «Мнимое»", "Тип": "предприятие",
                                           "Статус соглашения": "заключено", "Предоставлено наставников": "1"},
    "Практики": lambda number, row, kind: {"Название": "Вместе", "Форма наставничества": "иная", "Результат": "Выставка"},
    "Мониторинг": lambda number, row, kind: {"Показатель": "жалоб", "До": "1", "После": "0"},
}  # fmt: skip


def places_found(title: str, text: str, *, exact: bool) -> Iterator[str]:
    """Yield the findings written beside the rows of a table, as «rule Лист!F3»."""
    vertical = title == ORGANISATION
    table = parse(text, vertical=vertical)
    lines = _label_lines(table) if vertical and not exact else range(1 if vertical else 2, len(table.rows) + 2)
    for line, found in [(1, table.above), *zip(lines, table.found, strict=False)]:
        for one in found:
            rule, _, letter = one.partition(" ")
            yield f"{rule} {title}!{letter}{line}"


def _label_lines(table: Table) -> list[int]:
    """Tell where labels stand: those of the form in its order, then the others."""
    labels = [column.heading for column in FORM.sheets[0].columns]
    labels += [row[0] for row in table.rows if row[0] not in labels]
    return [labels.index(row[0]) + 1 for row in table.rows]
