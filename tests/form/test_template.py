"""The template: what a school finds in it, what it lets them type."""

import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from expectations.form import FORM
from expectations.template import Filling, write_template
from expectations.text import fold_heading
from tests.form.filled import FILLED, KNOWN, REPORTED_ON, ROWS

HEADING_LINE, FIRST_LINE, PREPARED = 3, 4, 2_000


def written(filling: Filling) -> bytes:
    output = io.BytesIO()
    write_template(output, FORM, filling)
    return output.getvalue()


@pytest.fixture(scope="module")
def blank():
    return openpyxl.load_workbook(io.BytesIO(written(Filling())))


@pytest.fixture(scope="module")
def full():
    return openpyxl.load_workbook(io.BytesIO(written(FILLED)))


def columns(*, vertical: bool):
    return [(s, c) for s in FORM.sheets if s.vertical is vertical for c in s.columns]


def cell_of(workbook, sheet, column):
    place = [c.name for c in sheet.columns].index(column.name) + 1
    page = workbook[sheet.title]
    return page.cell(HEADING_LINE + place - 1, 2) if sheet.vertical else page.cell(FIRST_LINE, place)


def heading_of(workbook, sheet, column):
    cell = cell_of(workbook, sheet, column)
    return (
        workbook[sheet.title].cell(cell.row, 1)
        if sheet.vertical
        else workbook[sheet.title].cell(HEADING_LINE, cell.column)
    )


def validation_of(workbook, sheet, column):
    cell = cell_of(workbook, sheet, column)
    (found,) = [v for v in workbook[sheet.title].data_validations.dataValidation if cell.coordinate in v.sqref]
    return found


def named(workbook, name):
    sheet, area = workbook.defined_names[name].attr_text.split("!")
    return [cell.value for (cell,) in workbook[sheet.strip("'")][area]]


def test_the_sheets_are_the_forms_between_instruction_and_hidden_lists(blank):
    instruction, lists = FORM.ignored_sheets
    assert blank.sheetnames == [instruction, *(sheet.title for sheet in FORM.sheets), lists]
    assert [blank[title].sheet_state for title in blank.sheetnames].count("hidden") == 1
    assert blank[lists].sheet_state == "hidden"


@pytest.mark.parametrize(("sheet", "column"), columns(vertical=False) + columns(vertical=True), ids=lambda x: x.name)
def test_a_column_shows_its_heading_hint_and_format(blank, sheet, column):
    heading, cell = heading_of(blank, sheet, column), cell_of(blank, sheet, column)
    assert fold_heading(heading.value) == fold_heading(column.heading)
    assert heading.value.endswith("*") is column.required
    assert heading.protection.locked
    validation = validation_of(blank, sheet, column)
    assert validation.showErrorMessage and validation.showInputMessage
    assert column.hint in validation.prompt
    if sheet.vertical:
        assert column.hint in blank[sheet.title].cell(cell.row, 3).value
        entry = cell
    else:
        for word in (column.hint, *column.codes):
            assert word in heading.comment.text
        # openpyxl keeps a column's look in its dimension: no cell below the heading is written.
        entry = blank[sheet.title].column_dimensions[cell.column_letter]
        last = f"{cell.column_letter}{FIRST_LINE + PREPARED - 1}"
        assert last in validation.sqref
    assert not entry.protection.locked
    assert entry.number_format == column.spelling.excel
    assert (entry.fill.fgColor.rgb == "FFFFF8DC") is column.required


@pytest.mark.parametrize(
    ("sheet", "column"), [(s, c) for s, c in columns(vertical=False) if c.codes], ids=lambda x: x.name
)
def test_a_code_list_is_a_drop_down(blank, sheet, column):
    validation = validation_of(blank, sheet, column)
    assert validation.type == "list"
    assert named(blank, validation.formula1.lstrip("=")) == list(column.codes)


REFERENCES = [(s, c) for s, c in columns(vertical=False) if c.refers_to]


@pytest.mark.parametrize(("sheet", "column"), REFERENCES, ids=lambda x: x.name)
def test_a_reference_is_a_drop_down_of_the_ids_entered(blank, sheet, column):
    validation = validation_of(blank, sheet, column)
    assert validation.type == "list"
    assert "'Участники'!$A$4:$A$5003" in blank.defined_names[validation.formula1].attr_text


@pytest.mark.parametrize(
    ("sheet", "name", "kind", "operator", "low", "high"),
    [
        ("enrolment", "age", "whole", None, "3", "25"),  # None: «between», which is not written out
        ("enrolment", "students", "whole", "greaterThanOrEqual", "0", None),
        ("surveys", "satisfaction", "whole", None, "1", "10"),
        ("events", "hours", "decimal", "greaterThanOrEqual", "0", None),
        ("pairs", "pair_id", "textLength", "lessThanOrEqual", "20", None),
        ("pairs", "started_on", "date", None, "1", "73415"),  # 01.01.1900 … 31.12.2100
    ],
)  # fmt: skip
def test_a_limit_is_checked_by_excels_own_means(blank, sheet, name, kind, operator, low, high):
    sheet = FORM.by_name[sheet]
    check = validation_of(blank, sheet, sheet.by_name[name])
    assert (check.type, check.operator, check.formula1, check.formula2) == (kind, operator, low, high)


def test_excel_takes_every_text_and_formula(blank):
    for page in blank.worksheets:
        for check in page.data_validations.dataValidation:
            assert len(check.promptTitle) <= 32 and len(check.errorTitle) <= 32
            assert len(check.prompt) <= 255 and len(check.error) <= 255
            assert all(len(formula or "") <= 255 for formula in (check.formula1, check.formula2))


def test_a_sheet_ends_where_the_form_ends(blank):
    for sheet in FORM.sheets:
        assert blank[sheet.title].max_column == (3 if sheet.vertical else len(sheet.columns))


def test_a_sheet_is_protected_without_a_password_and_may_be_worked_in(blank):
    for sheet in FORM.sheets:
        protection = blank[sheet.title].protection
        assert protection.sheet and not protection.password
        allowed = (
            protection.formatCells,
            protection.sort,
            protection.insertRows,
            protection.deleteRows,
            protection.autoFilter,
        )
        assert not any(allowed), "in the file, «false» means «not forbidden»"


def test_a_table_keeps_its_heading_in_sight_on_screen_and_paper(blank):
    for sheet in FORM.sheets:
        page = blank[sheet.title]
        assert page.freeze_panes is not None
        assert page.page_setup.orientation == "landscape" and page.page_setup.fitToHeight == 0
        assert sheet.vertical or page.print_title_rows == "$3:$3"


def test_what_is_known_is_written_with_its_type(full):
    organisation = FORM.by_name["organisation"]
    shown = {c.name: cell_of(full, organisation, c).value for c in organisation.columns}
    assert shown["form_version"] == FORM.version
    assert shown["as_of"].date() == REPORTED_ON
    assert shown["institution_code"] == KNOWN["institution_code"]
    for sheet in FORM.sheets:
        if not sheet.vertical:
            for line, row in enumerate(ROWS[sheet.name], start=FIRST_LINE):
                for place, column in enumerate(sheet.columns, start=1):
                    value = full[sheet.title].cell(line, place).value
                    assert (value.date() if isinstance(value, datetime) else value) == row.get(column.name)


def test_text_that_looks_like_a_formula_stays_text(full):
    cell = cell_of(full, FORM.by_name["pairs"], FORM.by_name["pairs"].by_name["programme"])
    assert (cell.value, cell.data_type) == ("=не формула", "s")


def test_the_instruction_names_the_institution_the_deadline_and_the_folder(full, blank):
    def text(workbook):
        return " ".join(
            str(cell.value) for row in workbook[FORM.ignored_sheets[0]].iter_rows() for cell in row if cell.value
        )

    for words in (
        "МБОУ СОШ № 7",
        "31.12.2021",
        "до 15.01.2022",
        "NSH-S007",
        "Вопросы: отдел образования.",
        *(sheet.title for sheet in FORM.sheets),
    ):
        assert words in text(full)
    assert "None" not in text(blank)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ({"students": []}, "no sheet students"),
        ({"pairs": [{"mentor": "У-1"}]}, "no column mentor"),
        ({"organisation": [{}, {}]}, "sheet organisation holds one row"),
        ({"pairs": [{"started_on": "тайна"}]}, "column started_on cannot hold a value of type str"),
        ({"enrolment": [{"age": "тайна"}]}, "column age cannot hold a value of type str"),
        ({"pairs": [{"programme": "т" * 40_000}]}, "column programme cannot hold a value of type str"),
    ],
)
def test_what_the_form_cannot_hold_is_refused_without_quoting_it(rows, complaint):
    with pytest.raises((ValueError, TypeError), match=complaint) as refusal:
        written(Filling(rows=rows))
    assert "т" not in str(refusal.value)


def test_more_rows_than_usual_are_prepared_below_what_is_known():
    rows = [{"age": 7}] * 6_000
    with zipfile.ZipFile(io.BytesIO(written(Filling(rows={"enrolment": rows})))) as package:
        assert 'sqref="A4:A7003"' in package.read("xl/worksheets/sheet3.xml").decode()


def test_the_same_filling_gives_the_same_bytes_in_any_process():
    script = (
        "import io, sys; from expectations.form import FORM; from expectations.template import write_template;"
        "from tests.form.filled import FILLED; output = io.BytesIO(); write_template(output, FORM, FILLED);"
        "sys.stdout.buffer.write(output.getvalue())"
    )
    environment = os.environ | {
        "TZ": "Asia/Vladivostok",
        "PYTHONHASHSEED": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment).stdout
    assert other == written(FILLED)


def test_the_file_is_dated_by_its_filling():
    with zipfile.ZipFile(io.BytesIO(written(FILLED))) as package:
        properties = package.read("docProps/core.xml").decode()
        stamps = {entry.date_time for entry in package.infolist()}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", properties)) == {f"{REPORTED_ON}T00:00:00Z"}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_is_left_of_a_template_that_could_not_be_written(tmp_path):
    with pytest.raises(TypeError):
        write_template(tmp_path / "t.xlsx", FORM, Filling(rows={"enrolment": [{"age": "семь"}]}))
    assert not list(tmp_path.iterdir())
