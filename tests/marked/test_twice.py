"""A workbook that was marked before, mended in part and sent again: marks of the first time don't pile up."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tests.marked.test_marking import SPOILT, WRONG_ID, mark
from tests.workbooks import submission, write
from warehouse.installation.home import Home
from warehouse.marked.styles import FILLS

OWN_FILL, OWN_COMMENT = "FF00B0F0", "Сверено с копией"


@pytest.fixture(scope="module")
def marked(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook whose F2 has a colour and a comment of the sender's, marked."""
    folder = tmp_path_factory.mktemp("marked")
    book = openpyxl.load_workbook(write(folder / "sent.xlsx", submission(Участники=SPOILT, Пары=WRONG_ID)))
    book["Участники"]["F2"].fill = PatternFill("solid", fgColor=OWN_FILL)
    book["Участники"]["F2"].comment = Comment(OWN_COMMENT, "Секретарь")
    book.save(folder / "own.xlsx")
    return mark(home, folder / "own.xlsx", folder / "marked.xlsx").path


def seen(path: Path) -> dict[str, tuple[str, str | None]]:
    """Colour and comment of every cell but those of our own sheet, where it has either."""
    cells = {
        f"{sheet.title}!{cell.coordinate}": (cell.fill.fgColor.rgb, cell.comment and cell.comment.text)
        for sheet in openpyxl.load_workbook(path).worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
    }
    return {place: look for place, look in cells.items() if look[0] in FILLS.values() or look[1]}


def test_the_same_findings_are_marked_as_before(home: Home, marked: Path, tmp_path: Path) -> None:
    again = mark(home, marked, tmp_path / "again.xlsx").path
    assert seen(again) == seen(marked)
    third = mark(home, again, tmp_path / "third.xlsx").path
    assert hidden(third) == hidden(again) == hidden(marked) == {OWN_FILL}
    with zipfile.ZipFile(marked) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())


def hidden(path: Path) -> set[str]:
    """The sender's colours that our marks stand upon."""
    cells = (cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row)
    fills = [cell.fill for cell in cells if cell.fill.fgColor.rgb in FILLS.values()]
    return {one.bgColor.rgb for one in fills if one.bgColor.type == "rgb"}


def test_marks_go_with_what_was_mended(home: Home, marked: Path, tmp_path: Path) -> None:
    assert seen(marked)["Участники!F2"][1].startswith(f"{OWN_COMMENT}\n\nОшибка: ")
    book = openpyxl.load_workbook(marked)
    book["Участники"]["E2"], book["Участники"]["F2"] = "29.02.2008", "112-233-445 95"
    book.save(tmp_path / "mended.xlsx")
    left = seen(mark(home, tmp_path / "mended.xlsx", tmp_path / "again.xlsx").path)
    assert "Участники!E2" not in left
    assert (left["Участники!F2"][0], left["Участники!F2"][1].strip()) == (OWN_FILL, OWN_COMMENT)
    assert left["Участники!B3"] == seen(marked)["Участники!B3"]
