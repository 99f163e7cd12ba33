"""Random regions counted twice: by the product, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest

from tests.indicators.reckoning import Reckoning, disagreements
from tests.indicators.worlds import COLLECTIONS, deliver, random_region, register
from tests.installations import figures, installation, learn, moscow, take
from warehouse.installation.home import Home

SEEDS = range(1, 7)
DAYS = ("2021-10-10 12:00", "2022-01-10 12:00", "2022-01-20 12:00")


@dataclass
class Worlds:
    """The regions and an installation that has lived through all three collections."""

    regions: list
    home: Home

    def figures(self, wave: int, number: int) -> pa.Table:
        return figures(self.home, COLLECTIONS[number], moscow(DAYS[wave]))


@pytest.fixture(
    scope="module",
    params=["duckdb", pytest.param("postgresql, senders turned round", marks=pytest.mark.slow)],
)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    url = request.getfixturevalue("postgres_database") if "postgresql" in request.param else None
    regions, folder = [random_region(seed) for seed in SEEDS], tmp_path_factory.mktemp("worlds")
    begun = moscow("2021-09-01 12:00")
    with installation(folder / "home", url, begun) as home:
        learn(home, folder / "register", begun, institutions=register(regions))
        for wave, day in enumerate(DAYS):
            count = deliver(regions, wave, home.settings.inbox, backwards=url is not None)
            taken = take(home, moscow(day))
            assert (len(taken.lines), taken.verdicts["rejected"], taken.verdicts["duplicate"]) == (
                count,
                0,
                0,
            )
        yield Worlds(regions, home)


@pytest.mark.parametrize(("wave", "number"), [(0, 0), (1, 0), (1, 1), (2, 1)])
def test_every_figure_is_what_the_words_give(worlds: Worlds, wave: int, number: int) -> None:
    """As known after each collection: the first, the corrections, the late ones."""
    reckoning = Reckoning.of_regions(worlds.regions, wave, COLLECTIONS[number])
    assert sum(1 for _ in reckoning.figures()) > 500
    assert disagreements(worlds.figures(wave, number), reckoning) == []


def test_the_worlds_hold_what_they_are_made_for(worlds: Worlds) -> None:
    """Otherwise the comparison would prove little."""
    reckoning = Reckoning.of_regions(worlds.regions, 2, COLLECTIONS[1])
    assert 0 < len(reckoning.in_force) < len(reckoning.institutions)
    submissions = list(reckoning.in_force.values())
    assert any(not told.good for one in submissions for told in one.people)
    assert any(len(one.good_pairs) < len(one.pairs) for one in submissions)
    assert any(len(owners) > 1 for owners in reckoning.bearers.values())
    distinct = {(code, scope): figure for code, scope, figure in reckoning.figures()}
    country = ("country", "RU")
    assert distinct["students_involved", country][0] > distinct["students_involved_distinct", country][0]
