"""A release over the day on which a new version of the definitions begins."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.installations import installation, learn, moscow, take
from tests.workbooks import submission, write
from warehouse.release.package import verify
from warehouse.release.publish import contents_of, make_release
from warehouse.tables.tables import table

pytestmark = pytest.mark.slow  # a history of two versions
CALENDAR = """
    as_of,opens_on,due_on,closes_on,kind
    2024-12-31,2024-12-01,2025-01-15,2025-01-31,annual
    2025-12-31,2025-12-01,2026-01-15,2026-01-31,annual
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The release of 2024, and that of 2025."""
    folder, made = tmp_path_factory.mktemp("home"), []
    with installation(folder / "home", at=moscow("2024-12-01 12:00")) as home:
        learn(home, folder / "reference", moscow("2024-12-01 13:00"), reporting_dates=CALENDAR)
        for year in (2024, 2025):
            write(home.settings.inbox / f"NSH-S007/{year}.xlsx", submission(as_of=f"31.12.{year}"))
            assert set(take(home, moscow(f"{year + 1}-01-10 12:00")).verdicts) <= {"accepted", "accepted_with_errors"}
            made.append(make_release(home, date(year, 12, 31), moscow(f"{year + 1}-01-20 12:00")))
        with home.reading() as connection:
            for row in connection.execute(sa.select(table("releases"))):
                again = contents_of(
                    connection, home.settings, row.release, row.as_of, row.seq, row.known_at, row.definition
                )
                assert set(again.figures["definition"].to_pylist()) <= {"1.0", "2.0"}
    return made


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def without_release(found: list[dict[str, str]], as_of: str) -> list[dict[str, str]]:
    return [row | {"release": ""} for row in found if row["as_of"] == as_of]


@pytest.mark.parametrize("name", ["kpi.csv", "breakdowns.csv"])
def test_each_date_is_counted_under_the_version_that_held_on_it(releases: list[Path], name: str) -> None:
    told = {(row["as_of"], row["definition"]) for row in rows(releases[1], name)}
    assert told == {("2024-12-31", "1.0"), ("2025-12-31", "2.0")}


@pytest.mark.parametrize("name", ["kpi.csv", "breakdowns.csv"])
def test_the_figures_of_the_former_date_stay(releases: list[Path], name: str) -> None:
    former, later = (without_release(rows(folder, name), "2024-12-31") for folder in releases)
    assert former == later != []


def test_forms_are_those_of_each_version(releases: list[Path]) -> None:
    told = {
        (row["as_of"], row["member"]): row["numerator"]
        for row in rows(releases[1], "breakdowns.csv")
        if (row["breakdown"], row["scope_code"], row["measure"]) == ("form", "NSH", "pairs") and row["numerator"] != "0"
    }
    assert told == {("2024-12-31", "educator_student"): "2", ("2025-12-31", "collective"): "2"}


def test_the_report_names_the_forms_of_its_date(releases: list[Path]) -> None:
    former, later = ((folder / "report.html").read_text(encoding="utf-8") for folder in releases)
    assert "педагог – ученик" in former and "коллективная" not in former
    assert "коллективная" in later and "педагог – ученик" not in later


def test_both_releases_are_proved(releases: list[Path]) -> None:
    assert [verify(folder) for folder in releases] == [[], []]
