"""Whether anything grew over the nights: memory, descriptors, Prefect's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.soak.parts import KEPT_DAYS
from tests.soak.prefects import TABLES

WARM = 5  # nights: caches are filled, and what is kept so many days has its size
JUDGED = 5  # nights a process must have lived, in all its lives, before its memory is judged
MB_A_NIGHT = 2.0  # of memory a process may take more each night, which is noise over a few nights
HALF = 3  # nights in each half of a life, before its descriptors are judged
DESCRIPTORS = 8  # more in the later half, at the least: connections come and go, and what is lost stays
SPREAD = 1.5  # a table may be so many times larger than it was: nights with a fault have more runs
PROCESSES = ("server", "worker")
Measured = dict[str, float]


def grown(nights: Sequence[Measured]) -> dict[str, list[str]]:
    """Return what grew, from the fifth night to the last; a process begun anew is held against itself."""
    if len(nights) < 2 * WARM - 1:
        return {}
    wrong = [told for name in PROCESSES for told in _process(name, nights)] + _tables(nights[WARM - 1 :])
    return {"growth": wrong} if wrong else {}


def paces(nights: Sequence[Measured]) -> dict[str, tuple[float, int]]:
    """Return the megabytes a night that each process took more, and over how many nights of its lives."""
    found = {}
    for name in PROCESSES:
        lives = list(_lives(name, nights))
        lived = sum(len(life) - 1 for life in lives)
        more = sum(life[-1][f"{name} MB"] - life[0][f"{name} MB"] for life in lives)
        found[name] = (more / lived if lived else 0.0, lived)
    return found


def judged(lived: int) -> bool:
    """Whether so many nights tell anything of memory."""
    return lived >= JUDGED


def _lives(name: str, nights: Sequence[Measured]) -> Iterator[list[Measured]]:
    """Yield the warm nights of each life that has two: not its own first, when it was still beginning."""
    warm = {id(one) for one in nights[WARM - 1 :]}
    for pid in dict.fromkeys(one[f"{name} pid"] for one in nights):
        lived = [one for one in nights if one[f"{name} pid"] == pid][1:]
        if len(life := [one for one in lived if id(one) in warm]) > 1:
            yield life


def _process(name: str, nights: Sequence[Measured]) -> Iterator[str]:
    pace, lived = paces(nights)[name]
    if judged(lived) and pace > MB_A_NIGHT:
        yield f"{name}: {pace:.1f} MB more a night, over {lived} nights"
    for life in _lives(name, nights):
        first, later = ([one[f"{name} fds"] for one in part] for part in _halves(life))
        if len(first) >= HALF and (opened := min(later) - min(first)) > DESCRIPTORS:
            yield f"{name}: {opened:.0f} descriptors more"


def _halves(life: list[Measured]) -> tuple[list[Measured], list[Measured]]:
    return life[: len(life) // 2], life[len(life) // 2 :]


def _tables(nights: Sequence[Measured]) -> list[str]:
    """Hold the last nights' sizes against those of the first nights that were whole."""
    first, last = nights[:KEPT_DAYS], nights[-KEPT_DAYS:]
    return [
        f"Prefect's {name}: {then:.0f} rows, now {now:.0f}"
        for name in TABLES
        if (now := min(one[name] for one in last)) > SPREAD * (then := max(one[name] for one in first))
    ]
