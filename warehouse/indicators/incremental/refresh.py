"""The kept series brought up to date: what new deliveries change is counted, before and after, and the rest is kept.

Counts over scopes are sums over places and over people. So a count changes by what the changed places, and the people
met in them, make after less what they made before: the same statements count both (`statements`).
Whatever else is new (withdrawals, decisions, register, a reporting date) is counted whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from expectations.staging import DUCKDB_SAFE
from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.incremental.counting import count_changed, count_whole, make_counts
from warehouse.indicators.incremental.names import all_owners, keep_names, renew_names, touches_decisions
from warehouse.indicators.incremental.since import Unforeseen, new_deliveries
from warehouse.indicators.incremental.state import DAYS, KEPT, OWNERS, State, files_in, require_state
from warehouse.indicators.incremental.statements import statements
from warehouse.indicators.large import everything
from warehouse.indicators.series import reporting_dates
from warehouse.release.contents import FIGURES, KEY
from warehouse.storage.packed import NEW_LEDGER, packed


class Refreshed(NamedTuple):
    """What a refresh did: why everything was counted, in Russian, or nothing; how many figures it made."""

    whole: str
    figures: int


def refresh(lake: Path, file: Path) -> Refreshed:
    """Bring the state of a packed lake up to date; make it whole where there is none, or where it does not fit.

    Raises Misconfigured for a file that is something else: it is not overwritten.
    """
    try:
        return Refreshed("", _renew(lake, file))
    except Unforeseen as reason:
        return Refreshed(str(reason), _make(lake, file))


def _make(lake: Path, file: Path) -> int:
    """Count a lake whole into a new file, put in place of an earlier one when it is finished."""
    partial = file.with_name(f".{file.name}.part")
    for left in (partial, partial.with_name(f"{partial.name}.wal")):
        left.unlink(missing_ok=True)
    with _opened(lake, partial) as state:
        state.lake.show()
        seq, files = everything(state.lake), files_in(lake)
        state.make()
        days = reporting_dates(state.lake.connection, seq)
        all_owners(state)
        for version, held in by_version(days).items():
            chosen = definitions(version)
            make_counts(state, chosen)
            texts = state.written(version, statements(state.lake.connection, chosen))
            state.lake.connection.commit()
            for day in held:
                state.run(f"INSERT INTO {KEPT}.dates VALUES (?, ?)", day, version)
                state.lake.show(day)
                state.compute(DAYS, f"SELECT DATE '{day}' AS as_of")
                count_whole(state, chosen, texts)
                state.forget(OWNERS)
        state.forget()
        state.lake.show()
        keep_names(state)
        state.lake.connection.commit()
        figures = state.run(f"SELECT count(*) FROM {KEPT}.figures")[0][0]
        state.note(seq, files)
    partial.replace(file)
    return figures


def _renew(lake: Path, file: Path) -> int:
    """Count what is new in a lake, all of it or nothing; raise Unforeseen where that would not be the whole."""
    if not file.exists():
        raise Unforeseen("состояния ещё нет")
    require_state(file)
    with _opened(lake, file, threads=1) as state:  # little of much: threads would wait for each other
        seq, files = new_deliveries(state, lake)
        if seq == state.seq:
            return 0
        if touches_decisions(state):
            raise Unforeseen("новые сдачи говорят о людях, о которых есть решения")
        state.run("BEGIN")
        state.run(f"INSERT INTO {KEPT}.deliveries FROM {NEW_LEDGER}")
        renew_names(state)
        figures = sum(_count_changed(state, version) for version in sorted({under for _, under in state.dates()}))
        state.note(seq, files)
        state.run("COMMIT")
    return figures


def _count_changed(state: State, version: str) -> int:
    state.compute(DAYS, f"SELECT as_of FROM {KEPT}.dates WHERE definition = '{version}'")
    return count_changed(state, definitions(version), state.statements(version))


@contextlib.contextmanager
def _opened(lake: Path, file: Path, threads: int | None = None) -> Iterator[State]:
    with packed(lake, threads=threads, beside={KEPT: file}, shown=False) as opened:
        yield State(opened)


def kept_figures(file: Path) -> Iterator[pa.Table]:
    """Yield the figures (`FIGURES`) of each reporting date of a state, oldest first, in the order of their key."""
    with duckdb.connect(str(file), read_only=True, config=DUCKDB_SAFE) as opened:
        columns = ", ".join(FIGURES.names)
        for (day,) in opened.execute("SELECT as_of FROM dates ORDER BY as_of").fetchall():
            rows = opened.sql(f"SELECT {columns} FROM figures WHERE as_of = ? ORDER BY {', '.join(KEY)}", params=[day])
            yield rows.to_arrow_table().cast(FIGURES)
