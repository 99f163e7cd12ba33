"""Targets judged when they are loaded: errors refuse the load, warnings are told.

A target is a record of `targets.csv` with its source; it is changed by loading the whole file anew. Each is held
against the definitions, the register and the calendar of reporting dates as they will be after the load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from warehouse.indicators.definitions import Indicator, all_definitions
from warehouse.indicators.definitions_file import DIRECTIONS
from warehouse.release.contents import PERCENT

ANNUAL = "annual"
COUNTRY = "RU"
TOLD = 20  # lines of one load; the rest are counted
NAMED = 3  # scopes of one gap; the rest are counted

Row = Mapping[str, Any]
Scope = tuple[str, str]  # type, code


class Judgement(NamedTuple):
    """What is wrong with the targets, and what is odd about them, in Russian."""

    errors: list[str]
    warnings: list[str]


def judge_targets(targets: Iterable[Row], register: Iterable[Row], calendar: Iterable[Row]) -> Judgement:
    """Judge rows of `targets` against rows of `institutions` and `reporting_dates`."""
    rows, places = list(targets), list(register)
    dates = {row["as_of"]: row["kind"] for row in calendar}
    existing = cache(lambda as_of: scopes_on(places, as_of))
    errors = [f"{_place(row)}: {fault}" for row in rows for fault in _faults(row, existing(row["as_of"]))]
    if errors:
        return Judgement(errors, [])
    return Judgement([], [*_gaps(rows, existing, dates), *_contradictions(rows), *_undated(rows, dates)])


def shortened(lines: list[str]) -> list[str]:
    """Leave the first lines of many and count the rest."""
    return lines[:TOLD] + ([f"… и ещё {len(lines) - TOLD}."] if len(lines) > TOLD else [])


def scopes_on(register: Iterable[Row], as_of: date) -> set[Scope]:
    """Return every scope that has an institution on a date."""
    found: set[Scope] = set()
    for row in register:
        if row["valid_from"] <= as_of and (row["valid_to"] is None or as_of <= row["valid_to"]):
            found |= {
                ("institution", row["code"]), ("kind", f"{row['municipality']}/{row['kind']}"),
                ("municipality", row["municipality"]), ("region", row["region"]), ("country", COUNTRY),
            }  # fmt: skip
    return found


def _place(row: Row) -> str:
    return f"{row['indicator']}, {row['scope_code']}, {row['as_of']:%d.%m.%Y}"


def _indicators() -> dict[str, Indicator]:
    """Every indicator of any version, as the newest has it."""
    return {one.code: one for version in all_definitions().values() for one in version.indicators}


def _faults(row: Row, existing: set[Scope]) -> Iterator[str]:
    indicator, target = _indicators().get(row["indicator"]), row["target_percent"]
    if indicator is None:
        yield "такого показателя нет."
    elif indicator.unit != PERCENT or indicator.denominator is None:
        yield "показатель не доля, цели в процентах у него быть не может."
    elif row["scope_type"] not in indicator.scopes:
        yield f"для охвата «{row['scope_type']}» показатель не считается."
    elif (row["scope_type"], row["scope_code"]) not in existing:
        yield "такого охвата нет в реестре на эту дату."
    if row["direction"] not in DIRECTIONS:
        yield f"направление «{row['direction']}» неизвестно; известны: {', '.join(DIRECTIONS)}."
    if not target.is_finite() or target != round(target, 2):
        yield "цель — число, после запятой не больше двух знаков."
    elif not 0 <= target <= 100:
        yield f"цель {target} % вне границ 0–100."
    elif 0 < target < 1:
        yield f"другая шкала: {target} — это доля, а не проценты; 30 % записывают как 30."


def _gaps(rows: list[Row], existing: Any, dates: Mapping[date, str]) -> Iterator[str]:
    """Annual dates on which others of a scope's type, or the scope itself earlier, have a target, and it has none."""
    given: dict[str, dict[date, set[Scope]]] = {}
    for row in rows:
        given.setdefault(row["indicator"], {}).setdefault(row["as_of"], set()).add(
            (row["scope_type"], row["scope_code"])
        )
    for indicator, by_date in sorted(given.items()):
        before: set[Scope] = set()
        for as_of in sorted(by_date):
            have = by_date[as_of]
            if dates.get(as_of) == ANNUAL:
                types = {scope_type for scope_type, _ in have}
                wanted = {scope for scope in existing(as_of) if scope[0] in types or scope in before}
                yield from (f"Нет цели: {indicator}, {told}, {as_of:%d.%m.%Y}." for told in _told(wanted - have))
            before |= have


def _told(missing: set[Scope]) -> Iterator[str]:
    """Name scopes, type by type: of many the first and how many more, as where one institution alone has a target."""
    by_type: dict[str, list[str]] = {}
    for scope_type, code in sorted(missing):
        by_type.setdefault(scope_type, []).append(code)
    for codes in by_type.values():
        if len(codes) <= NAMED:
            yield from codes
        else:
            yield f"{codes[0]} и ещё {len(codes) - 1}"


def _contradictions(rows: list[Row]) -> Iterator[str]:
    """A municipality's share lies between those of its kinds: a target beyond all of theirs contradicts them."""
    targets: dict[tuple[str, date, str, str], Decimal] = {
        (row["indicator"], row["as_of"], row["scope_type"], row["scope_code"]): row["target_percent"] for row in rows
    }
    for (indicator, as_of, scope_type, code), target in sorted(targets.items()):
        if scope_type != "municipality":
            continue
        kinds = [
            value
            for (other, when, level, kind), value in targets.items()
            if (other, when, level) == (indicator, as_of, "kind") and kind.startswith(f"{code}/")
        ]
        if kinds and not min(kinds) <= target <= max(kinds):
            yield (
                f"{indicator}, {code}, {as_of:%d.%m.%Y}: цель {target} % не лежит между целями видов организаций "
                f"({min(kinds)}–{max(kinds)} %)."
            )


def _undated(rows: list[Row], dates: Mapping[date, str]) -> Iterator[str]:
    for as_of in sorted({row["as_of"] for row in rows} - set(dates)):
        yield f"Цели есть на {as_of:%d.%m.%Y}, а в календаре такой отчётной даты нет."
