"""The kept series brought up to date: what new deliveries change is counted, before and after, and the rest is kept.

Counts over scopes are sums over places and over people. So a count changes by what the changed places, and the people
met in them, make after less what they made before: the same statements count both (`counts.added`, `DISTINCT`).
Whatever else is new (withdrawals, decisions, register, a reporting date) is counted whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from expectations.staging import DUCKDB_SAFE
from warehouse.indicators.counts import Statement, added_names, counts_of, keys_of, measured, totals
from warehouse.indicators.definitions import Definitions, by_version, definitions
from warehouse.indicators.figures import figures_of
from warehouse.indicators.identity import People, people_known
from warehouse.indicators.incremental.keys import change_keys, place_all
from warehouse.indicators.incremental.names import keep_names, owners_met, renew_names, touches_decisions
from warehouse.indicators.incremental.since import Unforeseen, new_deliveries
from warehouse.indicators.incremental.state import KEPT, PLACED, State, files_in, require_state
from warehouse.indicators.incremental.sums import EARLIER, HAS, added_columns, change_sums, make_sums, numbered
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.large import everything
from warehouse.indicators.scopes import Roster, roster
from warehouse.indicators.series import in_order, reporting_dates
from warehouse.release.contents import FIGURES, KEY
from warehouse.storage.loading import fetch
from warehouse.storage.packed import packed


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
    partial_ = file.with_name(f".{file.name}.part")
    for left in (partial_, partial_.with_name(f"{partial_.name}.wal")):
        left.unlink(missing_ok=True)
    with _opened(lake, partial_) as state:
        seq, files = everything(state.lake), files_in(lake)
        state.make()
        known, days = Knowledge.at(seq), reporting_dates(state.lake.connection, seq)
        people = people_known(state.lake.connection, known)
        state.lake.connection.commit()
        state.compute("owners", people.owners)
        people = replace(people, owners=_table("owners", people.owners))
        for version, held in by_version(days).items():
            chosen = definitions(version)
            _make_counts(state, chosen)
            for day in held:
                state.lake.show(day)
                _count_whole(state, chosen, known, day, people)
                state.forget("owners")
        state.forget()
        state.lake.show()
        keep_names(state, known)
        state.lake.connection.commit()
        figures = state.run(f"SELECT count(*) FROM {KEPT}.figures")[0][0]
        state.note(seq, files)
    partial_.replace(file)
    return figures


def _renew(lake: Path, file: Path) -> int:
    """Count what is new in a lake, all of it or nothing; raise Unforeseen where that would not be the whole."""
    if not file.exists():
        raise Unforeseen("состояния ещё нет")
    require_state(file)
    with _opened(lake, file, threads=1) as state:  # little of much: threads would wait for each other
        seq, files = new_deliveries(state, lake)
        if files == state.files():
            return 0
        known, figures = Knowledge.at(seq), 0
        if touches_decisions(state):
            raise Unforeseen("новые сдачи говорят о людях, о которых есть решения")
        state.run("BEGIN")
        renew_names(state, known)
        kept = dict(state.dates())
        for version in sorted(set(kept.values())):
            days = tuple(day for day, under in kept.items() if under == version)
            figures += _count_changed(state, definitions(version), known, days)
        state.note(seq, files)
        state.run("COMMIT")
    return figures


@contextlib.contextmanager
def _opened(lake: Path, file: Path, threads: int | None = None) -> Iterator[State]:
    with packed(lake, threads=threads, beside={KEPT: file}) as opened:
        yield State(opened)


def _table(name: str, relation: sa.FromClause) -> sa.TableClause:
    return sa.table(name, *(sa.column(column.name, column.type) for column in relation.c))


def _counts(chosen: Definitions) -> str:
    return f"{KEPT}.counts_{numbered(chosen)}"


def _keyed_names(chosen: Definitions) -> list[str]:
    return [name for keys in keys_of(measured(chosen)).values() for name in keys.measures]


def _make_counts(state: State, chosen: Definitions) -> None:
    """Make the tables of a version."""
    make_sums(state, chosen)
    columns = [
        *(f"{name} DECIMAL(38, 8)" for name in added_columns(chosen)),
        *(f"{n} BIGINT" for n in _keyed_names(chosen)),
    ]
    state.run(
        f"CREATE TABLE {_counts(chosen)} (scope_type VARCHAR, scope_code VARCHAR, as_of DATE, {', '.join(columns)})"
    )


def _count_whole(state: State, chosen: Definitions, known: Knowledge, day: date, people: People) -> None:
    """Count a date that is not kept."""
    state.run(f"INSERT INTO {KEPT}.dates VALUES (?, ?)", day, chosen.version)
    first = state.run(f"SELECT coalesce(max(place), 0) FROM {KEPT}.placed")[0][0]

    def keep(name: str, relation: sa.FromClause) -> sa.FromClause:
        told = relation.select()
        if name == "expected":
            told = sa.select(*((c + first).label("place") if c.name == "place" else c for c in relation.c))
        state.compute(f"now_{name}", told)
        return _table(f"now_{name}", relation)

    relations = roster(state.lake.connection, known, (day,), keep=keep, people=people)
    state.compute("touched", _TOLD)
    state.run(f"INSERT INTO {KEPT}.placed ({PLACED}) SELECT {PLACED} FROM touched")
    _change(state, chosen, relations, whole=True)
    state.run(f"INSERT INTO {_counts(chosen)} BY NAME FROM changes")
    _renew_figures(state, chosen, known)


# What of a place a new delivery may change.
_TOLD = f"""SELECT {PLACED} FROM now_expected
    LEFT JOIN (SELECT place, headcount AS last_told FROM now_last_known) USING (place)"""


def _count_changed(state: State, chosen: Definitions, known: Knowledge, days: tuple[date, ...]) -> int:
    """Count what the deliveries shown change of dates that are kept; return how many figures were made."""

    def keep(name: str, relation: sa.FromClause) -> sa.FromClause:
        state.compute(f"now_{name}", relation.select())
        if name == "expected":  # the numbers that are kept
            state.compute(
                "now_expected",
                f"""SELECT e.* REPLACE (p.place AS place) FROM now_expected e
                JOIN {KEPT}.placed p USING (as_of, institution_code)""",
            )
        return _table(f"now_{name}", relation)

    relations = roster(state.lake.connection, known, days, keep=keep, people=People(owners_met(), None))
    state.compute("days", f"SELECT as_of FROM {KEPT}.dates WHERE definition = '{chosen.version}'")
    same = " AND ".join(
        f"t.{name} IS NOT DISTINCT FROM p.{name}" for name in ("delivery", "reported", "on_time", "last_told")
    )
    state.compute("touched", f"SELECT t.* FROM ({_TOLD}) t JOIN {KEPT}.placed p USING (place) WHERE NOT ({same})")
    if state.run("SELECT 1 FROM touched WHERE coalesce(delivery, last_told) NOT IN (FROM deliveries_new) LIMIT 1"):
        raise Unforeseen("в силу вступили прежние сдачи")
    for name in ("expected", "in_force", "last_known"):
        state.run(f"DELETE FROM now_{name} WHERE place NOT IN (SELECT place FROM touched)")
    _change(state, chosen, relations, whole=False)
    state.run(f"DELETE FROM {KEPT}.placed WHERE place IN (SELECT place FROM touched)")
    state.run(f"INSERT INTO {KEPT}.placed ({PLACED}) SELECT {PLACED} FROM touched")
    counts = _counts(chosen)
    more = ", ".join(f"{name} = {counts}.{name} + c.{name}" for name in [*added_columns(chosen), *_keyed_names(chosen)])
    state.run(f"UPDATE {counts} SET {more} FROM changes c WHERE {_same_scope(counts, 'c')}")
    return _renew_figures(state, chosen, known)


def _same_scope(one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in ("scope_type", "scope_code", "as_of"))


def _change(state: State, chosen: Definitions, relations: Roster, *, whole: bool) -> None:
    """Leave in `changes` by how much each count of each scope changes; those of scopes that stay are not there."""
    cubes: list[Statement] = [change_sums(state, chosen, relations)]
    sources = keys_of(measured(chosen))
    cubes += [change_keys(state, source, keys, relations, whole=whole) for source, keys in sources.items()]
    place_all(state, list(sources), whole=whole)
    for number, cube in enumerate(cubes):
        state.compute(f"cube_{number}", cube)
    union = " UNION ALL BY NAME ".join(f"FROM cube_{number}" for number in range(len(cubes)))
    sign = "if(year(as_of) < 1900, -1, 1)"
    summed = ", ".join(
        f"sum({sign} * coalesce({n}, 0)) AS {n}" for n in [*added_columns(chosen), *_keyed_names(chosen)]
    )
    some = " OR ".join(f"{n} <> 0" for n in [*added_columns(chosen), *_keyed_names(chosen)])
    when = f"if(year(as_of) < 1900, as_of + {EARLIER}, as_of)"
    state.compute(
        "changes",
        f"SELECT scope_type, scope_code, {when} AS as_of, {summed} FROM ({union}) AS c GROUP BY ALL HAVING {some}",
    )


def _renew_figures(state: State, chosen: Definitions, known: Knowledge) -> int:
    """Make the figures of the changed scopes of their counts."""
    counts = _counts(chosen)
    told = {name: name for name in [*added_names(chosen), *_keyed_names(chosen)]}
    told |= {name: f"if({HAS}{name} > 0, {name}, NULL)" for name in totals(chosen)}
    columns = ", ".join(f"CAST({value} AS DOUBLE) AS {name}" for name, value in told.items())
    scope = ["scope_type", "scope_code", "as_of"]
    changed = f"SELECT {', '.join(scope)}, {columns} FROM {counts} SEMI JOIN changes USING ({', '.join(scope)})"
    frame = state.duck.sql(changed).to_arrow_table().to_pandas(date_as_object=True).set_index(scope).sort_index()
    ask = partial(fetch, state.lake.connection)
    figures = in_order(figures_of(ask, chosen, counts_of(frame, chosen), known))
    kept = f"{KEPT}.figures"
    state.run(f"DELETE FROM {kept} USING changes c WHERE {_same_scope(kept, 'c')}")
    state.duck.register("figures_made", figures)
    state.run(f"INSERT INTO {kept} FROM figures_made")
    state.duck.unregister("figures_made")
    return figures.num_rows


def kept_figures(file: Path) -> Iterator[pa.Table]:
    """Yield the figures (`FIGURES`) of each reporting date of a state, oldest first, in the order of their key."""
    with duckdb.connect(str(file), read_only=True, config=DUCKDB_SAFE) as opened:
        for (day,) in opened.execute("SELECT as_of FROM dates ORDER BY as_of").fetchall():
            rows = opened.sql(f"FROM figures WHERE as_of = ? ORDER BY {', '.join(KEY)}", params=[day])
            yield rows.to_arrow_table().cast(FIGURES)
