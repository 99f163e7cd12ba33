"""What the workbook and the report both tell of a release: its scopes, series and ranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.release.contents import FIGURES, KEY, PLAN_FULFILMENT, REPORTED_KPI, Contents
from warehouse.release.wording import HIDDEN, KINDS, SCOPES, natural, number

COUNTRY = "Россия"


class Figure(NamedTuple):
    """One figure without its key; the fields are those of FIGURES."""

    numerator: Decimal | None
    denominator: int | None
    value: Decimal | None
    target: Decimal | None
    meets_target: bool | None
    status: str
    expected: int
    reported: int
    coverage_students: Decimal | None
    low: Decimal | None
    high: Decimal | None
    hidden: frozenset[str] = frozenset()  # fields that a public package hides; they are None

    @property
    def share(self) -> Decimal | None:
        """The exact ratio behind the value, for ranking."""
        return self.numerator / self.denominator if self.denominator and self.numerator is not None else None

    @property
    def people_missing(self) -> int | None:
        """How many people more would meet the target among those who reported."""
        return self.people_to(self.target)

    def people_to(self, target: Decimal | None) -> int | None:
        """Say how many people more would reach a share, in per cent."""
        if target is None or not self.denominator or self.numerator is None:
            return None
        return max(0, ceil(target * self.denominator / 100 - self.numerator))


def told(figure: Figure | None, name: str, decimals: int | None = None) -> str:
    """Write a number of a figure for people; a hidden one is a word, an absent one a dash."""
    if figure is not None and name in figure.hidden:
        return HIDDEN
    return number(getattr(figure, name) if figure else None, decimals)


class Scope(NamedTuple):
    """Over whom a figure is counted, and what to call them."""

    type: str
    code: str
    title: str


class Institution(NamedTuple):
    """An institution expected to report for the date of the release."""

    scope: Scope
    kind: str
    municipality: str
    state: str
    plan: Decimal | None  # per cent of the order's list
    plan_hidden: bool = False


class Standing(NamedTuple):
    """A place in the ranking by the reported indicator."""

    place: int | None  # equal shares hold the same place; None without a value
    scope: Scope
    figure: Figure | None
    change: Decimal | None  # percentage points since the previous annual date
    history: tuple[Decimal | None, ...]  # a value for each date of the overview


@dataclass(frozen=True)
class Overview:
    """The figures worth showing, found by what they are about."""

    contents: Contents
    figures: Mapping[tuple[str, str, str, date], Figure]  # by indicator, scope type, scope code, date
    top: Scope  # the smallest scope that holds every institution of the release
    parts: tuple[Scope, ...]  # the kinds of a municipality, the municipalities of a region, the regions of a country
    institutions: Mapping[str, Institution]  # by code, in the order people list them
    dates: tuple[date, ...]
    previous: date | None  # the annual date before that of the release

    @cached_property
    def own(self) -> Mapping[tuple[str, str], Figure]:
        """Every figure of institutions at the date of the release, by indicator and code; none in a public package."""
        if self.contents.public:
            return {}
        table, now = self.contents.figures, pa.scalar(self.contents.as_of)
        here = table.filter(pc.and_(pc.equal(table["scope_type"], "institution"), pc.equal(table["as_of"], now)))
        return {
            (row["indicator"], row["scope_code"]): Figure(*(row[name] for name in FIGURES.names[len(KEY) :]))
            for row in here.to_pylist()
        }

    @property
    def kinds(self) -> tuple[Scope, ...]:
        """The kinds that have targets of their own, where the top is one municipality."""
        return () if self.folded else self.parts

    @property
    def planned(self) -> bool:
        """Whether any institution has a plan for the school year of the release."""
        return any(institution.plan is not None for institution in self.institutions.values())

    @property
    def folded(self) -> bool:
        """Whether institutions are shown municipality by municipality."""
        return self.top.type != "municipality"

    def figure(self, scope: Scope, as_of: date | None = None, indicator: str = REPORTED_KPI) -> Figure | None:
        """Find a figure, by default the reported indicator at the date of the release."""
        return self.figures.get((indicator, scope.type, scope.code, as_of or self.contents.as_of))

    def rank(self, scopes: Iterable[Scope]) -> list[Standing]:
        """Rank scopes by the exact share of the reported indicator; those without a value come last."""
        standings = sorted((self._stand(scope) for scope in scopes), key=_order)
        places: list[Standing] = []
        for position, standing in enumerate(standings, start=1):
            share = standing.figure.share if standing.figure else None
            equal = places and places[-1].figure and places[-1].figure.share == share
            place = None if share is None else places[-1].place if equal else position
            places.append(standing._replace(place=place))
        return places

    def _stand(self, scope: Scope) -> Standing:
        figure = self.figure(scope)
        before = self.figure(scope, self.previous) if self.previous else None
        now, then = (None if known is None else known.value for known in (figure, before))
        history = tuple(None if (known := self.figure(scope, as_of)) is None else known.value for as_of in self.dates)
        return Standing(None, scope, figure, None if now is None or then is None else now - then, history)


def overview_of(contents: Contents) -> Overview:
    """Find what to show of a release."""
    top = _top(contents)
    figures = _figures(contents)
    dates = tuple(sorted({as_of for indicator, *_, as_of in figures if indicator == REPORTED_KPI}))
    return Overview(
        contents=contents,
        figures=figures,
        top=top,
        parts=_parts(contents, top),
        institutions=_institutions(contents, figures),
        dates=dates,
        previous=_previous(contents, figures, dates),
    )


def territory(contents: Contents, scope_type: str, code: str) -> Scope:
    """Name a municipality or a region; by its code where the contents have no title for it."""
    return Scope(scope_type, code, contents.scope_titles.get(code) or f"{SCOPES[scope_type].capitalize()} {code}")


def title_of(contents: Contents, scope_type: str, code: str) -> str:
    """Name any scope: an institution by the register, a kind by its municipality and kind."""
    if scope_type == "institution":
        place = pc.index(contents.institutions["code"], code).as_py()
        return code if place < 0 else contents.institutions["name"][place].as_py() or code
    if scope_type == "kind":
        municipality, _, kind = code.partition("/")
        return f"{territory(contents, 'municipality', municipality).title}: {KINDS.get(kind, kind).lower()}"
    return COUNTRY if scope_type == "country" else territory(contents, scope_type, code).title


def waiting_of(overview: Overview) -> list[str]:
    """Name the deliveries that wait to be confirmed: «МБОУ СОШ № 7 на 31.12.2021: было 40, стало 12»."""
    contents = overview.contents
    return [
        f"{title_of(contents, 'institution', row['institution_code'])} на {row['as_of']:%d.%m.%Y}: "
        f"было {row['before']}, стало {row['after']}"
        for row in contents.waiting.to_pylist()
    ]


def _top(contents: Contents) -> Scope:
    for scope_type in ("municipality", "region"):
        codes = pc.unique(contents.institutions[scope_type]).to_pylist()
        if len(codes) == 1:
            return territory(contents, scope_type, codes[0])
    return Scope("country", "RU", COUNTRY)


def _parts(contents: Contents, top: Scope) -> tuple[Scope, ...]:
    below = {"municipality": "kind", "region": "municipality", "country": "region"}[top.type]
    codes = pc.unique(contents.institutions[below]).to_pylist()
    if below == "kind":
        ordered = sorted(codes, key=lambda kind: (list(KINDS).index(kind) if kind in KINDS else len(KINDS), kind))
        return tuple(Scope(below, f"{top.code}/{kind}", KINDS.get(kind, kind)) for kind in ordered)
    scopes = (territory(contents, below, code) for code in codes)
    return tuple(sorted(scopes, key=lambda scope: natural(scope.title)))


def _figures(contents: Contents) -> dict[tuple[str, str, str, date], Figure]:
    """Take the figures that are shown: the reported indicator everywhere, the rest above institutions."""
    table = contents.figures
    everywhere = pc.or_(*(pc.equal(table["indicator"], code) for code in (REPORTED_KPI, PLAN_FULFILMENT)))
    above = pc.not_equal(table["scope_type"], "institution")
    shown = table.filter(pc.or_(everywhere, above))
    # Where a date was counted under several definitions, the one shown last is the one reported.
    rank = {(row["code"], row["definition"]): place for place, row in enumerate(contents.indicators.to_pylist())}
    keys = zip(*(shown[name].to_pylist() for name in KEY[1:]), strict=True)
    values = zip(*(shown[name].to_pylist() for name in FIGURES.names[len(KEY) :]), strict=True)
    rows = sorted(zip(keys, values, strict=True), key=lambda row: rank.get(row[0][:2], -1))
    hidden: Mapping[tuple, frozenset[str]] = contents.public.hidden if contents.public else {}
    return {(key[0], *key[2:]): Figure(*value)._replace(hidden=hidden.get(key, frozenset())) for key, value in rows}


def _institutions(contents: Contents, figures: Mapping) -> dict[str, Institution]:
    now = contents.completeness.filter(pc.equal(contents.completeness["as_of"], pa.scalar(contents.as_of)))
    states = dict(zip(now["institution_code"].to_pylist(), now["state"].to_pylist(), strict=True))
    plans = {
        code: figure
        for (name, _, code, as_of), figure in figures.items()
        if (name, as_of) == (PLAN_FULFILMENT, contents.as_of)
    }
    rows = [row for row in contents.institutions.to_pylist() if row["code"] in states]
    return {
        (code := row["code"]): Institution(
            Scope("institution", code, row["name"]),
            row["kind"],
            row["municipality"],
            states[code],
            plans[code].value if code in plans else None,
            code in plans and "value" in plans[code].hidden,
        )
        for row in sorted(rows, key=lambda row: (natural(row["name"]), row["code"]))
    }


def _previous(contents: Contents, figures: Mapping, dates: tuple[date, ...]) -> date | None:
    """Find the last earlier date with a target: an annual date. Without any, the date before."""
    earlier = [as_of for as_of in dates if as_of < contents.as_of]
    annual = {as_of for (indicator, *_, as_of), figure in figures.items() if figure.target is not None}
    return max((as_of for as_of in earlier if as_of in annual), default=max(earlier, default=None))


def _order(standing: Standing) -> tuple:
    share = standing.figure.share if standing.figure else None
    return share is None, -(share or 0), natural(standing.scope.title), standing.scope.code
