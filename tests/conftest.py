"""What every test shares: a machine without anybody's settings, and a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tests.forked import Forked

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


# By processor time, the longest first: a file that begins last is waited for by all other processes.
LONGEST = """
    faults/test_postgres faults/test_sweep pages/test_commands
    access/test_files flows/test_up flows/test_unattended leaks/test_command_line warehouse/test_crash leaks/test_schedules
    erasure/test_killed warehouse/test_rotation warehouse/test_history indicators/test_functions
    indicators/test_vintages disclosure/test_publish proof/test_engine erasure/test_later erasure/test_erase
    hostile/test_senders cli/test_commands warehouse/test_rehearse warehouse/test_queue lineage/test_explained
    proof/test_release marked/test_marking revisions/test_released reading/test_pool gate/test_points
    lineage/test_traced warehouse/test_effect reading/test_bombs hostile/test_supply access/test_analysis
    flows/test_steps leaks/test_injection disclosure/test_random_towns cli/test_persons
""".split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of LONGEST first, for processes that take whole files; others stay as they are."""
    place = {Path(__file__).parent / f"{name}.py": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish(session: pytest.Session) -> None:
    for name in FOR_TESTS:
        os.environ.pop(name, None)


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A home for commands that are given none: the default is the person's own."""
    os.environ["NASTAVNIK_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def forked() -> Iterator[Forked]:
    """What runs commands in processes of their own without their imports."""
    from tests.forked import Forked

    with Forked() as commands:
        yield commands


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A copy, to change, of the home that the module or its area calls `filled`."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection to an empty warehouse, of either engine; what a test writes it takes back."""
    from warehouse.installation.engine import create_schema, open_engine
    from warehouse.tables.tables import tables_of

    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else "duckdb:///:memory:"
    engine = open_engine(url)
    with engine.connect() as connection:
        create_schema(connection, tables_of())
        connection.commit()
        yield connection
    engine.dispose()


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
