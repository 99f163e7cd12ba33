"""What every test shares: a machine without anybody's settings, and a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

# Read by tests while they are collected, and none of the product's settings, which refuse a name they don't know.
FOR_TESTS = {"NASTAVNIK_HOSTILE", "NASTAVNIK_ORACLE"}

for _name in [name for name in os.environ if name.startswith("NASTAVNIK_") and name not in FOR_TESTS]:
    del os.environ[_name]  # a person's own home is never worked in
os.environ |= {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # a hidden server costs 15 s: here it is an error
}

hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")


def pytest_collection_finish(session: pytest.Session) -> None:
    for name in FOR_TESTS:
        os.environ.pop(name, None)


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A home for commands that are given none: the default is the person's own."""
    os.environ["NASTAVNIK_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server of this test process."""
    from tests.postgres import running_postgres

    with running_postgres() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of this module."""
    from tests.postgres import fresh_database

    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
def another_database(postgres_url: str) -> Iterator[str]:
    """URL of a second one, for a second installation: a database has the keys of one home."""
    from tests.postgres import fresh_database

    with fresh_database(postgres_url) as url:
        yield url
