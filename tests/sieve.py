"""Thousands of words looked for in bytes at once: a word is compared only where its last eight bytes stand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

WINDOW = 8  # bytes, one unsigned integer
_MIX, _DROPPED = np.uint64(0x9E3779B97F4A7C15), np.uint64(44)  # multiplied, the upper twenty bits are as good as random


class Sieve:
    """Words to be found; those shorter than the window are looked for one by one."""

    def __init__(self, words: Iterable[bytes]) -> None:
        self._short: list[bytes] = []
        self._by_end: dict[int, list[bytes]] = {}
        for word in set(words):
            if len(word) < WINDOW:
                self._short.append(word)
            else:
                self._by_end.setdefault(int.from_bytes(word[-WINDOW:], "little"), []).append(word)
        self._marked = np.zeros(1 << (64 - int(_DROPPED)), bool)
        self._marked[_places(np.array(list(self._by_end), np.uint64))] = True

    def found(self, content: bytes) -> set[bytes]:
        """Return the words that stand in the content."""
        found = {word for word in self._short if word in content}
        for shift in range(min(WINDOW, len(content) - WINDOW + 1)):
            seen = np.frombuffer(content, "<u8", (len(content) - shift) // WINDOW, shift)
            for place in np.flatnonzero(self._marked[_places(seen)]).tolist():
                end = shift + (place + 1) * WINDOW
                found.update(word for word in self._ending(int(seen[place])) if content.endswith(word, 0, end))
        return found

    def _ending(self, window: int) -> list[bytes]:
        return self._by_end.get(window, [])


def _places(windows: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    return (windows * _MIX) >> _DROPPED
