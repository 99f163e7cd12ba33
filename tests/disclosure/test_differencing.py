"""Two packages of one date: what the older one showed helps a reader no more than the rule allows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.disclosure.auditor import broken, read_package
from tests.disclosure.random_towns import AS_OF, Made, Person, contents_of, make_town, places_of, published
from warehouse.disclosure.earlier import Earlier, Unpublishable, digest, earlier
from warehouse.disclosure.extract import write_csv, write_parquet
from warehouse.disclosure.hiding import hide
from warehouse.indicators.trajectory import Plan
from warehouse.journal.journal import Entry
from warehouse.release.contents import Contents

LEAST, LATER = 5, date(2022, 12, 31)


def write(contents: Contents, folder: Path, name: str) -> Earlier:
    """Write the figures of a package and read them back as the publication before."""
    (folder / name).mkdir()
    write_csv(contents, folder / name / "kpi.csv")
    write_parquet(contents, folder / name / "kpi.parquet")
    entry = Entry(1, datetime(2022, 1, 20, tzinfo=UTC), "publication", name, digest(folder / name / "kpi.csv"))
    return earlier(folder, [entry])


def corrected(made: Made, seed: int) -> Made:
    """Somebody is told of later, in one institution or in two; at times a whole class is."""
    rng = random.Random(seed)
    codes = rng.sample(sorted(made.numbers), k=min(rng.randint(1, 2), len(made.numbers)))
    people = list(made.people)
    numbers = {code: dict(told) for code, told in made.numbers.items()}
    for code in codes:
        for _ in range(rng.choice((1, 2, 8, 12))):
            people.append(Person(frozenset({code}), True, False, True, True, 13))
            numbers[code]["students"] += 1
            numbers[code]["band"] += 1
    return Made(made.kinds, people, numbers, made.indicators)


def narrowed(first: Made, second: Made, folder: Path) -> dict | None:
    """Publish two states of a town and return what a reader of both narrows; None where the second is refused."""
    before = write(published(first, LEAST), folder, "one")
    try:
        write(published(second, LEAST, before), folder, "two")
    except Unpublishable:
        return None
    one, two = read_package(folder / "one"), read_package(folder / "two")
    assert one.hidden <= two.hidden
    below = {cell for cell in one.shown.keys() & two.shown.keys() if two.levels[cell[2]] != "municipality"}
    assert not [cell for cell in below if 0 < abs(one.shown[cell] - two.shown[cell]) < LEAST]
    write(replace(contents_of(second)), folder, "truth")
    truth = read_package(folder / "truth").shown
    same = {cell: truth[cell] for cell in two.hidden & one.shown.keys() if truth[cell] == one.shown[cell]}
    two.shown |= same  # this reader believes that what is no longer shown is as it was, and is right
    two.hidden -= same.keys()
    kinds = {f"T/{kind}": codes for kind, codes in second.kinds.items()}
    return broken(two, kinds, LEAST, added=second.added)


@pytest.mark.parametrize(
    "seeds", [pytest.param(range(20), marks=pytest.mark.slow), pytest.param(range(20, 200), marks=pytest.mark.thorough)]
)
def test_a_reader_of_two_packages_narrows_nothing(tmp_path: Path, seeds: range) -> None:
    found = {}
    for seed in seeds:
        (folder := tmp_path / str(seed)).mkdir()
        town = make_town(seed, small=True)
        found[seed] = narrowed(town, corrected(town, seed), folder)
    assert {seed: cells for seed, cells in found.items() if cells} == {}
    refused = sum(cells is None for cells in found.values())
    assert len(seeds) / 8 < refused < len(seeds) * 7 / 8  # some are refused, some are not


def test_the_same_again_is_the_same(tmp_path: Path) -> None:
    town = make_town(3)
    first = published(town, LEAST)
    again = published(town, LEAST, write(first, tmp_path, "one"))
    assert again.figures == first.figures and again.public == first.public


def test_an_earlier_date_that_would_tell_is_left_out(tmp_path: Path) -> None:
    """One pupil more in the year before: the package of this year says nothing of it."""
    town = make_town(12)
    before = write(published(town, LEAST), tmp_path, "one")
    more = Made(
        town.kinds, [*town.people, Person(frozenset({"T-S0"}), True, False, True, True, 13)],
        town.numbers | {"T-S0": town.numbers["T-S0"] | {"students": town.numbers["T-S0"]["students"] + 1}},
    )  # fmt: skip
    then, now = contents_of(more), contents_of(town)
    later = _dated(now.figures, LATER)
    contents = replace(now, as_of=LATER, release="2022-12-31-1", figures=pa.concat_tables([then.figures, later]))
    places = pa.concat_tables([places_of(town), _dated(places_of(town), LATER)])
    with pytest.raises(Unpublishable):
        published(more, LEAST, before)
    public = hide(contents, places, Plan({}, frozenset()), before, LEAST)
    assert public.public is not None and public.public.left_out == (AS_OF,)
    assert set(public.figures["as_of"].to_pylist()) == {LATER}


def _dated(rows: pa.Table, as_of: date) -> pa.Table:
    place = rows.column_names.index("as_of")
    return rows.set_column(place, rows.schema.field(place), pa.array([as_of] * rows.num_rows, pa.date32()))


def test_a_changed_package_cannot_be_held_against(tmp_path: Path) -> None:
    contents = published(make_town(3), LEAST)
    write(contents, tmp_path, "one")
    with pytest.raises(Unpublishable):
        earlier(tmp_path, [Entry(1, datetime(2022, 1, 20, tzinfo=UTC), "publication", "one", "0" * 64)])
