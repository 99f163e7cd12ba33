"""A whole made-up town, played once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.register.reference import shipped_reference
from warehouse.synthetic import TOWN_RATES, Setting, read_setting
from warehouse.synthetic.incidents import Incidents
from warehouse.synthetic.outlook import Outlook
from warehouse.synthetic.people import Crowd
from warehouse.synthetic.submissions import Submission, submissions_of

SEED = 1


@pytest.fixture(scope="session")
def reference() -> Path:
    return shipped_reference()


@pytest.fixture(scope="session")
def town(reference: Path) -> Setting:
    return read_setting(reference)


@pytest.fixture(scope="session")
def incidents(town: Setting) -> Incidents:
    return Incidents(Outlook(SEED, town), TOWN_RATES)


@pytest.fixture(scope="session")
def submissions(incidents: Incidents) -> list[Submission]:
    """Every submission of the town as it should have been, before anybody slips."""
    outlook, crowd = incidents.outlook, Crowd(SEED)
    return [each for place in outlook.places for each in submissions_of(outlook, place, crowd)]


@pytest.fixture(scope="session")
def rows(submissions: list[Submission]) -> Callable[[str], list[dict]]:
    """Return all rows of one sheet over the whole town."""
    return lambda sheet: [row for submission in submissions for row in submission.sheets[sheet]]
