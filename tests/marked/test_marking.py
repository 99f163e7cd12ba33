"""The sender's own workbook comes back marked, and nothing else in it is touched."""

from __future__ import annotations

import shutil
import stat
import subprocess
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from expectations.form import FORM
from expectations.template import Filling, write_template
from tests.installations import COLLECTED, take
from tests.workbooks import PAIRS, PEOPLE, submission, write
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.marked.job import Mode
from warehouse.marked.marking import Marked, mark_checked, mark_delivery
from warehouse.marked.styles import FILLS
from warehouse.preview.checking import check_files

SPOILT = (
    PEOPLE.replace("112-233-445 95", "112-233-445 96").replace("29.02.2008", "29/02/2008").replace("Мнимый", "      ")
)
WRONG_ID = PAIRS.replace("У-2             ", "У-02            ")
BAD_CELLS = {"Участники": {"E2": "wrong-type", "F2": "bad-snils", "B3": "required-cell-empty"}}


def mark(home: Home, source: Path, output: Path) -> Marked:
    (checked,) = check_files(home, [source], None, COLLECTED)
    return mark_checked(home, checked, output)


@pytest.fixture(scope="module")
def spoilt(home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Marked]:
    folder = tmp_path_factory.mktemp("spoilt")
    source = write(folder / "sent.xlsx", submission(Участники=SPOILT, Пары=WRONG_ID))
    return source, mark(home, source, folder / "marked.xlsx")


def test_bad_cells_are_coloured_and_commented(spoilt: tuple[Path, Marked]) -> None:
    _, marked = spoilt
    assert marked.mode is Mode.OWN
    sheet = openpyxl.load_workbook(marked.path)["Участники"]
    for address, rule in BAD_CELLS["Участники"].items():
        assert sheet[address].fill.fgColor.rgb == FILLS["error"]
        assert sheet[address].comment.text.endswith(f"Правило: {rule}")
        assert sheet[address].comment.text.startswith("Ошибка: ")
    assert "Вероятно, имелось в виду 29.02.2008." in sheet["E2"].comment.text
    assert sheet["C2"].comment is None and sheet["C2"].fill.fgColor.rgb != FILLS["error"]


@pytest.mark.parametrize("mode", [Mode.OWN, Mode.ROWS])
def test_a_hidden_copy_of_a_sheet_is_left_alone(home: Home, tmp_path: Path, mode: Mode) -> None:
    """What is read is the sheet that is shown: «Участники (2020)» before it has the same heading."""
    sheets = {"Участники (2020)": submission()["Участники"]} | submission(Участники=SPOILT)
    book = openpyxl.load_workbook(write(tmp_path / "plain.xlsx", sheets))
    book["Участники (2020)"].sheet_state = "hidden"
    book.save(tmp_path / "plain.xlsx")
    source = tmp_path / "sent.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as before, zipfile.ZipFile(source, "w") as after:
        for name in before.namelist():
            comment = b"<!-- -->" if mode is Mode.ROWS and name == "xl/worksheets/sheet4.xml" else b""
            after.writestr(name, before.read(name).replace(b"<sheetData>", comment + b"<sheetData>"))
    marked = mark(home, source, tmp_path / "marked.xlsx")
    assert marked.mode is mode
    assert openpyxl.load_workbook(marked.path)["Участники"]["F2"].fill.fgColor.rgb == FILLS["error"]


def test_suggestions_are_not_applied(spoilt: tuple[Path, Marked]) -> None:
    source, marked = spoilt
    before, after = openpyxl.load_workbook(source), openpyxl.load_workbook(marked.path)
    assert after.sheetnames == ["Замечания", *before.sheetnames]
    for sheet in before:
        assert [list(row) for row in after[sheet.title].values] == [list(row) for row in sheet.values]


def test_the_first_sheet_has_verdict_counts_and_causes_with_links(spoilt: tuple[Path, Marked]) -> None:
    _, marked = spoilt
    sheet = openpyxl.load_workbook(marked.path)["Замечания"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "Книга была бы принята, кроме строк с ошибками" in texts
    assert "прочитано 3 = загружено 1 + отложено 2 + пропущено 0" in texts
    locations = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert {"'Участники'!E2", "'Участники'!F2", "'Участники'!B3", "'Пары'!C3"} <= locations
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_it_is_for_its_owner_alone(spoilt: tuple[Path, Marked]) -> None:
    assert stat.S_IMODE(spoilt[1].path.stat().st_mode) == 0o600


def test_a_marked_workbook_that_comes_back_is_read_as_before(home: Home, spoilt: tuple[Path, Marked], tmp_path) -> None:
    source, marked = spoilt
    first, again = check_files(home, [source, marked.path], None, COLLECTED)
    assert again.findings == first.findings
    twice = mark_checked(home, again, tmp_path / "twice.xlsx")
    assert openpyxl.load_workbook(twice.path).sheetnames == openpyxl.load_workbook(marked.path).sheetnames


@pytest.fixture(scope="module")
def filled_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template as a school fills it in: comments, checks, protection, names and hidden lists of its own."""
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    people = [
        {
            "participant_id": f"У-{n}", "surname": "Пробный" if n > 1 else None, "given_name": "Пётр",
            "birth_date": date(2008, 2, n), "category": "обучающийся", "group_name": "7А", "consent_date": date(2020, 9, 1),
        }
        for n in (1, 2, 3)
    ]  # fmt: skip
    pairs = [
        {
            "pair_id": "П-1", "mentor_id": "У-2", "mentee_id": "У-3", "form": "ученик – ученик", "programme": "Вместе",
            "started_on": date(2020, 10, 1), "outcome": "продолжается",
        }
    ]  # fmt: skip
    organisation = [{"teachers": 10, "young_specialists": 2, "curator_name": "Пробная Анна Ивановна"}]
    rows = {
        "organisation": organisation,
        "participants": people,
        "pairs": pairs,
        "enrolment": [{"age": 12, "students": 99}],
    }
    write_template(path, FORM, Filling("NSH-S007", "МБОУ СОШ № 7", date(2021, 12, 31), rows=rows))
    return path


def test_the_parts_of_a_template_stay(home: Home, filled_template: Path, tmp_path: Path) -> None:
    marked = mark(home, filled_template, tmp_path / "marked.xlsx")
    assert marked.mode is Mode.OWN
    with zipfile.ZipFile(filled_template) as before, zipfile.ZipFile(marked.path) as after:
        same = [name for name in before.namelist() if after.read(name) == before.read(name)]
        changed = set(before.namelist()) - set(same)
    assert {"xl/sharedStrings.xml", "xl/theme/theme1.xml", "xl/worksheets/sheet2.xml"} <= set(same)
    assert "xl/worksheets/sheet4.xml" in changed  # Участники
    old, new = openpyxl.load_workbook(filled_template), openpyxl.load_workbook(marked.path)
    people, marks = old["Участники"], new["Участники"]
    assert marks["B4"].fill.fgColor.rgb == FILLS["error"] and "required-cell-empty" in marks["B4"].comment.text
    assert marks["A3"].comment.text == people["A3"].comment.text  # the template's own explanation
    assert marks["B5"].number_format == people["B5"].number_format and marks.protection.sheet
    assert len(marks.data_validations.dataValidation) == len(people.data_validations.dataValidation)
    assert new.defined_names.keys() == old.defined_names.keys()
    assert [new[title].print_title_rows for title in old.sheetnames] == [
        old[title].print_title_rows for title in old.sheetnames
    ]
    assert new.active.title == "Замечания"
    assert [sheet.title for sheet in new if sheet.sheet_view.tabSelected] == ["Замечания"]


def test_formulas_formats_and_other_sheets_stay(home: Home, tmp_path: Path) -> None:
    source = tmp_path / "rich.xlsx"
    book = xlsxwriter.Workbook(source, {"strings_to_formulas": False})
    look = book.add_format({"bold": True, "italic": True, "border": 2})
    for title, rows in submission(Участники=SPOILT).items():
        sheet = book.add_worksheet(title)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, look)
    own = book.add_worksheet("Мои расчёты")
    own.write_formula("A1", "=Контингент!B2*2", None, 200)
    own.insert_chart("C3", chart := book.add_chart({"type": "column"}))
    chart.add_series({"values": "='Мои расчёты'!$A$1:$A$2"})
    book.get_worksheet_by_name("Участники").write_comment("C2", "сам себе")
    book.get_worksheet_by_name("Участники").write_comment("E2", "проверить дату")
    book.close()
    marked = mark(home, source, tmp_path / "marked.xlsx")
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(marked.path) as after:
        for name in ("xl/charts/chart1.xml", "xl/drawings/drawing1.xml", "xl/worksheets/sheet5.xml"):
            assert after.read(name) == before.read(name)
    new = openpyxl.load_workbook(marked.path)
    assert new["Мои расчёты"]["A1"].value == "=Контингент!B2*2"
    cell = new["Участники"]["E2"]
    assert cell.font.b and cell.font.i and cell.border.left.style == "medium"
    assert cell.comment.text.startswith("проверить дату") and "wrong-type" in cell.comment.text
    assert new["Участники"]["C2"].comment.text == "сам себе"


def test_a_macro_workbook_keeps_its_kind(home: Home, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.xlsx", submission(Участники=SPOILT))
    source = tmp_path / "macros.xlsm"
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(source, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "[Content_Types].xml":
                usual = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
                content = content.replace(usual, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            after.writestr(name, content)
        after.writestr("xl/vbaProject.bin", b"macros are not run")
    marked = mark(home, source, tmp_path / "marked.xlsx")
    assert marked.path.name == "marked.xlsm"
    with zipfile.ZipFile(marked.path) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros are not run"


def test_csv_comes_back_as_a_workbook_of_its_rows(home: Home, tmp_path: Path) -> None:
    source = write(tmp_path / "sent.zip", submission(Участники=SPOILT.replace("Лев", "=1+1")))
    marked = mark(home, source, tmp_path / "marked.xlsx")
    assert marked.mode is Mode.ROWS
    sheet = openpyxl.load_workbook(marked.path)["Участники"]
    assert sheet["E2"].value == "29/02/2008" and "wrong-type" in sheet["E2"].comment.text
    assert (sheet["C3"].value, sheet["C3"].data_type) == ("=1+1", "s")  # their texts are never our formulas


UNUSUAL = {
    "a comment in the sheet": lambda part: part.replace(b"<sheetData>", b"<!-- <c r='A1'/> --><sheetData>"),
    "a namespace that is strict": lambda part: part.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL)
def test_what_cannot_be_edited_safely_is_made_from_rows(home: Home, tmp_path: Path, change) -> None:
    plain = write(tmp_path / "plain.xlsx", submission(Участники=SPOILT))
    source = tmp_path / "unusual.xlsx"
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(source, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == "xl/worksheets/sheet3.xml" else content)
    marked = mark(home, source, tmp_path / "marked.xlsx")
    assert marked.mode is Mode.ROWS
    assert openpyxl.load_workbook(marked.path)["Участники"]["E2"].fill.fgColor.rgb == FILLS["error"]


def test_a_file_that_cannot_be_read_gets_the_first_sheet_alone(home: Home, tmp_path: Path) -> None:
    source = tmp_path / "torn.xlsx"
    source.write_bytes(b"PK\x03\x04 torn")
    marked = mark(home, source, tmp_path / "marked.xlsx")
    assert marked.mode is Mode.BARE
    book = openpyxl.load_workbook(marked.path)
    assert book.sheetnames == ["Замечания"]
    assert "Книга не была бы принята" in [cell.value for row in book.active.iter_rows() for cell in row]


def test_a_damaged_workbook_is_not_edited(home: Home, tmp_path: Path) -> None:
    plain, source = write(tmp_path / "plain.xlsx", submission()), tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(source, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b"</row>", b"", 1) if name == "xl/worksheets/sheet3.xml" else content)
    assert mark(home, source, tmp_path / "marked.xlsx").mode is Mode.ROWS  # calamine reads it, Excel would not


def test_a_received_delivery_is_marked_on_demand(home: Home, tmp_path: Path) -> None:
    write(home.settings.inbox / "NSH-S007" / "sent.xlsx", submission(Участники=SPOILT, Пары=WRONG_ID))
    (line,) = take(home).lines
    write(home.settings.inbox / "NSH-S007" / "again.xlsx", submission(Участники=SPOILT, Пары=WRONG_ID))
    (repetition,) = take(home).lines
    for delivery in (line.delivery, repetition.delivery):
        marked = mark_delivery(home, delivery, tmp_path / f"{delivery}.xlsx")
        book = openpyxl.load_workbook(marked.path)
        assert "Принято, кроме строк с ошибками" in [
            cell.value for row in book["Замечания"].iter_rows() for cell in row
        ]
        assert "bad-snils" in book["Участники"]["F2"].comment.text
    with pytest.raises(Misconfigured):
        mark_delivery(home, "0" * 16, tmp_path / "none.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {f"{line.delivery}.xlsx", f"{repetition.delivery}.xlsx"}
    )


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("of", ["text rows", "template"])
def test_libreoffice_opens_it(home: Home, spoilt, filled_template: Path, tmp_path: Path, of: str) -> None:
    path = spoilt[1].path if of == "text rows" else mark(home, filled_template, tmp_path / "marked.xlsx").path
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods", path],
        cwd=tmp_path, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    content = zipfile.ZipFile(tmp_path / f"{path.stem}.ods").read("content.xml").decode()
    assert content.index('table:name="Замечания"') < content.index('table:name="Участники"')
    assert "Правило: required-cell-empty" in content  # the comments came along
    assert "#Участники" in content or "#&apos;Участники&apos;" in content or "Участники.B" in content


def test_the_same_job_gives_the_same_bytes(home: Home, spoilt: tuple[Path, Marked], tmp_path: Path) -> None:
    source, marked = spoilt
    again = mark(home, source, tmp_path / "again.xlsx")
    assert again.path.read_bytes() == marked.path.read_bytes()
    assert zipfile.ZipFile(BytesIO(marked.path.read_bytes())).testzip() is None
