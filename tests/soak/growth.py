"""Whether anything grew over the nights: memory, descriptors, temporary files, Prefect's database."""

from __future__ import annotations

from collections.abc import Sequence

from tests.soak.parts import KEPT_DAYS
from tests.soak.prefects import TABLES

WARM = 5  # nights: caches are filled, and what is kept so many days has its size
MB_A_NIGHT = 2.0  # of memory a process may take more each night, which is noise over a few nights
DESCRIPTORS = 8  # more than at first: connections come and go
LEFT_BY_A_WORKER = 6  # temporary files, when it is killed: its supervisor removes them with the folder (PrivateTmp)
SPREAD = 1.5  # a table may be so many times larger than it was: nights with a fault have more runs
Measured = dict[str, float]


def grown(nights: Sequence[Measured]) -> dict[str, list[str]]:
    """Return what grew, from the fifth night to the last; a process begun anew is held against itself."""
    warm = nights[WARM - 1 :]
    if len(warm) < WARM:
        return {}
    wrong = [*_process("server", warm), *_process("worker", warm), *_temporary(warm), *_tables(warm)]
    return {"growth": wrong} if wrong else {}


def _process(name: str, nights: Sequence[Measured]) -> list[str]:
    wrong = []
    for pid in dict.fromkeys(one[f"{name} pid"] for one in nights):
        lived = [one for one in nights if one[f"{name} pid"] == pid][1:]  # its first night it was still beginning
        if len(lived) < WARM:
            continue
        more = lived[-1][f"{name} MB"] - lived[0][f"{name} MB"]
        if more > MB_A_NIGHT * (len(lived) - 1):
            wrong.append(f"{name}: {more:.0f} MB more in {len(lived)} nights")
        if (opened := lived[-1][f"{name} fds"] - lived[0][f"{name} fds"]) > DESCRIPTORS:
            wrong.append(f"{name}: {opened:.0f} descriptors more")
    return wrong


def _temporary(nights: Sequence[Measured]) -> list[str]:
    killed = len({one["worker pid"] for one in nights}) - 1
    more = nights[-1]["temp"] - nights[0]["temp"]
    return [f"{more:.0f} temporary files more"] if more > LEFT_BY_A_WORKER * killed else []


def _tables(nights: Sequence[Measured]) -> list[str]:
    """Hold the last nights' sizes against those of the first nights that were whole."""
    first, last = nights[:KEPT_DAYS], nights[-KEPT_DAYS:]
    return [
        f"Prefect's {name}: {then:.0f} rows, now {now:.0f}"
        for name in TABLES
        if (now := min(one[name] for one in last)) > SPREAD * (then := max(one[name] for one in first))
    ]
