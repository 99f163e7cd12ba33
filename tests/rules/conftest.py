"""One judgement of all cases: great-expectations costs seconds a batch, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.judge import judge
from expectations.staging import Staged, Staging
from tests.rules.all_cases import CASES
from tests.rules.cases import context_of, findings_by_case, read_case


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> list[Staged]:
    """Every case as read."""
    folder: Path = tmp_path_factory.mktemp("deliveries")
    return [read_case(number, case, folder) for number, case in CASES.items()]


@pytest.fixture(scope="session")
def judged(staged: list[Staged]) -> Iterator[Staging]:
    """All cases, judged as one batch."""
    with Staging() as staging:
        staging.load(staged, context_of(CASES))
        judge(staging)
        yield staging


@pytest.fixture(scope="session")
def found(judged: Staging) -> dict[int, list[dict]]:
    """The findings of that batch, by case."""
    return findings_by_case(judged)
