"""What analysts and operators see of one town: a decision made and taken back, told by SQL; boundaries by the command."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import runner
from tests.indicators.changing_town import live
from tests.installations import installation, moscow, rows
from warehouse.indicators.identity import SAME
from warehouse.installation.home import Home
from warehouse.journal.decisions import Place, decide, undo
from warehouse.tables.tables import table

DECIDED, UNDONE = moscow("2023-02-01 12:00"), moscow("2023-02-03 12:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the changing town, where pupils 11 and 12 of school C were one person for two days."""
    folder = tmp_path_factory.mktemp("town")
    with installation(folder / "home", None, moscow("2021-09-01 12:00")) as home:
        live(home, folder)
        people, ledger = table("participants"), table("deliveries")
        with home.writing() as connection:
            of_c = sa.select(people.c.delivery, people.c.row).join(ledger, ledger.c.delivery == people.c.delivery)
            pupils = of_c.where(ledger.c.institution_code == "C", people.c.category == "обучающийся").order_by("row")
            left, right, _ = (Place(*row) for row in connection.execute(pupils))
            entry = decide(connection, SAME, left, right, DECIDED, "клерк", "documents")
        with home.writing() as connection:
            undo(connection, entry.seq, UNDONE, "клерк")
        _check_kept(home, entry.seq)
    return folder / "home"


def _check_kept(home: Home, seq: int) -> None:
    first, second = sorted(rows(home, table("decided_people")))
    assert (first[0], second[0]) == (seq, seq + 1)
    assert first[1:3] == second[1:3]
    assert first[3] is not None and second[3] is None


@pytest.mark.parametrize(
    ("known_at", "involved"),
    [("2023-01-31", 3), ("2023-02-01 11:59", 3), ("2023-02-01 12:00", 2), ("2023-02-02", 2), ("2023-02-03 12:00", 3)],
)
def test_a_decision_as_known_then(folder: Path, known_at: str, involved: int) -> None:
    at: datetime = moscow(known_at)
    text = "SELECT numerator FROM mentoring.kpi('2021-12-31', CAST(:at AS timestamptz)) WHERE indicator = 'students_involved' AND scope_code = 'C'"
    with installation(folder) as home, home.reading() as connection:
        assert connection.execute(sa.text(text), {"at": at.isoformat()}).scalar() == involved


@pytest.mark.parametrize(
    ("words", "codes", "notes"),
    [
        ((), {"A", "C", "D", "F", "I", "K", "M"}, 0),
        (("--boundaries", "then"), {"A", "C", "D", "F", "I", "K", "M"}, 0),
        (("--boundaries", "today"), {"B", "E", "F", "I", "K", "M"}, 8),
    ],
)
def test_boundaries_by_the_command(folder: Path, words: tuple[str, ...], codes: set[str], notes: int) -> None:
    told = runner(folder)("kpi", "--as-of", "2021-12-31", "--format", "csv", *words)
    lines = csv.DictReader(io.StringIO(told.stdout))
    assert {line["scope_code"] for line in lines if line["scope_type"] == "institution" and line["numerator"]} == codes
    assert len(told.stderr.splitlines()) == notes


def test_todays_boundaries_as_a_table(folder: Path) -> None:
    told = runner(folder)("kpi", "--boundaries", "today")
    assert told.exit_code == 0
    assert "01.09.2022: слияние: D → E; прежняя история D учтена под кодом E." in told.stderr
