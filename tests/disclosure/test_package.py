"""A public package: one set of hidden cells in every format, nothing beside them, and a proof of its own."""

from __future__ import annotations

import csv
import dataclasses
import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import frictionless
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.disclosure.random_towns import make_town, published
from tests.release.made_contents import town
from tests.release.test_workbook import PARTS
from warehouse.disclosure.earlier import Earlier
from warehouse.disclosure.hiding import hide
from warehouse.disclosure.package import WRITERS, write_public
from warehouse.indicators.trajectory import Plan
from warehouse.proof.manifest import MANIFEST
from warehouse.release.contents import KEY, Contents
from warehouse.release.package import verify
from warehouse.release.wording import HIDDEN, SCOPES
from warehouse.release.workbook_figures import SHEET

HIDEABLE = ("numerator", "denominator", "value")
Cells = dict[tuple[str, ...], tuple[str, ...]]  # by indicator, scope and date: what stands in HIDEABLE


@pytest.fixture(scope="module")
def contents() -> Contents:
    """A town in which kinds too are hidden."""
    return next(
        one
        for seed in range(100)
        for one in [published(make_town(seed))]
        if _kind_hidden(one) and _institution_shown(one)
    )


def _kind_hidden(one: Contents) -> bool:
    assert one.public is not None
    return any(key[0] == "students_involved" and key[2] == "kind" for key in one.public.hidden)


def _institution_shown(one: Contents) -> bool:
    rows = one.figures.to_pylist()
    return any(row["scope_type"] == "institution" and row["value"] and row["value"] > 0 for row in rows)


@pytest.fixture(scope="module")
def released(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_public(contents, tmp_path_factory.mktemp("public") / contents.release)


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "package"))


def of_csv(folder: Path) -> Cells:
    with (folder / "kpi.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["indicator"], row["scope_type"], row["scope_code"], row["as_of"]): tuple(
                row[name] for name in HIDEABLE
            )
            for row in csv.DictReader(file)
        }


def of_parquet(folder: Path) -> Cells:
    found = {}
    for row in pq.read_table(folder / "kpi.parquet").to_pylist():
        names = (row["hidden"] or "").split()
        assert all(row[name] is None for name in names)
        key = (row["indicator"], row["scope_type"], row["scope_code"], row["as_of"].isoformat())
        found[key] = tuple(HIDDEN if name in names else _spelled(row[name]) for name in HIDEABLE)
    return found


def _spelled(value: object) -> str:
    return "" if value is None else f"{value:f}".rstrip("0").rstrip(".") if "." in str(value) else str(value)


def of_workbook(folder: Path) -> Cells:
    rows = openpyxl.load_workbook(folder / "kpi.xlsx")[SHEET].iter_rows(min_row=3, values_only=True)
    head = next(rows)
    places = [head.index(title) for title in ("Числитель", "Знаменатель", "Значение, %")]
    key = [head.index(title) for title in ("Код показателя", "Уровень", "Код", "Отчётная дата")]
    levels = {words: code for code, words in SCOPES.items()}
    return {
        (row[key[0]], levels[row[key[1]]], row[key[2]], row[key[3]].date().isoformat()): tuple(
            HIDDEN if row[place] == HIDDEN else _spelled(row[place]) for place in places
        )
        for row in rows
    }


def trimmed(cells: Cells) -> Cells:
    """Write numbers one way: formats differ in the zeros after the point."""
    return {
        key: tuple(text if text in ("", HIDDEN) else f"{float(text):.2f}" for text in values)
        for key, values in cells.items()
    }


def test_formats_agree_cell_by_cell(released: Path) -> None:
    told = trimmed(of_csv(released))
    assert any(HIDDEN in values for values in told.values())
    assert trimmed(of_parquet(released)) == told
    assert trimmed(of_workbook(released)) == told


class Tables(HTMLParser):
    """The rows of every table as texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.comments: list[str] = []
        self._in = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "tr":
            self.rows.append([])
        self._in = tag in ("td", "th") or (self._in and tag not in ("tr", "table"))
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def page(folder: Path) -> Tables:
    parsed = Tables()
    parsed.feed((folder / "report.html").read_text(encoding="utf-8"))
    return parsed


def test_the_report_and_the_ranking_sheet_say_the_same(released: Path) -> None:
    told = {
        key[2]: values for key, values in trimmed(of_csv(released)).items()
        if key[:2] == ("students_involved", "institution")
    }  # fmt: skip
    shown = {}
    for row in page(released).rows:
        if len(row) > 5 and row[1] in told:
            shown[row[1]] = tuple(_number(row[place]) for place in (4, 3, 5))
    assert shown == told
    sheet = openpyxl.load_workbook(released / "kpi.xlsx")["Организации"].iter_rows(min_row=3, values_only=True)
    head = next(sheet)
    places = [head.index(title) for title in ("Вовлечено", "Обучающихся", "Доля, %")]
    ranked = {row[1]: tuple(_number(str(row[place])) for place in places) for row in sheet if row[1] in told}
    assert ranked == told


def _number(text: str) -> str:
    text = html.unescape(text).strip().replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    return text if text == HIDDEN else "" if text in ("—", "None") else f"{float(text):.2f}"


def test_hidden_kinds_are_marked_and_not_drawn(released: Path) -> None:
    text = (released / "report.html").read_text(encoding="utf-8")
    assert "Скрытые значения не нарисованы." in text and f": {HIDDEN}" in text
    sheet = openpyxl.load_workbook(released / "kpi.xlsx")["Ряд"]
    words = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("графика нет, часть значений скрыта" in word for word in words) and HIDDEN in words
    for chart in sheet._charts:
        for one in chart.ser:
            where = one.val.numRef.f.replace("$", "").split("!")[1]
            drawn = sheet[where] if ":" in where else ((sheet[where],),)
            assert HIDDEN not in [cell.value for (cell,) in drawn]


def test_nothing_but_the_figures_is_in_the_package(released: Path) -> None:
    assert sorted(path.name for path in released.iterdir()) == sorted([*WRITERS, MANIFEST])
    text = (released / MANIFEST).read_text(encoding="utf-8")
    assert json.loads(text).keys() == {
        "manifest_version", "package", "release", "as_of", "known_at", "figures", "figures_sha256", "least_shown",
        "left_out", "files", "seal",
    }  # fmt: skip
    with zipfile.ZipFile(released / "kpi.xlsx") as book:
        assert [name for name in book.namelist() if not PARTS.fullmatch(name)] == []
        core, whole = book.read("docProps/core.xml").decode(), book.read("xl/workbook.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert "<dc:creator></dc:creator>" in core and "lastModifiedBy></cp:lastModifiedBy" in core
    assert set(re.findall(r'<definedName name="([^"]+)"', whole)) <= {
        "_xlnm.Print_Area", "_xlnm.Print_Titles", "_xlnm._FilterDatabase",
    }  # fmt: skip
    assert 'state="' not in whole and not any("<row" in s and ' hidden="1"' in s for s in sheets)
    assert openpyxl.load_workbook(released / "kpi.xlsx").sheetnames == [
        "Титул", "Показатели", "Ряд", "Сколько ещё нужно", "Организации", SHEET,
    ]  # fmt: skip
    assert page(released).comments == []
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", (released / "report.html").read_text(encoding="utf-8"), re.S)
    assert len(scripts) == 1 and "T-S0" not in scripts[0]


def test_the_package_proves_itself_and_a_changed_cell_is_found(folder: Path) -> None:
    assert verify(folder) == []
    text = (folder / "kpi.csv").read_text(encoding="utf-8")
    (folder / "kpi.csv").write_text(text.replace(HIDDEN, "3", 1), encoding="utf-8")
    assert any("другая контрольная сумма" in line for line in verify(folder))
    assert any("kpi.csv" in line and "kpi.parquet" in line for line in verify(folder))


def test_the_description_fits_the_tables(folder: Path) -> None:
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert [task.name for task in report.tasks if not task.valid] == []


def test_official_figures_are_as_they_were_and_few_are_shown_nowhere() -> None:
    """The town of twenty-one institutions over five dates, one of which has not reported."""
    whole = town(missing=("NSH-S016",))
    shipped = pa.array(["1.0"] * whole.figures.num_rows)  # its definitions are made up, their codes are not
    whole = dataclasses.replace(whole, figures=whole.figures.set_column(KEY.index("definition"), "definition", shipped))
    public = hide(whole, whole.evidence.places, Plan({}, frozenset()), Earlier(), 5)
    assert public.public is not None
    before, after = (list(_rows(one)) for one in (whole, public))
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        key = tuple(new[name] for name in KEY[1:])
        assert {name for name in new if old[name] != new[name]} == public.public.hidden.get(key, set())
        if new["scope_type"] in ("municipality", "region", "country"):
            assert old == new
        elif new["indicator"] not in ("partners_with_mentors", "training_hours"):
            assert not 0 < (new["numerator"] or 0) < 5 or new["numerator"] is None


def _rows(contents: Contents) -> Iterator[dict]:
    yield from contents.figures.to_pylist()
