"""The indicators as data: a named numerator over a named denominator, in versions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

from warehouse.settings import Misconfigured

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
    reported: bool = False  # whether it is the one reported to the regional project


@dataclass(frozen=True)
class Definitions:
    """A version of all indicators, with the document it rests on."""

    version: str
    title: str
    source: str
    valid_from: date
    indicators: tuple[Indicator, ...]

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every different measure, in order of first use; bounds need those of one kind over every kind too."""
        both = [m for i in self.indicators for m in (i.numerator, i.denominator) if m is not None]
        return tuple(dict.fromkeys([*both, *(m.of_any_kind for m in both)]))


def _measure(options: dict[str, object]) -> Measure:
    return Measure(**{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()})  # type: ignore[arg-type]


def _indicator(options: dict, version: str) -> Indicator:
    denominator = options.pop("denominator", None)
    return Indicator(
        definition=version,
        numerator=_measure(options.pop("numerator")),
        denominator=_measure(denominator) if denominator else None,
        scopes=tuple(options.pop("scopes", SCOPES)),
        **options,
    )


@cache
def all_definitions() -> dict[str, Definitions]:
    """Load every version shipped, oldest first; an unknown key in a file stops here."""
    found = {}
    folder = files("warehouse.indicators") / "definitions"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            indicators = tuple(_indicator(options, content["version"]) for options in content.pop("indicator"))
            found[content["version"]] = Definitions(indicators=indicators, **content)
    return found


def definitions(version: str | None = None) -> Definitions:
    """Return a version of the definitions, the newest for None."""
    known = all_definitions()
    if version is None:
        return max(known.values(), key=lambda d: (d.valid_from, d.version))
    if version not in known:
        raise Misconfigured(f"Нет версии показателей «{version}». Известные: {', '.join(known)}.")
    return known[version]
