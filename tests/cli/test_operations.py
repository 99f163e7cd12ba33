"""backup, restore, upgrade and doctor as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run, runner

KEY = {"NASTAVNIK_KEY": "fedcba9876543210" * 4}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, Result]:
    """A home of nothing but reference data, and a backup of it."""
    folder = tmp_path_factory.mktemp("kept")
    run = runner(folder / "home")
    assert run("status", **KEY).exit_code == 0
    return run, folder / "copies", run("backup", "-o", folder / "copies", **KEY)


def test_a_backup_is_made_proved_and_restored(kept: tuple[Run, Path, Result], tmp_path: Path) -> None:
    run, copies, made = kept
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("Копия 20")
    proved = run("backup", "--verify", copies)
    assert (proved.exit_code, proved.stdout.splitlines()[-1]) == (0, "Копии целы: 1.")
    there = runner(tmp_path / "home")
    done = there("restore", copies, NASTAVNIK_TIMEZONE="Asia/Omsk", **KEY)
    assert done.exit_code == 0, done.output
    assert "сдач 0, выпусков 0" in done.stdout
    assert "было NASTAVNIK_TIMEZONE=Europe/Moscow" in done.stderr
    elsewhere = runner(tmp_path / "elsewhere")("restore", copies, "--format", "json", **KEY)
    told = json.loads(elsewhere.stdout)
    assert (told["snapshot"][:2], told["rebuilt"]["deliveries"], told["differing"]) == ("20", 0, [])
    again = there("restore", copies, **KEY)
    assert (again.exit_code, "не пуста" in again.stderr) == (2, True)
    actions = [line["action"] for line in json.loads(there("audit", "list", "--format", "json", **KEY).stdout)]
    assert actions == ["restore"]


def test_a_damaged_backup_ends_with_three(kept: tuple[Run, Path, Result], tmp_path: Path) -> None:
    run, copies, _ = kept
    one = next(copies.glob("objects/??/*"))
    content = one.read_bytes()
    one.write_bytes(content[:-1])
    try:
        assert run("backup", "--verify", copies).exit_code == 3
        refused = runner(tmp_path / "home")("restore", copies, **KEY)
    finally:
        one.write_bytes(content)
    assert (refused.exit_code, "Копия повреждена" in refused.stderr) == (3, True)
    assert not (tmp_path / "home").exists()


def test_a_folder_of_backups_must_be_named(run: Run) -> None:
    refused = run("backup")
    assert (refused.exit_code, "NASTAVNIK_BACKUP" in refused.stderr) == (2, True)


def test_nothing_to_upgrade_is_told(kept: tuple[Run, Path, Result]) -> None:
    run, *_ = kept
    done = run("upgrade", **KEY)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "Обновлять нечего.")
    unknown = run("upgrade", "--to", "9999", **KEY)
    assert (unknown.exit_code, "Схемы 9999 нет" in unknown.stderr) == (2, True)


def test_the_doctor_tells_in_words_and_in_json(kept: tuple[Run, Path, Result]) -> None:
    run, copies, _ = kept
    told = run("doctor", NASTAVNIK_BACKUP=str(copies), **KEY)
    assert "в порядке  Схема данных: номер" in told.stdout
    rows = json.loads(run("doctor", "--format", "json", NASTAVNIK_BACKUP=str(copies), **KEY).stdout)
    by_name = {row["check"]: row["level"] for row in rows}
    assert (by_name["copies"], by_name["keys"], by_name["schedules"]) == ("ok", "ok", "warn")


def test_a_night_is_asked_for_by_its_hours(kept: tuple[Run, Path, Result]) -> None:
    run, *_ = kept
    assert run("doctor", "--night", "26", **KEY).exit_code == 1
    run("intake", **KEY)
    assert run("doctor", "--night", "26", **KEY).exit_code == 0


def test_a_letter_to_nobody_is_told(kept: tuple[Run, Path, Result]) -> None:
    run, *_ = kept
    refused = run("doctor", "--mail", **KEY)
    assert (refused.exit_code, "NASTAVNIK_ALARM_TO" in refused.stderr) == (2, True)
