"""What a step's failure says, and that a run which is to end does so: DuckDB takes away what a handler raised."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import duckdb
import pytest

from flows.failures import without_values

LONG = "SELECT count(*) FROM range(30000) a, range(30000) b WHERE a.range * b.range % 7 = 1"  # a second or two


class Stopped(BaseException):
    """As Prefect's own: nobody's to catch."""


@pytest.fixture(autouse=True)
def stopping() -> Iterator[None]:
    """Handlers as Prefect sets them."""

    def stop(*_: object) -> None:
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGALRM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def query(number: int) -> None:
    """Compute until a signal comes, which it does when DuckDB is at work."""
    with duckdb.connect() as connection:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        connection.execute(LONG).fetchall()


def test_duckdb_makes_another_error_of_a_signal() -> None:
    """Why the boundary listens: where this fails, it need not."""
    with pytest.raises(RuntimeError, match="Query interrupted"):
        query(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGALRM])
def test_a_stop_in_the_middle_of_a_query_ends_the_run(number: int) -> None:
    with pytest.raises(Stopped):
        without_values(query)(number)


def test_a_failure_of_its_own_is_told_as_a_code() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError") as told:
        without_values(lambda: 1 / 0)()
    assert told.value.__context__ is None


def test_a_step_in_another_thread_is_told_too() -> None:
    failed: list[str] = []

    def run() -> None:
        with pytest.raises(RuntimeError) as told:
            without_values(lambda: 1 / 0)()
        failed.append(str(told.value))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed
