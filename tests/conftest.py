"""What every test shares: a machine without anybody's settings, and a real PostgreSQL."""

from __future__ import annotations

import gc
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

SERVERS = {"postgres_url", "postgres_database", "another_database"}
GARBAGE = (10_000, 50, 100)  # objects, and how many collections of the younger before an older
gc.disable()  # until all tests are collected, and with them what they import: it stays, and was a tenth of the suite's time


# By processor time, the longest first: a file that begins last is waited for by all other processes. Those that wait
# for Prefect stand apart, or all wait at once.
LONGEST = """
    flows/test_unattended pages/test_commands restating/test_restating indicators/test_vintages copies/test_copies
    flows/test_several_workers hostile/test_night indicators/test_functions warehouse/test_rotation
    leaks/test_command_line faults/test_sweep flows/test_up disclosure/test_publish warehouse/test_history
    indicators/test_incremental erasure/test_later schema/test_upgrade lineage/test_explained warehouse/test_crash
    holding/test_held lineage/test_traced restating/test_killed access/test_files warehouse/test_queue
    access/test_analysis gate/test_points revisions/test_released erasure/test_erase marked/test_causes
    hostile/test_supply flows/test_enclosing warehouse/test_effect marked/test_marking holding/test_sequences
    holding/test_explained warehouse/test_rehearse proof/test_release restating/test_beside soak/test_invariants
    indicators/test_breakdowns flows/test_reminders indicators/test_packed faults/test_postgres reading/test_pool
    erasure/test_killed cli/test_terminal hostile/test_senders cli/test_commands flows/test_steps reading/test_bombs
""".split()


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of LONGEST first, for processes that take whole files; others stay as they are."""
    place = {Path(__file__).parent / f"{name}.py": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
    for item in items:
        if _on_a_server(item):
            item.add_marker(pytest.mark.slow)


def _on_a_server(item: pytest.Item) -> bool:
    """Whether a test starts PostgreSQL: by its own fixtures, or as the second engine of both."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgresql" in params or not SERVERS.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    for name in FOR_TESTS:
        os.environ.pop(name, None)
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    gc.enable()


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
