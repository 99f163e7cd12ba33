"""Reading ahead: what it leaves to whoever judges meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from expectations.reading.reading import Reading, unreadable
from expectations.staging import Staging
from warehouse.ingestion.ahead import Ahead


class Slow:
    """Readers of so many processes that read nothing before they are told to."""

    def __init__(self, workers: int) -> None:
        self.workers, self.told = workers, Event()

    def read(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Reading]]:
        self.told.wait(10)
        yield from ((path, unreadable("unreadable-file", "")) for path in paths)


@pytest.mark.parametrize(("cores", "workers", "left"), [(2, 2, 1), (8, 2, 6), (1, 4, 1)])
def test_whoever_judges_has_the_cores_that_readers_leave(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int, left: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    readers: Any = Slow(workers)
    with Ahead(readers) as ahead:
        assert ahead.threads_left() is None
        begun = ahead.begin([Path("a")], lambda: None)
        assert ahead.threads_left() == left
        readers.told.set()
        begun.result(10)
        assert ahead.threads_left() is None


def test_a_batch_is_judged_on_so_many_threads() -> None:
    with Staging(threads=1) as staging:
        assert staging.run("SELECT current_setting('threads')") == [(1,)]
