"""The register in time: what became of institutions, and whose history is whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import sqlalchemy as sa

from warehouse.installation.settings import Misconfigured
from warehouse.register.reference import known_reference

RENAME, MERGE, SPLIT, CLOSE = "rename", "merge", "split", "close"
LINKING = (RENAME, MERGE)  # the whole history goes on with the successor
DAY = timedelta(1)
Row = Mapping[str, object]


@dataclass(frozen=True)
class Succession:
    """What became of an institution: from `happened_on` its successor stands in its place, or none does."""

    happened_on: date
    predecessor: str
    successor: str | None
    kind: str

    def __str__(self) -> str:
        return f"successions.csv, {self.predecessor} → {self.successor or '—'}, {self.happened_on:%d.%m.%Y}"


@dataclass(frozen=True)
class Period:
    """An entry of the register with the days it holds."""

    code: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def known_successions(connection: sa.Connection, seq: int) -> list[Succession]:
    """Return the successions known at a journal number, oldest first."""
    rows = connection.execute(sa.select(known_reference("successions", seq))).mappings()
    return _successions(dict(row) for row in rows)


def successors(made: Iterable[Succession], on: date) -> dict[str, str]:
    """Return the successor on a day of every institution renamed or merged by then, through all steps.

    Nobody's history can be divided: one that was split, or closed, keeps its own code.
    """
    step = {one.predecessor: one.successor for one in made if one.kind in LINKING and one.happened_on <= on}
    return {code: last for code in step if (last := _follow(step, code)) != code}


def _follow(step: Mapping[str, str | None], code: str) -> str:
    while (successor := step.get(code)) is not None:
        code = successor
    return code


def check_register(institutions: Iterable[Row], successions: Iterable[Row]) -> None:
    """Raise Misconfigured where entries of one code overlap, or a succession does not agree with the register."""
    periods: dict[str, list[Period]] = defaultdict(list)
    for row in institutions:
        one = _period(row)
        periods[one.code].append(one)
    for entries in periods.values():
        _check_periods(sorted(entries, key=lambda one: one.valid_from))
    made = _successions(successions)
    for succession in made:
        for wrong in _disagreements(succession, periods):
            raise Misconfigured(f"{succession}: {wrong}")
    _check_single(made)
    _check_no_cycle(made)


def _period(row: Row) -> Period:
    return Period(**{name: row[name] for name in ("code", "valid_from", "valid_to")})  # type: ignore[arg-type]


def _successions(rows: Iterable[Row]) -> list[Succession]:
    names = ("happened_on", "predecessor", "successor", "kind")
    made = [Succession(**{name: row[name] for name in names}) for row in rows]  # type: ignore[arg-type]
    return sorted(made, key=lambda one: (one.happened_on, one.predecessor, one.successor or "", one.kind))


def _check_periods(entries: list[Period]) -> None:
    for one in entries:
        if one.valid_to is not None and one.valid_to < one.valid_from:
            raise Misconfigured(f"institutions.csv, {one.code}: valid_to раньше valid_from.")
    for one, after in pairwise(entries):
        if one.valid_to is None or one.valid_to >= after.valid_from:
            raise Misconfigured(
                f"institutions.csv, {one.code}: запись с {one.valid_from:%d.%m.%Y} действует и после "
                f"{after.valid_from:%d.%m.%Y}, когда начинается следующая. Укажите её valid_to."
            )


def _disagreements(one: Succession, periods: Mapping[str, list[Period]]) -> Iterator[str]:
    if one.kind not in (RENAME, MERGE, SPLIT, CLOSE):
        yield f"вид «{one.kind}» неизвестен; возможны rename, merge, split, close."
    if (one.kind == CLOSE) != (one.successor is None):
        yield "у закрытия преемника нет, у остальных он должен быть."
    for code in (one.predecessor, one.successor):
        if code is not None and code not in periods:
            yield f"организации {code} нет в реестре (institutions.csv)."
    before, eve = periods[one.predecessor], one.happened_on - DAY
    if not any(entry.holds(eve) for entry in before):
        yield f"{one.predecessor} в реестре не действует накануне, {eve:%d.%m.%Y}: проверьте valid_from и valid_to."
    if one.kind != SPLIT and any(entry.valid_to is None or entry.valid_to > eve for entry in before):
        yield f"{one.predecessor} действует в реестре и дальше; её valid_to должен быть {eve:%d.%m.%Y}."
    after = periods[one.successor] if one.successor else []
    if after and not any(entry.holds(one.happened_on) for entry in after):
        yield f"преемник {one.successor} в реестре в этот день не действует: проверьте valid_from и valid_to."
    if one.kind in (RENAME, SPLIT) and min(entry.valid_from for entry in after) != one.happened_on:
        yield f"преемник {one.successor} должен действовать в реестре ровно с этого дня (valid_from)."


def _check_single(made: list[Succession]) -> None:
    """An institution ends once; who is renamed is alone on both sides."""
    ends: dict[str, list[Succession]] = defaultdict(list)
    begins: dict[str | None, list[Succession]] = defaultdict(list)
    for one in made:
        ends[one.predecessor].append(one)
        begins[one.successor].append(one)
    for one in made:
        others = [other for other in ends[one.predecessor] if other != one and other.happened_on >= one.happened_on]
        if one.kind != SPLIT and others:
            raise Misconfigured(f"{one}: о той же организации сказано ещё раз, {others[0]}.")
        if one.kind == RENAME and len(begins[one.successor]) > 1:
            raise Misconfigured(f"{one}: у переименованной организации один предшественник; объединение — merge.")


def _check_no_cycle(made: list[Succession]) -> None:
    following: dict[str, set[str]] = defaultdict(set)
    for one in made:
        if one.successor is not None:
            following[one.predecessor].add(one.successor)
    for start in following:
        seen: set[str] = set()
        ahead = set(following[start])
        while ahead:
            seen |= ahead
            ahead = {code for one in ahead for code in following.get(one, ())} - seen
        if start in seen:
            raise Misconfigured(f"successions.csv: {start} оказывается преемником самой себя.")
