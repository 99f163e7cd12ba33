"""A release tried out: everything it would do but freeze."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from warehouse.gate.checks import before_counting, previous_annual
from warehouse.gate.moved import after_counting
from warehouse.gate.points import BLOCKS, PASSES, Point
from warehouse.gate.published import if_published
from warehouse.indicators.definitions import definitions_on
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.proof import Unproved
from warehouse.release.publish import contents_of

SECOND = "Второй расчёт"


def rehearse(home: Home, as_of: date, at: datetime) -> list[Point]:
    """Return the whole checklist of a release that is not made. Figures are counted only where nothing blocks."""
    with home.reading() as connection:
        seq = known_by(connection, None) + 1  # what its number would be
        points = before_counting(home, connection, as_of, seq, at.astimezone(home.settings.timezone).date())
        if any(point.level == BLOCKS for point in points):
            return points
        newest = definitions_on(as_of).version
        try:
            contents = contents_of(connection, home.settings, "", as_of, seq, at, newest)
        except Unproved as error:
            return [*points, Point(SECOND, BLOCKS, str(error))]
        points.append(Point(SECOND, PASSES, "Показатели сосчитаны дважды, независимо, и совпали."))
        points.append(if_published(home.settings, connection, contents, seq))
        most = Decimal(str(home.settings.moved_points))
        return [*points, *after_counting(contents, previous_annual(connection, as_of, seq), most)]
