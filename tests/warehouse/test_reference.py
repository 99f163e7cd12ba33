"""Reference files as they are written: line ends, columns, and bytes that can be loaded again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installations import COLLECTED, installation, rows
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.settings import Misconfigured
from warehouse.register import reference
from warehouse.register.reference import load_reference, parse_reference
from warehouse.tables.tables import table

PLANS = "institution_code,school_year,planned_participants,source"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_what_was_loaded_is_loaded_again(tmp_path: Path, end: str) -> None:
    text = end.join([PLANS, f'NSH-S001,2021/2022,40,"Приказ № 1,{end}перечень"', "NSH-S002,2021/2022,30,", ""])
    file = tmp_path / "from/plans.csv"
    file.parent.mkdir()
    file.write_bytes(text.encode())
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/plans.csv").symlink_to(file)
    with installation(tmp_path / "home") as home:
        with home.writing() as connection:
            assert load_reference(connection, home.received, tmp_path / "linked", COLLECTED) == {"plans": 2}
        loaded = rows(home, table("plans"))
        assert ("NSH-S001", "2021/2022", 40, "Приказ № 1,\nперечень") in [row[:4] for row in loaded]
        rebuild(home)
        assert rows(home, table("plans")) == loaded


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{PLANS}\nNSH-S001,2021/2022,40,Приказ № 1, перечень", "plans.csv, строка 2: ячеек больше, чем столбцов"),
        (f"{PLANS},source\nNSH-S001,2021/2022,40,a,b", "plans.csv: ожидаются столбцы"),
        (
            f'{PLANS}\nNSH-S001,2021/2022,40,"a\nNSH-S002,2021/2022,40,b\n',
            "plans.csv, после строки 1: кавычки не закрыты",
        ),
    ],
    ids=["a comma without quotes", "a column twice", "a quote that is not closed"],
)
def test_nothing_of_a_line_is_dropped(text: str, told: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        parse_reference("plans", text)
    assert str(raised.value).startswith(told)
    assert len(parse_reference("plans", text, strict=False)) == 1  # so it was loaded once, and is loaded again


def test_a_file_that_could_not_be_kept_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans.csv").write_text(f"{PLANS}\nNSH-S001,2021/2022,40,\n")
    monkeypatch.setattr(reference, "LARGEST", 10)
    with installation(tmp_path / "home") as home, home.writing() as connection, pytest.raises(Misconfigured) as raised:
        load_reference(connection, home.received, tmp_path, COLLECTED)
    assert str(raised.value).startswith("plans.csv: файл больше")
