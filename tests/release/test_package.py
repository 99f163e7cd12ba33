"""A release is written whole, once, to the same bytes, and proves itself."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tests.release.made_contents import town
from warehouse.release.contents import Contents
from warehouse.release.package import WRITERS, ReleaseDiffers, verify, write_release

FILES = {*WRITERS, "manifest.json"}


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town(missing=("NSH-S016", "NSH-S079"))


@pytest.fixture(scope="module")
def written(contents, tmp_path_factory) -> Path:
    """The release as it was written: not to be changed."""
    return write_release(contents, tmp_path_factory.mktemp("written") / contents.release)


@pytest.fixture
def folder(written, tmp_path) -> Path:
    """A copy to change."""
    return shutil.copytree(written, tmp_path / written.name)


@pytest.fixture
def plain_report(monkeypatch) -> None:
    """An empty report: to draw the real one takes most of the time of a release, and only its hash is proved."""
    monkeypatch.setitem(WRITERS, "report.html", lambda contents, path: path.write_text("", encoding="utf-8"))


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_figure(contents: Contents, column: str, value: object, **where: object) -> Contents:
    """Give the contents with one cell of the first figure that fits `where` replaced."""
    rows = contents.figures.to_pylist()
    row = next(row for row in rows if where.items() <= row.items())
    row[column] = value
    return dataclasses.replace(contents, figures=pa.Table.from_pylist(rows, contents.figures.schema))


def test_a_release_is_proved(folder, contents):
    assert set(read(folder)) == FILES
    assert [path.name for path in folder.parent.iterdir()] == [contents.release]
    assert verify(folder) == []


def test_manifest_tells_what_is_inside(folder, contents):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["release"] == contents.release
    assert manifest["as_of"] == "2024-12-31"
    assert manifest["known_at"] == "2025-01-20T09:30:00+00:00"
    assert manifest["figures"] == contents.figures.num_rows
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_rows_in_another_order_give_the_same_bytes(folder, contents, tmp_path):
    names = [
        field.name for field in dataclasses.fields(Contents) if isinstance(getattr(contents, field.name), pa.Table)
    ]
    turned = {name: getattr(contents, name).slice(0)[::-1] for name in names if name != "indicators"}
    again = write_release(dataclasses.replace(contents, **turned), tmp_path / "again")
    assert read(again) == read(folder)


def test_the_same_contents_give_the_same_bytes_anywhere(folder, tmp_path):
    script = (
        "import sys; from pathlib import Path; from tests.release.made_contents import town\n"
        "from warehouse.release.package import write_release\n"
        "write_release(town(missing=('NSH-S016', 'NSH-S079')), Path(sys.argv[1]))"
    )
    elsewhere = {"TZ": "Asia/Kamchatka", "PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "again")], env=os.environ | elsewhere, check=True)
    assert read(tmp_path / "again") == read(folder)


def test_a_second_run_changes_nothing(folder, contents):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert write_release(contents, folder) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert [path.name for path in folder.parent.iterdir()] == [contents.release]


def test_what_was_released_is_never_overwritten(folder, contents):
    before = read(folder)
    with pytest.raises(ReleaseDiffers, match="не переписывается"):
        write_release(change_figure(contents, "numerator", Decimal(1)), folder)
    assert read(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [contents.release]


def test_an_interrupted_release_is_absent_and_the_next_run_completes_it(contents, tmp_path, monkeypatch, plain_report):
    """Interrupted at every file in turn, each time over what the last run left."""

    def fail(contents: Contents, path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    folder = tmp_path / contents.release
    for failing in WRITERS:
        with monkeypatch.context() as patch:
            patch.setitem(WRITERS, failing, fail)
            with pytest.raises(OSError, match="No space"):
                write_release(contents, folder)
        assert not folder.exists(), failing
    assert verify(write_release(contents, folder)) == []
    assert [path.name for path in tmp_path.iterdir()] == [contents.release]


def overwrite(name: str, old: bytes, new: bytes):
    def tamper(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1))

    return tamper


TAMPERINGS = {
    "extra file": (lambda folder: (folder / "ФИО.txt").write_text("x"), "ФИО.txt: файла нет в описи."),
    "lost file": (lambda folder: (folder / "report.html").unlink(), "report.html: файл пропал."),
    "lost extract": (lambda folder: (folder / "kpi.xlsx").unlink(), "kpi.xlsx: показатели не читаются."),
    "broken workbook": (lambda folder: (folder / "kpi.xlsx").write_bytes(b"PK"), "kpi.xlsx: показатели не читаются."),
    "changed report": (
        overwrite("report.html", b"</title>", b"!</title>"),
        "report.html: содержимое не то, что было выпущено (другая контрольная сумма).",
    ),
    "changed figure": (
        overwrite("kpi.csv", b"institution,NSH-S001,2021-12-31,", b"institution,NSH-S001,2021-12-31,9"),
        "students_involved (2020.1), institution NSH-S001, 2021-12-31: numerator в kpi.csv 9",
    ),
    "carriage returns": (
        overwrite("kpi.csv", b"high\n", b"high\r\n"),
        "kpi.csv: строки не по порядку или записаны не так, как положено.",
    ),
    "no manifest": (
        lambda folder: (folder / "manifest.json").unlink(),
        "Нет файла manifest.json: это не выпуск или он не дописан.",
    ),
    "broken manifest": (overwrite("manifest.json", b"{", b"["), "manifest.json: файл повреждён."),
    "other count": (overwrite("manifest.json", b'"figures": ', b'"figures": 1'), "Показателей "),
    "other release": (
        overwrite("manifest.json", b'"release": "2024', b'"release": "2023'),
        "Есть показатели другого выпуска, не 2023-12-31-1.",
    ),
    "later manifest": (
        overwrite("manifest.json", b'"manifest_version": 3', b'"manifest_version": 9'),
        "manifest.json: версия описи не 3; нужна другая версия программы.",
    ),
    "link": (
        lambda folder: (folder / "kpi.csv").rename(folder.parent / "x") and (folder / "kpi.csv").symlink_to(folder.parent / "x"),
        "kpi.csv: это ссылка, а не файл выпуска.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found(folder, tampering):
    tamper, expected = TAMPERINGS[tampering]
    if tampering == "changed figure":  # the indicator whose row it is comes last in the file before plan_fulfilment's
        expected = expected.replace("students_involved (", "mentors_15_19 (")
    tamper(folder)
    assert any(line.startswith(expected) for line in verify(folder)), verify(folder)


TOWN_2024 = {"indicator": "students_involved", "scope_type": "municipality", "as_of": town().as_of}
WRONG_FIGURES = {  # column: a wrong value, how verify tells it
    "value": (Decimal("73.29"), "73.29"),
    "meets_target": (False, "no"),
    "target": (None, "пусто"),
    "status": ("final", "final"),
    "reported": (22, "22"),
    "low": (Decimal("90.00"), "90"),
    "coverage_students": (Decimal("101.00"), "101"),
    "numerator": (Decimal(1), "1"),
    "denominator": (None, "пусто"),
}


@pytest.mark.parametrize("column", WRONG_FIGURES)
def test_a_figure_that_does_not_follow_is_found_in_a_well_formed_release(contents, tmp_path, column, plain_report):
    value, told = WRONG_FIGURES[column]
    wrong = verify(write_release(change_figure(contents, column, value, **TOWN_2024), tmp_path / "wrong"))
    (line,) = [one for one in wrong if not one.startswith("trajectory.csv")]  # the way to the target starts from it too
    start = (
        f"students_involved (2020.1), municipality NSH, 2024-12-31: {column} в kpi.parquet {told}, по свидетельствам "
    )
    assert line.startswith(start), line
