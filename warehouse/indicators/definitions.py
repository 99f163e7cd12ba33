"""The indicators as data: a named numerator over a named denominator, and breakdowns, in versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files

from warehouse.installation.settings import Misconfigured

SCOPES = ("institution", "kind", "municipality", "region", "country")


@dataclass(frozen=True)
class Measure:
    """What is counted: a source and what narrows it. Which options a source knows stands beside its statement."""

    source: str
    basis: str | None = None  # year, active or entered (indicators.md, «Involved»)
    role: str | None = None
    categories: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None
    kinds: tuple[str, ...] = ()
    across_kinds: bool = False  # a person of two kinds of institution counts once
    stage: str | None = None
    status: str | None = None
    outcome: str | None = None
    at_least: int | None = None
    milestone: str | None = None
    every: tuple[str, ...] = ()
    any: tuple[str, ...] = ()

    @property
    def of_any_kind(self) -> Measure:
        """The same over institutions of every kind."""
        return replace(self, kinds=())


@dataclass(frozen=True)
class Indicator:
    """One indicator of one version of the definitions."""

    code: str
    definition: str
    title: str
    wording: str
    source: str
    numerator: Measure
    numerator_words: str
    denominator: Measure | None = None
    denominator_words: str = ""
    scopes: tuple[str, ...] = SCOPES
    unit: str = "%"
    direction: str = "at_least"  # a target is met by its value or more
    rounding: str = "half_up"
    decimals: int = 2
    reported: bool = False  # whether it is the one reported to the regional project


@dataclass(frozen=True)
class Member:
    """One part of a breakdown: what its code and title stand for in a row."""

    code: str
    title: str
    values: tuple[str, ...] = ()
    from_age: int | None = None
    to_age: int | None = None


@dataclass(frozen=True)
class Breakdown:
    """Pairs and people told apart by something; `by` names the grouping, `measures` what is counted of each member."""

    code: str
    definition: str
    title: str
    wording: str
    source: str
    by: str
    measures: tuple[str, ...]
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Approval:
    """Who approved a version, by what document, when."""

    who: str
    document: str
    on: date


@dataclass(frozen=True)
class Definitions:
    """A version of all indicators and breakdowns, with the document it rests on."""

    version: str
    title: str
    source: str
    valid_from: date
    approved_by: Approval
    indicators: tuple[Indicator, ...]
    breakdowns: tuple[Breakdown, ...]
    valid_to: date | None = None  # inclusive; without it a version holds until a newer one begins
    based_on: str | None = None  # the version whose indicators and breakdowns it takes where it has none of its own

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every different measure, in order of first use; bounds need those of one kind over every kind too."""
        both = [m for i in self.indicators for m in (i.numerator, i.denominator) if m is not None]
        return tuple(dict.fromkeys([*both, *(m.of_any_kind for m in both)]))

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers: a later version has a greater one."""
        return tuple(map(int, self.version.split(".")))

    def breakdown(self, code: str) -> Breakdown:
        """Return a breakdown by its code; raise Misconfigured for one not known."""
        found = {one.code: one for one in self.breakdowns}
        if code not in found:
            raise Misconfigured(f"Нет разреза «{code}». Известные: {', '.join(found)}.")
        return found[code]


@cache
def all_definitions() -> dict[str, Definitions]:
    """Load every version shipped, oldest first; anything unknown or missing in a file stops here."""
    from warehouse.indicators.definitions_file import read_definitions

    folder = files("warehouse.indicators") / "definitions"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    return read_definitions(texts)


def definitions(version: str | None = None) -> Definitions:
    """Return a version of the definitions, the newest for None."""
    known = all_definitions()
    if version is None:
        return max(known.values(), key=lambda one: one.number)
    if version not in known:
        raise Misconfigured(f"Нет версии показателей «{version}». Известные: {', '.join(known)}.")
    return known[version]


def definitions_on(as_of: date, newest: str | None = None) -> Definitions:
    """Return the version that holds on a reporting date: the newest of those begun and not ended by then.

    `newest` is the last version there was when a release was frozen: what came after it changes nothing in it.
    """
    last = definitions(newest).number
    holding = [
        one
        for one in all_definitions().values()
        if one.number <= last and one.valid_from <= as_of and (one.valid_to is None or as_of <= one.valid_to)
    ]
    if not holding:
        raise Misconfigured(f"На {as_of:%d.%m.%Y} не действует ни одна версия показателей.")
    return max(holding, key=lambda one: one.number)


def by_version(
    dates: Iterable[date], definition: str | None = None, newest: str | None = None
) -> dict[str, tuple[date, ...]]:
    """Group reporting dates by the version they are counted under: the one asked for, else each by its own date."""
    asked = definitions(definition).version if definition else None
    found: dict[str, tuple[date, ...]] = {}
    for as_of in sorted(dates):
        version = asked or definitions_on(as_of, newest).version
        found[version] = (*found.get(version, ()), as_of)
    return found


def ends_on(version: str) -> date | None:
    """Return the last day a version holds: its own, or the day before the next version begins; None while open."""
    one = definitions(version)
    later = [other.valid_from for other in all_definitions().values() if other.number > one.number]
    ends = [one.valid_to, *(day - timedelta(days=1) for day in later)]
    return min((day for day in ends if day is not None), default=None)
