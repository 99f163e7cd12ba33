"""The boundary between our errors and what Prefect keeps of them."""

from __future__ import annotations

import functools
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar

from warehouse.installation.faults import fault_of
from warehouse.installation.settings import Misconfigured
from warehouse.mail.server import MailFailed
from warehouse.proof import Unproved

Given = ParamSpec("Given")
Made = TypeVar("Made")
ENDING = {signal.SIGTERM, signal.SIGALRM}  # a stop, and the end of a flow's time


def without_values(step: Callable[Given, Made]) -> Callable[Given, Made]:
    """Have a step fail with a code: Prefect keeps exception texts and tracebacks, and drivers quote rows in theirs.

    A step that failed because the run is to end ends the run: tried again, it would go on as if nobody had asked.
    """

    @functools.wraps(step)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with _heard() as heard:
            try:
                return step(*args, **kwargs)
            except (Misconfigured, MailFailed, Unproved) as ours:
                words = str(ours)  # worded by us, for the operator
            except Exception as error:  # noqa: BLE001 (the one boundary here; nothing is swallowed)
                words = str(fault_of(error))
            if ENDING & set(heard()):
                signal.raise_signal(signal.SIGTERM)
        raise RuntimeError(words)  # out here, so that it has no context

    return told


@contextmanager
def _heard() -> Iterator[Callable[[], bytes]]:
    """Give what returns the numbers of the signals that came meanwhile.

    DuckDB looks for signals while it computes, and makes «Query interrupted» of whatever their handlers raise.
    """
    if threading.current_thread() is not threading.main_thread():
        yield bytes
        return
    ours, systems = socket.socketpair()
    with ours, systems:
        ours.setblocking(False)
        systems.setblocking(False)

        def heard() -> bytes:
            with suppress(BlockingIOError):
                return ours.recv(64)
            return b""

        before = signal.set_wakeup_fd(systems.fileno(), warn_on_full_buffer=False)
        try:
            yield heard
        finally:
            signal.set_wakeup_fd(before)
