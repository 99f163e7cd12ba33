"""The second engine against the warehouse's statements: random regions, towns of a few people, whole histories."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.indicators.cases import CASES
from tests.indicators.chronicles import Chronicle
from tests.indicators.towns import deliver as deliver_town
from tests.indicators.towns import plan_lines, register_lines, target_lines
from tests.indicators.worlds import COLLECTIONS, deliver, random_region, register
from tests.installations import installation, learn, moscow, take
from tests.postgres import fresh_database
from warehouse.indicators.breakdowns import breakdowns
from warehouse.indicators.definitions import all_definitions, definitions
from warehouse.indicators.series import series
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.proof.breakdowns import recompute_breakdowns
from warehouse.proof.comparison import disagreements
from warehouse.proof.engine import gather_evidence
from warehouse.proof.figures import recompute

DAYS = ("2021-10-10 12:00", "2022-01-10 12:00", "2022-01-20 12:00")
SOME_OF_EACH = (
    ("collect", 2), ("decide", 3), ("decide", 4), ("collect", 5), ("withdraw", 7), ("resend", 8), ("register", 9),
    ("decide", 10), ("undo", 12), ("targets", 13), ("decide", 21), ("collect", 14), ("withdraw", 15), ("decide", 16),
)  # fmt: skip


# What the warehouse counts with: the second engine has its own of all these.
COUNTS = {
    *(
        f"warehouse.indicators.{name}"
        for name in ("amounts", "breakdown_rows", "breakdowns", "counts", "cubes", "identity", "people", "scopes", "series")
    ),
    "warehouse.journal.ledger", "warehouse.register.reference", "expectations.persons",
}  # fmt: skip


def test_it_shares_no_statement_with_the_warehouse() -> None:
    folder = Path(__file__).parents[2] / "warehouse" / "proof"
    imported = {
        (path.name, node.module)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert imported
    assert {(file, module) for file, module in imported if module in COUNTS} == set()


def differing(home: Home, seq: int, dates: tuple[date, ...], version: str | None = None) -> list[str]:
    """Count the dates as known at a journal number, by statements and over the lake; return what is not the same."""
    chosen = definitions(version)
    with home.reading() as connection:
        figures = series(connection, seq, dates=dates, definition=chosen.version)
        parts = breakdowns(connection, seq, dates, definition=chosen.version)
        evidence = gather_evidence(connection, home.settings.lake, seq, dict.fromkeys(dates, chosen))
    assert parts.num_rows > 100
    return [
        line
        for ours, theirs in ((figures, recompute(evidence, "")), (parts, recompute_breakdowns(evidence, "")))
        for line in disagreements(ours, theirs, "by statements", "over the lake")
    ]


@contextmanager
def begun(folder: Path, url: str | None) -> Iterator[Home]:
    with installation(folder / "home", url, moscow("2021-09-01 12:00")) as home:
        yield home


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """An empty database for each test: names known from another would tell people apart in this one."""
    if request.param == "duckdb":
        yield None
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as database:
        yield database


@pytest.mark.slow
@pytest.mark.parametrize("url", ["duckdb"], indirect=True)  # the history below is told on both
def test_random_regions(tmp_path: Path, url: str | None) -> None:
    """As known after each collection, after the first one too when all is known."""
    regions = [random_region(seed) for seed in range(11, 13)]
    with begun(tmp_path, url) as home:
        learn(home, tmp_path / "register", moscow("2021-09-01 12:00"), institutions=register(regions))
        for wave, day in enumerate(DAYS):
            deliver(regions, wave, home.settings.inbox)
            take(home, moscow(day))
        with home.reading() as connection:
            known = [known_by(connection, moscow(day)) for day in DAYS]
        versions = {"1.0": known, "2.0": known[-1:]}
        found = [differing(home, seq, COLLECTIONS, version) for version, seqs in versions.items() for seq in seqs]
        assert found == [[], [], [], []]


def test_towns_counted_on_fingers(tmp_path: Path) -> None:
    heads = {
        "institutions": ("code,name,aliases,kind,level,municipality,region,valid_from,valid_to", register_lines),
        "plans": ("institution_code,school_year,planned_participants,source", plan_lines),
        "targets": ("indicator,scope_type,scope_code,as_of,target_percent,direction,source", target_lines),
    }
    with installation(tmp_path / "home") as home:
        tables = {
            name: "\n".join([head, *(line for town in CASES.values() for line in lines(town))])
            for name, (head, lines) in heads.items()
        }
        learn(home, tmp_path / "reference", **tables)
        for town in CASES.values():
            deliver_town(town, home.settings.inbox)
        take(home)
        with home.reading() as connection:
            seq = known_by(connection, None)
        assert {version: differing(home, seq, (date(2021, 12, 31),), version) for version in all_definitions()} == {
            version: [] for version in all_definitions()
        }


@pytest.mark.thorough
def test_a_history(tmp_path: Path, url: str | None) -> None:
    """Corrections, withdrawals, decisions and their undoing, a changing register: at every number of the journal."""
    with begun(tmp_path, url) as home:
        chronicle = Chronicle(home, tmp_path, 2)
        for event, number in SOME_OF_EACH:
            chronicle.live(event, number)
        assert min(chronicle.happened[event] for event in ("decide", "undo", "withdraw", "register")) >= 1
        assert [line for seq in chronicle.vintages for line in differing(home, seq, COLLECTIONS)] == []
