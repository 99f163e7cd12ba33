"""`nastavnik mark` and `check --marked`."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.cli.conftest import Run
from tests.workbooks import PEOPLE, submission, write

SPOILT = PEOPLE.replace("112-233-445 95", "112-233-445 96")


def test_a_checked_file_and_a_delivery_are_marked(run_made: Run, tmp_path: Path) -> None:
    source, output = write(tmp_path / "sent.xlsx", submission(Участники=SPOILT)), tmp_path / "out" / "marked.xlsx"
    result = run_made("check", str(source), "--marked", str(output))
    assert (result.exit_code, str(output) in result.stdout) == (0, True)
    assert "персональные данные" in result.stdout and "11223344596" not in result.stdout
    assert "bad-snils" in openpyxl.load_workbook(output)["Участники"]["F2"].comment.text


def test_a_received_delivery_is_marked(run_made: Run, tmp_path: Path) -> None:
    write(tmp_path / "home" / "inbox" / "NSH-S007" / "sent.xlsx", submission(Участники=SPOILT))
    assert run_made("intake", "--received-at", "2022-01-10").exit_code == 0
    delivery = run_made("findings", "--format", "csv").stdout.splitlines()[1].split(",")[0]
    result = run_made("mark", delivery, "-o", str(tmp_path / "marked.xlsx"))
    assert result.exit_code == 0, result.stderr
    assert "Присланная книга с пометками" in result.stdout
    assert "bad-snils" in openpyxl.load_workbook(tmp_path / "marked.xlsx")["Участники"]["F2"].comment.text


def test_what_cannot_be_marked_is_told(run_made: Run, tmp_path: Path) -> None:
    source = write(tmp_path / "sent.xlsx", submission())
    unknown = run_made("mark", "0" * 16, "-o", str(tmp_path / "marked.xlsx"))
    assert unknown.exit_code == 2 and "Сдачи 0000000000000000 нет." in unknown.stderr
    two = run_made("check", str(source), str(source), "--marked", str(tmp_path / "marked.xlsx"))
    assert two.exit_code == 2 and "одна книга" in two.stderr
