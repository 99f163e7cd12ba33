"""The worked examples of the method: the tables of the page, sent in as workbooks, give the figures of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.indicators.towns import Town, deliver, register_lines, target_lines
from tests.installations import figures, installation, learn, moscow, take
from tests.pages.examples import Example, Row, day, examples
from warehouse.installation.home import Home
from warehouse.release.wording import NBSP, NO, STATUSES, YES, number, percent, signed
from warehouse.revisions.causes import CAUSES
from warehouse.revisions.parts import revisions
from warehouse.revisions.states import moment_state

AS_OF = date(2021, 12, 31)
EXAMPLES = list(examples())
THEN, NOW = moscow("2022-01-31 12:00"), moscow("2022-02-28 12:00")
HEADS = {
    "institutions": ("code,name,aliases,kind,level,municipality,region,valid_from,valid_to", register_lines),
    "targets": ("indicator,scope_type,scope_code,as_of,target_percent,direction,source", target_lines),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An installation that all towns of the page have reported to, in the order of their days."""
    folder = tmp_path_factory.mktemp("method")
    reported = sorted((at, one.town.number, town) for one in EXAMPLES for at, town in one.reports.items())
    with installation(folder / "home", at=moscow("2021-12-01 12:00")) as home:
        towns = [one.town for one in EXAMPLES]
        reference = {name: "\n".join([head, *_lines(towns, of)]) for name, (head, of) in HEADS.items()}
        learn(home, folder / "reference", moscow("2021-12-01 12:00"), **reference)
        for at in sorted({at for at, *_ in reported}):
            for _, _, town in filter(lambda one: one[0] == at, reported):
                deliver(town, home.settings.inbox)
            assert set(take(home, at).verdicts) == {"accepted"}
        yield home


def _lines(towns: list[Town], of: Callable[[Town], Iterator[str]]) -> Iterator[str]:
    return (line for town in towns for line in of(town))


@pytest.fixture(scope="module")
def known(home: Home) -> dict[datetime | None, dict[tuple[str, str, str], Row]]:
    """The figures of all towns as known on the days that the page asks about, and now."""
    key = ("indicator", "scope_type", "scope_code")
    return {
        at: {tuple(row[name] for name in key): row for row in figures(home, AS_OF, at).to_pylist()}
        for at in (THEN, NOW, None)
    }


@pytest.fixture(scope="module")
def changed(home: Home) -> pa.Table:
    with home.reading() as connection:
        return revisions(connection, moment_state(connection, THEN), moment_state(connection, NOW))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_figures(known: dict, example: Example) -> None:
    assert example.figures
    for line in example.figures:
        asked = day(line["известно на"]) if "известно на" in line else None
        row = known[asked][line["показатель"], *example.town.scope(line["охват"])]
        told = _told(row)
        assert {name: told[name] for name in line if name in told} == {
            name: line[name] for name in line if name in told
        }


def _told(row: dict) -> Row:
    """Word a figure as the page does."""
    whole = {None: "", True: YES, False: NO}
    return {
        "получается": f"{number(row['numerator'])} ÷ {number(row['denominator'])} × 100 = {_percent(row['value'])}",
        "вид": STATUSES[row["status"]],
        "не меньше": _percent(row["low"]),
        "не больше": _percent(row["high"]),
        "цель достигнута": whole[row["meets_target"]],
    }


def _percent(value: Decimal | None) -> str:
    return "" if value is None else percent(value, 2).replace(NBSP, " ")


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.changes], ids=lambda example: example.title)
def test_changes(changed: pa.Table, example: Example) -> None:
    """What the page does not name did not change: the parts of a scope are all told."""
    scopes = {(line["показатель"], *example.town.scope(line["охват"])) for line in example.changes}
    found = [
        (row["indicator"], row["scope_type"], row["scope_code"], CAUSES[row["cause"]],
         signed(row["numerator_change"]), signed(row["denominator_change"]))
        for row in changed.to_pylist()
        if (row["indicator"], row["scope_type"], row["scope_code"]) in scopes
    ]  # fmt: skip
    assert sorted(found) == sorted(
        (
            line["показатель"],
            *example.town.scope(line["охват"]),
            line["причина"],
            line["числитель"],
            line["знаменатель"],
        )
        for line in example.changes
    )
