"""Publications as an operator makes them: one after another, each held against those before it."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.disclosure.auditor import broken, read_package
from tests.installations import hashes, installation, moscow, rows
from tests.warehouse.histories import first_collection, first_release, later_knowledge, second_release
from warehouse.release.package import verify
from warehouse.tables.tables import entries

FIRST, SECOND = "2021-12-31-1", "2021-12-31-2"


@dataclass
class Released:
    run: Run
    home: Path


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_releases(tmp_path_factory.mktemp("released"))


def two_releases(folder: Path, url: str | None = None) -> Path:
    """Two schools whose two children are too few; then a club comes late. Return the home."""
    with installation(folder / "home", url, at=moscow("2021-12-01 12:00")) as home:
        first_collection(home)
        first_release(home)
        later_knowledge(home, folder / "later")
        second_release(home)
    return folder / "home"


@pytest.fixture
def town(released: Path, tmp_path: Path) -> Released:
    shutil.copytree(released, tmp_path / "home")
    return Released(runner(tmp_path / "home"), tmp_path / "home")


def cells(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "kpi.csv").open(encoding="utf-8", newline="") as file:
        return {(row["indicator"], row["scope_code"]): row for row in csv.DictReader(file)}


def published(home: Path) -> list[tuple]:
    with installation(home) as opened:
        return [row for row in rows(opened, entries(), "event", "subject") if row[0] == "publication"]


def test_a_package_beside_the_official_one(town: Released, tmp_path: Path) -> None:
    made = town.run("publish", "--release", FIRST, "-o", tmp_path / "copy")
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[-1] == str(tmp_path / "copy")
    folder = town.home / "public" / FIRST
    assert verify(folder) == [] and (folder / "kpi.csv").read_bytes() == (tmp_path / "copy" / "kpi.csv").read_bytes()
    assert verify(town.home / "releases" / FIRST) == []
    told, official = cells(folder), cells(town.home / "releases" / FIRST)
    school, whole = told["students_involved", "NSH-S007"], told["students_involved", "NSH"]
    assert (school["numerator"], school["value"], school["hidden"]) == ("скрыто", "скрыто", "numerator value")
    assert {name: whole[name] for name in official["students_involved", "NSH"]} == official["students_involved", "NSH"]
    kinds = {"NSH/ОУ": ["NSH-S007", "NSH-S008"], "NSH/УДО": []}
    assert broken(read_package(folder), kinds, 5) == {}
    proved = town.run("verify", str(folder))
    assert proved.exit_code == 0 and proved.stdout.startswith("Открытый пакет цел")


def test_a_release_is_published_once_and_can_be_written_again(town: Released) -> None:
    for _ in range(2):
        told = json.loads(town.run("publish", "--release", FIRST, "--format", "json").stdout)
    folder = town.home / "public" / FIRST
    assert told == {"release": FIRST, "folder": str(folder)}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert published(town.home) == [("publication", FIRST)]
    shutil.rmtree(folder)
    refused = town.run("publish", "--release", SECOND)
    assert refused.exit_code == 3 and "не с чем сравнить" in refused.stderr
    assert town.run("publish", "--release", FIRST).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert published(town.home) == [("publication", FIRST)]


def test_another_threshold_does_not_rewrite_what_was_published(town: Released) -> None:
    assert town.run("publish", "--release", FIRST, NASTAVNIK_SMALL_CELL="10").exit_code == 0
    shutil.rmtree(town.home / "public" / FIRST)
    refused = town.run("publish", "--release", FIRST, NASTAVNIK_SMALL_CELL="3")
    assert refused.exit_code == 3 and "NASTAVNIK_SMALL_CELL" in refused.stderr
    assert not (town.home / "public" / FIRST).exists()


@pytest.mark.parametrize("value", ["2", "4.5", "x", "-1"])
def test_a_threshold_that_hides_nobody_is_refused(run: Run, value: str) -> None:
    assert run("publish", "--release", FIRST, NASTAVNIK_SMALL_CELL=value).exit_code == 2


def test_an_unknown_release_is_refused(town: Released) -> None:
    refused = town.run("publish", "--release", "2019-12-31-1")
    assert refused.exit_code == 2 and "нет" in refused.stderr


def test_a_newer_release_does_not_tell_what_an_older_one_hid(town: Released) -> None:
    assert town.run("publish", "--release", FIRST).exit_code == 0
    made = town.run("publish", "--release", SECOND)
    assert made.exit_code == 0, made.output
    old, new = (cells(town.home / "public" / name) for name in (FIRST, SECOND))
    for key, row in old.items():
        if row["numerator"] == "скрыто" and key in new:
            assert new[key]["numerator"] == "скрыто", key


@pytest.mark.slow
def test_a_server_holds_packages_against_each_other_and_writes_the_same_bytes(
    town: Released, tmp_path: Path, postgres_database: str
) -> None:
    own, home = {"NASTAVNIK_WAREHOUSE_URL": postgres_database}, two_releases(tmp_path, postgres_database)
    run = runner(home)
    assert run("publish", "--release", FIRST, **own).exit_code == 0
    first = home / "public" / FIRST
    hidden = first.rename(tmp_path / "away")
    refused = run("publish", "--release", SECOND, **own)
    assert refused.exit_code == 3 and "не с чем сравнить" in refused.stderr
    hidden.rename(first)
    assert run("publish", "--release", SECOND, **own).exit_code == 0
    for name in (FIRST, SECOND):
        assert town.run("publish", "--release", name).exit_code == 0
    assert hashes(home / "public") == hashes(town.home / "public")


def test_the_checklist_tells_what_would_be_hidden(town: Released) -> None:
    told = town.run("release", "--as-of", "2021-12-31", "--dry-run").stdout
    assert "Открытый пакет" in told and "Строк со скрытыми значениями" in told


def test_a_rebuild_keeps_publications(town: Released) -> None:
    assert town.run("publish", "--release", FIRST).exit_code == 0
    assert town.run("rebuild").exit_code == 0
    assert published(town.home) == [("publication", FIRST)]
    assert json.loads((town.home / "public" / FIRST / "manifest.json").read_text())["least_shown"] == 5
