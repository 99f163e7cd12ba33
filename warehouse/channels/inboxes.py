"""All channels of one run: what waits in them, and what could not be got out of them."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import BinaryIO

from warehouse.channels.channel import Changed, Channel, Cut, Denied, Found, Taken, Unreachable, Waiting
from warehouse.storage.received import NotAFile, Received

PAUSES = (0.5, 2.0)  # seconds before the second and the third try of one file
MOST_CUT = 3  # files one after another: then the channel itself is broken, and 40,000 tries would take the night
BROKEN = "связь обрывается раз за разом. Проверьте сеть и узел; недостающее возьмёт следующий приём."

Receive = Callable[[BinaryIO], Received]


class Inboxes:
    """Looks into channels and fetches from them; one that fails holds no other."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = channels
        self._cut: Counter[str] = Counter()
        self.unsettled = self.odd = self.unread = self.strangers = 0
        self.faults: dict[str, str] = {}  # why a channel was given up, by its name

    def __enter__(self) -> Inboxes:
        return self

    def __exit__(self, *_: object) -> None:
        for channel in self._channels:
            channel.close()

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """Return what waits in all channels together, oldest first."""
        looks = []
        for channel in self._channels:
            try:
                looks.append(channel.look(taken, settle_seconds))
            except Unreachable as error:
                self.faults[channel.name] = str(error)
        self.unsettled += sum(one.unsettled for one in looks)
        self.odd += sum(one.odd for one in looks)
        self.strangers += sum(one.strangers for one in looks)
        ready = sorted((one for found in looks for one in found.ready), key=lambda one: one.modified_ns)
        return Found(ready, [one for found in looks for one in found.taken], self.unsettled, self.odd, self.strangers)

    def fetch(self, one: Waiting, receive: Receive) -> Received | None:
        """Receive one file whole; None where it stays for the next run, which is counted."""
        try:
            if one.channel in self.faults:
                raise Denied
            received = self._tried(one, receive)
        except Changed:
            self.unsettled += 1
        except NotAFile:
            self.odd += 1
        except (Denied, Cut):
            self.unread += 1
        except Unreachable as error:
            self.unread += 1
            self.faults[one.channel] = str(error)
        else:
            self._cut.pop(one.channel, None)
            return received
        return None

    def done(self, one: Waiting, sha256: str) -> None:
        """Have the channel remove what was committed; other bytes there are counted, and stay for the next run."""
        try:
            one.done(sha256)
        except Changed:
            self.unsettled += 1

    def _tried(self, one: Waiting, receive: Receive) -> Received:
        for pause in PAUSES:
            with contextlib.suppress(Cut), one.open() as file:
                return receive(file)
            time.sleep(pause)
        try:
            with one.open() as file:
                return receive(file)
        except Cut:
            self._cut[one.channel] += 1
            if self._cut[one.channel] == MOST_CUT:
                self.faults[one.channel] = BROKEN
            raise
