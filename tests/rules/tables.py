"""Submissions written as tables: what a case does not say is filled in with what is right.

A table is a row of headings and rows of cells between `|`; what is found in a row stands after its `→`,
by rule and column letter. The headings left out of a table have good values; sheets left out are completed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
from expectations.text import fold_heading
from tests.rules.numbers import inn

BY_TITLE = {sheet.title: sheet for sheet in FORM.sheets}
ORGANISATION, ENROLMENT, PARTICIPANTS, PAIRS, SURVEYS, DOCUMENTS = (sheet.title for sheet in FORM.sheets[:6])
APPROVERS = {"ОУ": METHODOLOGY_HEAD, "УДО": EDUCATION_SPECIALIST}
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
HELPER = "Помощник"  # the ID of a mentor for those whom a case gives none

Row = dict[str, str]  # by heading


@dataclass(frozen=True)
class Table:
    """One table of a case: cells as written, and the findings expected by their place in the table."""

    headings: list[str]
    rows: list[list[str]]
    found: list[list[str]]  # by row: «rule» or «rule LETTER»

    def records(self) -> list[Row]:
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]


def parse(text: str, *, vertical: bool = False) -> Table:
    """Read a table as written; a blank line inside is a blank row of the sheet."""
    lines = [line.strip() for line in text.strip().splitlines()]
    halves = [line.partition("→") for line in lines]
    cells = [[cell.strip() for cell in left.strip().removesuffix("|").split("|")] for left, _, _ in halves]
    found = [[one.strip() for one in right.split(",") if one.strip()] for _, _, right in halves]
    headings = ["label", "value"] if vertical else cells.pop(0)
    if not vertical:
        found.pop(0)
    return Table(headings, [row + [""] * (len(headings) - len(row)) for row in cells], found)


def complete(tables: dict[str, str], *, code: str, name: str, kind: str) -> dict[str, list[list[str]]]:
    """Return the lines of every sheet of a whole submission, the heading row first."""
    parsed = {title: parse(text) for title, text in tables.items() if title != ORGANISATION}
    people = parsed[PARTICIPANTS].records() if PARTICIPANTS in parsed else None
    pairs = parsed[PAIRS].records() if PAIRS in parsed else None
    ids = list(dict.fromkeys(_ids_of(parsed.get(PARTICIPANTS)) or _ids_of(parsed.get(PAIRS)) + _ids_of(parsed.get(SURVEYS))))
    if people is None:
        people = [{"ID участника": one} for one in ids or ["У-1"]]
    if pairs is None:
        people.append({"ID участника": HELPER, "Категория": EDUCATOR})
        pairs = [{"ID наставника": HELPER, "ID наставляемого": one} for one in ids or ["У-1"]]
    sheets = {PARTICIPANTS: people, PAIRS: pairs, ENROLMENT: [{}], DOCUMENTS: four_documents()}
    sheets |= {title: table.records() for title, table in parsed.items() if title not in (PARTICIPANTS, PAIRS)}
    lines = {title: _lines(BY_TITLE[title], rows, kind) for title, rows in sheets.items()}
    return {ORGANISATION: _labels(tables.get(ORGANISATION, ""), code, name)} | lines


def four_documents() -> list[Row]:
    return [{"Вид документа": kind} for kind in (CURATOR_ORDER, ROADMAP, REGULATION, PROGRAMME)]


def _ids_of(table: Table | None) -> list[str]:
    if table is None:
        return []
    columns = ("ID участника", "ID наставника", "ID наставляемого")
    return [row[column] for row in table.records() for column in columns if row.get(column)]


def _labels(text: str, code: str, name: str) -> list[list[str]]:
    written = dict(parse(text, vertical=True).rows) if text else {}
    values = {
        "Версия формы": "1.0", "Код организации": code, "Наименование организации": name,
        "Отчётная дата": "31.12.2021", "Численность обучающихся на дату": "20.09.2021",
        "Педагогических работников": "40", "из них молодых специалистов": "4", "Куратор": "Пробная Анна Ивановна",
    }  # fmt: skip
    lines = [[column.heading, written.pop(column.heading, values.get(column.heading, ""))] for column in FORM.sheets[0].columns]
    return lines + [[label, value] for label, value in written.items()]


def _lines(sheet: Sheet, rows: list[Row], kind: str) -> list[list[str]]:
    """Lay rows out under the headings of the form, then those it does not know."""
    headings = [column.heading for column in sheet.columns]
    known = {fold_heading(heading) for heading in headings}
    written = dict.fromkeys(heading for row in rows for heading in row)
    headings += [heading for heading in written if fold_heading(heading) not in known]
    full = [_DEFAULTS[sheet.title](number, row, kind) | row if _is_filled(row) else row for number, row in enumerate(rows)]
    return [headings, *([row.get(heading, "") for heading in headings] for row in full)]


def _is_filled(row: Row) -> bool:
    """A row of nothing stays one; so does a totals row."""
    return not row or (any(row.values()) and not next(filter(None, row.values())).startswith(("Итого", "Всего")))


def _participant(number: int, row: Row, kind: str) -> Row:
    person = {"ID участника": f"У-{number + 1}", "Фамилия": f"Мнимый-{_letters(number)}", "Имя": "Пётр", "Отчество": "Ильич",
              "Дата рождения": "15.05.2008", "Категория": STUDENT, "Дата согласия": "01.09.2020"}  # fmt: skip
    return person | _OF_CATEGORY.get(row.get("Категория", STUDENT), {})


_OF_CATEGORY: dict[str, Row] = {
    STUDENT: {"Класс / объединение": "7А"},
    COLLEGE_STUDENT: {"Дата рождения": "15.05.2003"},
    YOUNG_SPECIALIST: {"Дата рождения": "15.05.1997", "Стаж, лет": "2"},
    EDUCATOR: {"Дата рождения": "15.05.1980", "Стаж, лет": "20"},
    WORKER: {"Дата рождения": "15.05.1985", "ИНН партнёра": inn(1)},
}


def _letters(number: int) -> str:
    return LETTERS[number // len(LETTERS)].upper() + LETTERS[number % len(LETTERS)]


def _pair(number: int, row: Row, kind: str) -> Row:
    return {"ID пары": f"П-{number + 1}", "ID наставника": "У-1", "ID наставляемого": "У-2", "Форма наставничества": "иная",
            "Программа": "Вместе", "Дата начала": "01.10.2021", "Итог": CONTINUES}  # fmt: skip


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


def places_found(tables: dict[str, str]) -> Iterator[str]:
    """Yield the findings written beside the rows of a case, as «rule Лист!F3»."""
    for title, text in tables.items():
        vertical = title == ORGANISATION
        table = parse(text, vertical=vertical)
        labels = [column.heading for column in BY_TITLE[title].columns] if vertical else []
        for number, (row, found) in enumerate(zip(table.rows, table.found, strict=True), start=2):
            line = labels.index(row[0]) + 1 if vertical and row[0] in labels else number
            for one in found:
                rule, _, letter = one.partition(" ")
                yield f"{rule} {title}!{letter}{line}"
