"""Figures stand for ever: random histories of a town, asked again for all that was once known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.indicators.chronicles import BEGUN, Chronicle
from tests.installations import (
    figures,
    forget_all_but_the_journal,
    hashes,
    installation,
    state,
)
from tests.postgres import fresh_database
from warehouse.indicators.series import series
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.release.extract import render_csv
from warehouse.release.package import write_release
from warehouse.release.publish import contents_of
from warehouse.tables.tables import table

# Every kind of event, in an order that gives each of them something to happen to.
ONE_OF_EACH = (
    ("collect", 2), ("decide", 3), ("release", 6), ("calendar", 4), ("collect", 5), ("withdraw", 7), ("resend", 8),
    ("restate", 1), ("register", 9), ("decide", 10), ("undo", 12), ("targets", 13), ("collect", 14), ("release", 6),
)  # fmt: skip
HISTORIES = {"duckdb": 20, "postgresql": 1}  # other ones in every run; each takes some twenty seconds
KINDS = ("collect", "collect", "resend", "withdraw", "decide", "decide", "undo", "register", "targets", "calendar", "release", "restate", "restate")  # fmt: skip
EVENTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10**6)), min_size=6, max_size=8).filter(
    lambda events: len({kind for kind, _ in events}) > 3  # hypothesis begins with the dullest of all
)


def figures_known(home: Home, seq: int) -> bytes:
    with home.reading() as connection:
        return render_csv(series(connection, seq))


def recomputed(home: Home, release: str, folder: Path) -> Path:
    """Write a release's folder anew from what was known at its journal number."""
    releases = table("releases")
    with home.reading() as connection:
        row = connection.execute(sa.select(releases).where(releases.c.release == release)).one()
        contents = contents_of(connection, home.settings, row.release, row.as_of, row.seq, row.known_at, row.definition)
    return write_release(contents, folder)


def check_vintages(chronicle: Chronicle, folder: Path) -> None:
    """As known at any number is what was computed right after it, to the byte; the last of them is what is current."""
    home = chronicle.home
    differing = [seq for seq, then in chronicle.vintages.items() if figures_known(home, seq) != then]
    assert differing == []
    for released in chronicle.releases:
        again = recomputed(home, released.name, folder / released.name)
        assert hashes(again) == released.files, released.name


def check_rebuild(chronicle: Chronicle) -> None:
    """What came event by event is what a rebuild makes of the journal, row for row: so are the figures of any time."""
    before = state(chronicle.home)
    forget_all_but_the_journal(chronicle.home)
    rebuild(chronicle.home)
    after = state(chronicle.home)
    for part, was in before.items():
        assert after[part] == was, part
    assert render_csv(figures(chronicle.home)) == chronicle.vintages[max(chronicle.vintages)]


def live(home: Home, folder: Path, seed: int, events: list[tuple[str, int]]) -> Chronicle:
    chronicle = Chronicle(home, folder, seed)
    chronicle.live("collect", seed)
    for event, number in events:
        chronicle.live(event, number)
    check_vintages(chronicle, folder / "again")
    check_rebuild(chronicle)
    return chronicle


@pytest.mark.slow
def test_a_history_with_one_of_each(tmp_path: Path) -> None:
    with installation(tmp_path / "home", None, BEGUN) as home:
        chronicle = live(home, tmp_path, 1, list(ONE_OF_EACH))
    assert set(chronicle.happened) == set(KINDS)
    assert {one.kind for one in chronicle.made} == {"same", "different", "undo"}


@contextmanager
def town(engine: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    if engine == "duckdb":
        with installation(folder / "home", None, BEGUN, NASTAVNIK_BATCH="1") as home:
            yield home
    else:
        with (
            fresh_database(request.getfixturevalue("postgres_url")) as url,
            installation(folder / "home", url, BEGUN, NASTAVNIK_BATCH="2") as home,
        ):
            yield home


@pytest.mark.parametrize(
    "engine", [pytest.param("duckdb", marks=pytest.mark.thorough), pytest.param("postgresql", marks=pytest.mark.slow)]
)
def test_random_histories(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(
        max_examples=HISTORIES[engine],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example costs seconds: none is made smaller
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(1, 99), events=EVENTS)
    def histories(seed: int, events: list[tuple[str, int]]) -> None:
        folder = tmp_path_factory.mktemp("town")
        with town(engine, folder, request) as home:
            live(home, folder, seed, events)

    histories()
