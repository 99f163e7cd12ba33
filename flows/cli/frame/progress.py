"""Progress of long work, shown where a person watches and waits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

Advance = Callable[[int, int], None]  # done, of how many
PATIENCE_SECONDS = 1.0  # what a person waits for without asking what is going on


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """Show on the error stream, after a second, what is being done, for how long and, once told, how far it is.

    Nothing where the stream is not a terminal. Quick work shows nothing, and imports nothing to show it with.
    """
    with _line(title) as line:
        yield line.advance if line else lambda done, of: None


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Show, as `progress` does, work that goes from stage to stage and tells the title of each."""
    with _line("") as line:
        yield line.begin if line else lambda title: None


@contextmanager
def _line(title: str) -> Iterator[_Line | None]:
    """Watch some work; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    line = _Line(title)
    later = threading.Timer(PATIENCE_SECONDS, line.show)
    later.daemon = True
    later.start()
    try:
        yield line
    finally:
        later.cancel()
        later.join()  # shown whole or not at all
        line.hide()


class _Line:
    """One line of progress, which knows how far the work is before it is shown."""

    def __init__(self, title: str) -> None:
        self._title, self._done, self._of = title, 0, None
        self._shown: Progress | None = None

    def advance(self, done: int, of: int | None) -> None:
        self._done, self._of = done, of  # type: ignore[assignment]
        if self._shown is not None:
            self._tell(self._shown)

    def begin(self, title: str) -> None:
        self._title = title
        if self._shown is not None:
            self._tell(self._shown)

    def show(self) -> None:
        shown = _bar()
        shown.add_task(self._title, total=None, count="")
        shown.tasks[0].start_time = shown.get_time() - PATIENCE_SECONDS  # since the work began
        self._tell(shown)
        shown.start()
        self._shown = shown

    def hide(self) -> None:
        if self._shown is not None:
            self._shown.stop()

    def _tell(self, shown: Progress) -> None:
        count = f"{self._done} из {self._of}" if self._of else str(self._done or "")
        task = shown.task_ids[0]
        shown.update(task, description=self._title, total=self._of, completed=self._done, count=count)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    narrow = console.width < 60
    bar = () if narrow else (BarColumn(bar_width=min(40, console.width - 50)),)
    columns = (TextColumn("{task.description}"), *bar, TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    # Answers that go into a file must not be taken for lines above the bar.
    return Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
