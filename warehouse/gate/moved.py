"""Figures that moved more than a reader would expect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.gate.points import PASSES, WARNS, Point, listed
from warehouse.release.contents import REPORTED_KPI, Contents
from warehouse.release.wording import change, day, number
from warehouse.revisions.causes import CAUSES, DEFINITION, REGISTER, RULES


def after_counting(contents: Contents, previous: date | None, most: Decimal) -> list[Point]:
    """Look at what was counted: `most` percentage points is how far a share may move since the annual date before."""
    return [_year(contents, previous, most), _unasked(contents)]


def _year(contents: Contents, previous: date | None, most: Decimal) -> Point:
    title = "Изменения за год"
    if previous is None:
        return Point(title, PASSES, "Сравнивать не с чем: прежней годовой даты нет.")
    then, now = (_values(contents.figures, when) for when in (previous, contents.as_of))
    moves = {scope: now[scope] - then[scope] for scope in now.keys() & then.keys()}
    far = sorted((scope for scope, move in moves.items() if abs(move) > most), key=lambda one: (-abs(moves[one]), one))
    if not far:
        return Point(title, PASSES, f"С {day(previous)} доля нигде не изменилась больше чем на {number(most)} п. п.")
    named = listed([f"{scope} {change(moves[scope])}" for scope in far])
    return Point(title, WARNS, f"С {day(previous)} доля изменилась больше чем на {number(most)} п. п.: {named}.")


def _values(figures: pa.Table, as_of: date) -> dict[str, Decimal]:
    """The reported indicator by the code of the scope: codes of different levels differ."""
    asked = pc.and_(pc.equal(figures["indicator"], REPORTED_KPI), pc.equal(figures["as_of"], pa.scalar(as_of)))
    rows = figures.filter(pc.and_(asked, pc.is_valid(figures["value"])))
    return dict(zip(rows["scope_code"].to_pylist(), rows["value"].to_pylist(), strict=True))


def _unasked(contents: Contents) -> Point:
    """Changes of published figures that no institution and no clerk asked for."""
    title = "Пересмотры"
    if contents.compared_to is None:
        return Point(title, PASSES, "Это первый выпуск: пересматривать нечего.")
    told = list(_told(contents.revisions))
    if told:
        return Point(title, WARNS, f"Изменились показатели выпуска {contents.compared_to}: {'; '.join(told)}.")
    same = "Ни правила, ни реестр, ни определения не изменили показателей выпуска"
    return Point(title, PASSES, f"{same} {contents.compared_to}.")


def _told(revisions: pa.Table) -> Iterator[str]:
    for cause in (RULES, REGISTER, DEFINITION):
        found = revisions.filter(pc.equal(revisions["cause"], cause)).num_rows
        if found:
            yield f"{CAUSES[cause]} — {found}"
