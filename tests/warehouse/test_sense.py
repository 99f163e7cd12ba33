"""Rows of reference files that nobody can have meant, told at the load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import runner
from warehouse.installation.settings import Misconfigured
from warehouse.register.reference import parse_reference, shipped_reference
from warehouse.register.sense import check_sense
from warehouse.tables.reference import REFERENCE

HEADS = {name: ",".join(field.name for field in fields) for name, (_, fields) in REFERENCE.items()}
SCHOOL = "{},МБОУ СОШ № 1,,ОУ,СОШ,NSH,61,2020-09-01,"
FOLDER = "код — имя папки приёма"


def check(name: str, line: str) -> None:
    check_sense({name: parse_reference(name, f"{HEADS[name]}\n{line}")})


def test_the_orders_own_files_make_sense() -> None:
    folder = shipped_reference()
    check_sense({one.stem: parse_reference(one.stem, one.read_text(encoding="utf-8")) for one in folder.glob("*.csv")})


@pytest.mark.parametrize("code", ["NSH-S001", "школа 1", "-rf", "CON", "=1+1", "A'); DROP TABLE deliveries;--"])
def test_a_code_is_any_name_of_a_folder(code: str) -> None:
    check("institutions", SCHOOL.format(code))


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        *(("institutions", SCHOOL.format(code), FOLDER) for code in ("../../x", "a/b", "a\\b", "..", ".x", "a\u202eb", "x" * 61)),
        ("institutions", SCHOOL.format("X").replace("NSH", "N/H"), "в коде муниципалитета не может быть «/»"),
        ("institutions", SCHOOL.format("X").replace("ОУ", "OУ"), "вид организации — ОУ или УДО, русскими буквами."),
        ("plans", "NSH-S001,2021/2022,-5,приказ", "план не может быть меньше нуля."),
        ("plans", "NSH-S001,2021/2023,5,приказ", "учебный год записывают как 2021/2022."),
        ("plans", "NSH-S001,2021-2022,5,приказ", "учебный год записывают как 2021/2022."),
        ("reporting_dates", "2021-12-31,2021-12-01,2021-11-15,2022-01-31,annual", "срок сдачи (due_on) раньше"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(name: str, line: str, told: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        check(name, line)
    assert told in str(raised.value) and str(raised.value).startswith(f"{name}.csv, ")


def test_no_register_leads_out_of_the_home(tmp_path: Path) -> None:
    """A template goes into a folder named by the code."""
    run, folder = runner(tmp_path / "at/home"), tmp_path / "reference"
    folder.mkdir()
    (folder / "institutions.csv").write_text(f"{HEADS['institutions']}\n{SCHOOL.format('../../x')}\n", encoding="utf-8")
    loaded = run("reference", "load", folder)
    assert loaded.exit_code == 2 and FOLDER in loaded.stderr
    assert run("template", "--institution", "../../x", "--as-of", "2021-12-31").exit_code == 2
    assert list(tmp_path.rglob("*.xlsx")) == []
