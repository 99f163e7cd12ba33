"""The official forms from the command line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from click.testing import Result

from tests.cli.conftest import Run

Collected = tuple[Run, Path, Result]


def test_forms_of_an_institution(collected: Collected) -> None:
    run, home, _ = collected
    result = run("forms", "--institution", "NSH-S007")
    path = home / "forms/NSH-S007/2021-12-31.xlsx"
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "Сведения на 31.12.2021. В файле персональные данные: передавайте его только организации.",
        "База наставляемых: записей 2, из них без согласия 0.",
        "База наставников: записей 1, из них без согласия 0.",
        str(path),
    ]
    assert openpyxl.load_workbook(path)["База наставников"]["B4"].value == "Учебная Вера Львовна"


def test_forms_go_where_they_are_told(collected: Collected, tmp_path: Path) -> None:
    run, _, _ = collected
    path = tmp_path / "new/forms.xlsx"
    assert run("forms", "--institution", "NSH-S007", "--as-of", "31.12.2021", "-o", path).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_forms_of_nothing_are_refused(collected: Collected) -> None:
    run, home, _ = collected
    assert run("forms", "--institution", "NSH-S004").exit_code == 2
    assert not (home / "forms/NSH-S004").exists()
    assert "Не указано: --institution." in run("forms").output
