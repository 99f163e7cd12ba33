"""Reading ahead: the next batch is read while the present one is judged and stored."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expectations.reading.pool import Readers
    from expectations.reading.reading import Reading

Readings = dict[Path, "Reading"]


class Ahead:
    """One thread that drives the reading processes; leaving the `with` block ends what it has begun."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._stop = Event()
        self._last: Future[Readings] | None = None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.shutdown(cancel_futures=True)

    def begin(self, paths: Iterable[Path], on_read: Callable[[], None]) -> Future[Readings]:
        """Begin to read files; the result holds every one of them."""
        self._last = self._thread.submit(self._read, list(paths), on_read)
        return self._last

    def threads_left(self) -> int | None:
        """Return how many threads the reading processes leave to whoever judges meanwhile; None where nothing is read.

        Threads that wait for a core only cost: two on one core judge a batch in a sixth more of processor time.
        """
        if self._last is None or self._last.done():
            return None
        return max(1, len(os.sched_getaffinity(0)) - self._readers.workers)

    def _read(self, paths: list[Path], on_read: Callable[[], None]) -> Readings:
        found: Readings = {}
        for path, reading in self._readers.read(paths):
            found[path] = reading
            on_read()
            if self._stop.is_set():
                break
        return found

    def finish(self, begun: Future[Readings], paths: Iterable[Path]) -> Iterator[tuple[Path, Reading]]:
        """Yield the readings of files; those that were not begun are read now, after all that was."""
        found = begun.result()
        if missing := [path for path in paths if path not in found]:
            found |= self.begin(missing, lambda: None).result()
        yield from ((path, found.pop(path)) for path in paths)
