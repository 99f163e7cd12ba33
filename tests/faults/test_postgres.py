"""PostgreSQL gone in the middle of an intake: nothing is lost, nothing is stored twice."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.faults.proxy import Act, Proxy, lose_reply, lose_request
from tests.faults.town import clear_litter, deliver
from tests.installations import installation, state, take
from tests.postgres import Server, running_server
from warehouse.installation.faults import Fault

pytestmark = pytest.mark.slow
COMMIT, LOAD = b"COMMIT\0", b"COPY "
MOST = 40  # messages: an intake has fewer


@dataclass
class Waiting:
    """A home with deliveries in its inbox, and its database; both are copied for each trial."""

    server: Server
    folder: Path
    database: str
    undisturbed: dict[str, object] = field(default_factory=dict)

    def copy(self) -> tuple[Path, str]:
        """Copy both; return the home and the database's URL."""
        home = self.folder.with_name("home")
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder, home)
        return home, made(self.server, self.database)


def made(server: Server, like: str) -> str:
    """Make a database like another; return its URL."""
    name = f"copy_{uuid4().hex}"
    engine = sa.create_engine(server.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    return sa.make_url(server.url).set(database=name).render_as_string(hide_password=False)


def intake(home: Path, url: str) -> None:
    with installation(home, url) as opened:
        take(opened)


def told_after_another(home: Path, url: str) -> dict[str, object]:
    """Take in once more, and tell what there is."""
    clear_litter(home)
    with installation(home, url) as opened:
        take(opened)
        return state(opened)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    with running_server() as server:
        folder, url = tmp_path_factory.mktemp("waiting") / "prepared", made(server, "template1")
        with installation(folder, url):
            deliver(folder)
        prepared = Waiting(server, folder, str(sa.make_url(url).database))
        prepared.undisturbed = told_after_another(*prepared.copy())
        yield prepared


@pytest.mark.parametrize("act", [lose_request, lose_reply])
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_commit_whose_answer_never_comes(waiting: Waiting, act: Act, step: int) -> None:
    """At each COMMIT of an intake, carried out by the server or not: the next run asks the ledger."""
    for number in range(step // 2 + 1, MOST, step):
        home, url = waiting.copy()
        with Proxy(url, COMMIT, number, act) as proxy:
            try:
                intake(home, proxy.url)
            except Fault:
                assert proxy.struck
            if not proxy.struck:
                break
        assert told_after_another(home, url) == waiting.undisturbed
    sys.stdout.write(f"{act.__name__}: N = {proxy.seen} commits\n")
    assert 3 < proxy.seen < number


@pytest.mark.parametrize(("word", "number"), [(LOAD, 1), (LOAD, 4), (COMMIT, 2)])
def test_a_server_stopped_immediately(waiting: Waiting, word: bytes, number: int) -> None:
    home, url = waiting.copy()

    def stop(message: bytes, server: socket.socket) -> None:
        server.sendall(message)
        waiting.server.stop_immediately()

    with Proxy(url, word, number, stop) as proxy:
        with pytest.raises(Fault):
            intake(home, proxy.url)
        assert proxy.struck
    waiting.server.start()
    assert told_after_another(home, url) == waiting.undisturbed


def test_what_was_answered_outlives_a_server_that_commits_lazily(waiting: Waiting) -> None:
    """`synchronous_commit = off` is the server's own setting, and its log is written down every ten seconds here."""
    home, url = waiting.copy()
    engine = sa.create_engine(waiting.server.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("ALTER SYSTEM SET wal_writer_delay = '10s'"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
        assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == "off"
    intake(home, url)
    waiting.server.stop_immediately()
    waiting.server.start()
    assert told_after_another(home, url) == waiting.undisturbed
