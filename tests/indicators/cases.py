"""Towns with figures that can be counted on one's fingers: every indicator, every scope, every boundary."""

from __future__ import annotations

from dataclasses import replace

from tests.indicators.cases_of_people import PEOPLE
from tests.indicators.cases_of_reports import REPORTS

CASES = {town.name: replace(town, number=number) for number, town in enumerate([*PEOPLE, *REPORTS], 1)}
