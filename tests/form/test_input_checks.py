"""The template's formulas, computed by LibreOffice, and the rules' SQL, computed by DuckDB: the same verdicts."""

import shutil

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from xlsxwriter import Workbook

from expectations.arrow import staged_schema
from expectations.form import CURATOR_SCORE, EDUCATOR, FORM, STUDENT, YOUNG_SPECIALIST
from expectations.rules.cells import checks_of
from expectations.template.conditions import broken_formula, conditions_of, missing_formula
from expectations.template.grid import Grid
from expectations.template.lists import write_lists
from expectations.template.looks import Looks
from tests.form.filled import INN_OF_FIRM, INN_OF_PERSON, SNILS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]

# column, the rest of the row, values: some good, some bad
SAMPLES = [
    ("enrolment.age", {}, [2, 3, 25, 26]),
    ("enrolment.students", {}, [-1, 0, 5_000]),
    ("surveys.satisfaction", {}, [0, 1, 10, 11]),
    ("events.hours", {}, [-0.1, 0.0, 1.5]),
    ("participants.participant_id", {}, ["я" * 20, "я" * 21]),
    ("participants.experience_years", {"category": YOUNG_SPECIALIST}, [-1, 0, 3, 4, 70, 71]),
    ("participants.experience_years", {"category": EDUCATOR}, [-1, 0, 3, 4, 70, 71]),
    ("participants.experience_years", {}, [4, 71]),
    ("organisation.young_specialists", {"teachers": 3}, [-1, 0, 3, 4]),
    ("organisation.young_specialists", {}, [-1, 4]),
    ("monitoring.after", {"measure": CURATOR_SCORE}, [-0.5, 0.0, 18.0, 18.5]),
    ("monitoring.after", {"measure": "жалоб"}, [-0.5, 18.5]),
    ("pairs.form", {}, ["ученик – ученик", "работодатель – студент", "учитель"]),
    ("surveys.stage", {}, ["до", "после", "потом"]),
    ("participants.surname", {}, ["Мнимая-Пробная", "О'Тест", "Тест1", "0"]),
    ("participants.snils", {}, [SNILS, "11223344596", "1122334459", "112233445950", "1122334459А", "08765430200", "08765430300", "08765430301"]),
    ("participants.partner_inn", {}, [INN_OF_FIRM, "7707083894", "770708389", "77070838931", "770708389А"]),
    ("partners.inn", {}, [INN_OF_PERSON, "500100732258", "500100732249", "500100732269", "600100732259", INN_OF_FIRM]),
]  # fmt: skip
OBLIGATIONS = [
    ("participants.group_name", {"category": STUDENT}),
    ("participants.group_name", {"category": EDUCATOR}),
    ("participants.experience_years", {"category": YOUNG_SPECIALIST}),
    ("participants.partner_inn", {"category": STUDENT}),
    ("participants.birth_date", {"surname": "Мнимая"}),
    ("participants.patronymic", {"surname": "Мнимая"}),
]
ELSEWHERE = {
    "duplicate-age",
    "duplicate-participant-id",
    "duplicate-partner",
    "unknown-participant",
}  # other rows decide


def cases():
    for place, rest, values in SAMPLES:
        for value in values:
            yield place, rest | {place.split(".")[1]: value}, "broken"
    for place, rest in OBLIGATIONS:
        yield place, rest, "missing"


def excel_formula(place, row, question):
    _, column, grid = found(place)
    if question == "missing":
        return missing_formula(column, grid)
    return broken_formula([c for c in conditions_of(column, grid) if c.asked], grid.cell(column.name))


def found(place):
    sheet, name = place.split(".")
    return FORM.by_name[sheet], FORM.by_name[sheet].by_name[name], Grid(FORM.by_name[sheet])


def sql_says_bad(database, place, row, question):
    sheet, column, _ = found(place)
    database.register("staged", pa.Table.from_pylist([{"row": 1, **row}], schema=staged_schema(sheet)))
    checks = [c for c in checks_of(FORM)[sheet.name] if c.column == column.name and c.rule not in ELSEWHERE]
    asked = [c.bad for c in checks if (c.rule == "required-cell-empty") is (question == "missing")]
    return database.execute(f"SELECT {' OR '.join(asked) or False} FROM staged").fetchall() == [(True,)]


@pytest.fixture(scope="module")
def computed(tmp_path_factory, convert):
    """What LibreOffice answers to every case: one sheet a case, the row where the template has it."""
    folder = tmp_path_factory.mktemp("formulas")
    with Workbook(folder / "asked.xlsx") as workbook:
        for number, (place, row, question) in enumerate(cases()):
            page, (sheet, _, grid) = workbook.add_worksheet(f"case {number}"), found(place)
            for name, value in row.items():
                page.write(
                    *grid.span(name)[:2],
                    value,
                    workbook.add_format({"num_format": sheet.by_name[name].spelling.excel}),
                )
            page.write_formula(99, 25, f"={formula}" if (formula := excel_formula(place, row, question)) else "=FALSE")
        for title in ("Участники", "Списки"):
            workbook.add_worksheet(title)
        grids = {sheet.name: Grid(sheet) for sheet in FORM.sheets}
        write_lists(workbook, workbook.get_worksheet_by_name("Списки"), FORM, grids, Looks(workbook))
    # LibreOffice believes the zeros cached in an .xlsx; on its way through .ods it computes.
    answered = convert(convert(folder / "asked.xlsx", folder, "ods"), folder / "answered", "xlsx")
    answers = openpyxl.load_workbook(answered, data_only=True)
    return [answers[f"case {number}"].cell(100, 26).value for number, _ in enumerate(cases())]


def test_the_template_and_the_rules_agree(computed):
    database = duckdb.connect()
    disagreements = [
        (place, row, question, answer)
        for (place, row, question), answer in zip(cases(), computed, strict=True)
        if answer is not sql_says_bad(database, place, row, question)
    ]
    assert disagreements == []


def test_the_samples_hold_good_and_bad_values(computed):
    assert {True, False} == set(computed)
    for place, _, _ in SAMPLES:
        verdicts = {answer for case, answer in zip(cases(), computed, strict=True) if case[0] == place}
        assert verdicts == {True, False}, place
