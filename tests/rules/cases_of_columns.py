"""Cases made from the form: every constraint of every column, kept and broken in one cell each."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.form import FORM
from expectations.spellings import Kind
from expectations.structure import Column, Sheet
from tests.rules.cases import Case
from tests.rules.tables import DOCUMENTS, ENROLMENT, PAIRS, fill, four_documents

Line = tuple[dict[str, str], str]  # cells by heading, rule broken

NOT_A_NUMBER, NOT_A_DATE, NOT_AN_ADDRESS = "много", "осенью", "в сети"
CONSEQUENCES = {  # of an empty or unread label that says who reports what
    "form_version": "unsupported-form-version", "institution_code": "unknown-institution", "as_of": "bad-reporting-date",
}  # fmt: skip


def kept(column: Column) -> Iterator[str]:
    """Yield cells at the bounds of what is allowed."""
    asks_for_people = column is FORM.by_name["pairs"].by_name["form"]  # of certain categories: `cases_of_rows` has them
    yield from column.codes[-1:] if asks_for_people else column.codes
    yield from (str(bound) for bound in (column.minimum, column.maximum) if bound is not None)
    if column.max_length is not None and not column.refers_to:
        yield "я" * column.max_length


def broken(column: Column) -> Iterator[tuple[str, str]]:
    """Yield cells with the rule each breaks."""
    if column.required:
        yield "", "required-cell-empty"
    yield "#Н/Д", "excel-error-value"
    if column.minimum is not None:
        yield str(column.minimum - 1), "out-of-range"
    if column.maximum is not None:
        yield str(column.maximum + 1), "out-of-range"
    if column.max_length is not None:
        yield "я" * (column.max_length + 1), "out-of-range"
    if column.refers_to is not None:
        yield "кто-то", "unknown-participant"
    yield from _BROKEN.get(column.kind, ())


_BROKEN: dict[Kind, list[tuple[str, str]]] = {
    Kind.CODE: [("не из списка", "not-in-list")],
    Kind.INTEGER: [(NOT_A_NUMBER, "wrong-type"), ("1,5", "wrong-type")],
    Kind.NUMBER: [(NOT_A_NUMBER, "wrong-type")],
    Kind.DATE: [(NOT_A_DATE, "wrong-type"), ("01.02.21", "wrong-type")],
    Kind.URL: [(NOT_AN_ADDRESS, "wrong-type")],
    Kind.SNILS: [("112-233-445 96", "bad-snils")],
    Kind.INN: [("7707083894", "bad-inn")],
    Kind.NAME: [("4", "bad-name"), ("Ивaнов", "mixed-alphabet")],
}


def _conditional(column: Column) -> Iterator[Line]:
    if (when := column.required_when) is not None:
        for value in when.values:
            yield {_heading(column, when.column): value, column.heading: ""}, "required-cell-empty"
    if (when := column.limits_when) is not None:
        for value in when.values:
            for bound, beyond in ((when.minimum, -1), (when.maximum, 1)):
                yield {_heading(column, when.column): value, column.heading: str(bound)}, ""
                yield (
                    {_heading(column, when.column): value, column.heading: str((bound or 0) + beyond)},
                    "out-of-range",
                )


def _heading(column: Column, other: str) -> str:
    (sheet,) = (sheet for sheet in FORM.sheets if column in sheet.columns)
    return sheet.by_name[other].heading


# Cells beside the one looked at, so that it alone breaks a rule.
BESIDE: dict[str, dict[str, str]] = {
    PAIRS: {"Дата завершения": "31.12.2021"},
    DOCUMENTS: {"Вид документа": "приказ о внедрении"},
}
BEFORE: dict[str, list[dict[str, str]]] = {
    DOCUMENTS: four_documents(),
    ENROLMENT: [{"Возраст, полных лет": "20"}],
    PAIRS: [{"ID пары": "П-0"}],
}
PEOPLE = """
    ID участника
    У-1
    У-2
"""


def _table(sheet: Sheet, column: Column, lines: list[Line]) -> str:
    """Write lines as a table; what each breaks is found in the letter of its column."""
    letter = chr(ord("A") + sheet.columns.index(column))
    before = BEFORE.get(sheet.title, [])
    rules = [""] * len(before) + [rule for _, rule in lines]
    rows = fill(sheet.title, before + [BESIDE.get(sheet.title, {}) | cells for cells, _ in lines], "ОУ")
    headings = [one.heading for one in sheet.columns if any(one.heading in row for row in rows)]
    text = [" | ".join(row.get(heading, "") for heading in headings) + " | " for row in rows]
    return "\n".join(
        [
            " | ".join(headings),
            *(f"{row} → {rule and f'{rule} {letter}'}" for row, rule in zip(text, rules, strict=True)),
        ]
    )


def _sheet_cases(sheet: Sheet) -> Iterator[Case]:
    beside = {"Участники": PEOPLE} if any(column.refers_to for column in sheet.columns) else {}
    for column in sheet.columns:
        lines = [({column.heading: cell}, "") for cell in kept(column)] + [
            ({column.heading: cell}, rule) for cell, rule in broken(column)
        ]
        for words, some in (("", lines), (", by condition", list(_conditional(column)))):
            if some:
                yield Case(
                    "column",
                    f"{sheet.name}.{column.name}{words}",
                    {**beside, sheet.title: _table(sheet, column, some)},
                )


def _label_cases(sheet: Sheet) -> Iterator[Case]:
    for column in sheet.columns:
        for cell, rule in [*((cell, "") for cell in kept(column)), *broken(column)]:
            consequence = f", {CONSEQUENCES[column.name]} B" if column.name in CONSEQUENCES else ""
            yield Case("column", f"{sheet.name}.{column.name} «{cell}»", {sheet.title: f"""
                из них молодых специалистов | 0
                {column.heading} | {cell} → {rule and f"{rule} B{consequence}"}
            """})  # fmt: skip


CASES = [case for sheet in FORM.sheets for case in (_label_cases if sheet.vertical else _sheet_cases)(sheet)]
