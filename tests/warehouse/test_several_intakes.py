"""Several programs take in one inbox over one PostgreSQL, one of them killed: every delivery once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.installations import installation, rows, settings_for
from tests.workbooks import submission, write
from warehouse.tables.tables import table

ROOT = Path(__file__).parents[2]
SENDERS = [f"NSH-S{number:03}" for number in (1, 3, 4, 5, 7, 8, 14, 16, 20, 24, 25, 27, 28, 31, 34, 37, 38, 40, 79)]
PATIENCE = 300  # seconds, on cores that other tests share


def start(home: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.warehouse.lockless_intake", str(home), url], cwd=ROOT)


@pytest.mark.slow
def test_one_of_three_is_killed_and_nothing_is_taken_twice(tmp_path: Path, postgres_database: str) -> None:
    shared = tmp_path / "shared"
    settings_for(shared, postgres_database)
    with installation(shared, postgres_database) as home:
        home.vault.engine.dispose()
    for number, sender in enumerate(SENDERS):
        write(shared / f"inbox/{sender}/a.xlsx", submission(sender), modified=1_640_000_000 + number)
    engine = sa.create_engine(postgres_database)
    taken = sa.select(sa.func.count()).select_from(table("deliveries"))

    def count() -> int:
        with engine.connect() as connection:
            return connection.execute(taken).scalar_one()

    dying, deadline = start(shared, postgres_database), time.monotonic() + PATIENCE
    while not count():
        assert dying.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(dying.pid, signal.SIGKILL)
    others = [start(shared, postgres_database) for _ in range(2)]
    assert dying.wait(PATIENCE) == -signal.SIGKILL
    assert 0 < count() < len(SENDERS)  # in the middle
    assert [one.wait(PATIENCE) for one in others] == [0, 0]
    engine.dispose()
    with installation(shared, postgres_database) as home:
        assert sorted(rows(home, table("deliveries"), "institution_code", "verdict")) == [
            (sender, "accepted") for sender in SENDERS
        ]
        for name in ("participants", "pairs", "enrolment"):
            stored = rows(home, table(name), "delivery", "row")
            assert len(stored) == len(set(stored)) >= len(SENDERS)
    assert not list((shared / "inbox").rglob("*.xlsx"))
