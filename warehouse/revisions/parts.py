"""Each changed figure split by cause: parts of its numerator and denominator that add up to the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehouse.indicators.counts import Counts, count
from warehouse.indicators.definitions import Definitions, Indicator, by_version, definitions
from warehouse.indicators.figures import exact_decimals, hundredths
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import FIGURES, REVISION_KEY, REVISIONS
from warehouse.revisions.causes import DEFINITION
from warehouse.revisions.exchanges import exchanges
from warehouse.revisions.states import State, dates_of_both

FIGURE = ["indicator", "scope_type", "scope_code", "as_of"]
AMOUNTS = ["numerator", "denominator"]
UNITS = 10 ** FIGURES.field("numerator").type.scale  # a numerator is counted in whole parts of this size


@dataclass(frozen=True)
class Way:
    """The figures met on the way from one state to another, one exchange after another.

    A frame of `figures` is indexed by FIGURE and holds both AMOUNTS (numerators in UNITS; nothing counts as 0), value
    (in hundredths, NaN where there is none) and definition. `known[n]` is what `figures[n]` knows, and `causes[n]`
    leads from it to the next. `changed` are the figures that the two ends tell differently.
    """

    causes: tuple[str, ...]
    known: tuple[Knowledge, ...]
    figures: tuple[pd.DataFrame, ...]
    changed: pd.Index

    @property
    def met(self) -> tuple[pd.DataFrame, ...]:
        """The changed figures at every step."""
        return tuple(aligned(frame, self.changed) for frame in self.figures)


def revisions(connection: sa.Connection, before: State, after: State, now: pa.Table | None = None) -> pa.Table:
    """Return every part of every changed figure (REVISIONS), from one state to a later one.

    Raises Misconfigured where `after` knows less. `now` spares counting: the figures of `after`.
    """
    way = way_between(connection, before, after, now)
    return parts_of(way, before.name, after.name) if way else REVISIONS.empty_table()


def way_between(connection: sa.Connection, before: State, after: State, now: pa.Table | None = None) -> Way | None:
    """Count the figures that changed at every step between two states; None where none did."""
    if before.seq > after.seq:
        raise Misconfigured(f"Сначала указывают более раннее: {before.name} известно позже, чем {after.name}.")
    dates = dates_of_both(connection, before, after)
    first = _counted(connection, Knowledge.at(before.seq), before, dates)
    last = _of_figures(now, dates) if now is not None else _counted(connection, Knowledge.at(after.seq), after, dates)
    changed = _changed(first, last)
    if changed.empty:
        return None
    steps = list(exchanges(connection, before.seq, after.seq))
    if _versions(dates, before) != _versions(dates, after):
        steps.append((DEFINITION, Knowledge.at(after.seq)))
    touched = tuple(sorted(set(changed.get_level_values("as_of"))))
    between = [_counted(connection, known, before, touched) for _, known in steps[:-1]]
    return Way(
        tuple(cause for cause, _ in steps),
        (Knowledge.at(before.seq), *(known for _, known in steps)),
        (first, *between, last),
        changed,
    )


def _versions(dates: tuple[date, ...], state: State) -> dict[str, tuple[date, ...]]:
    return by_version(dates, state.definition, state.newest)


def _counted(connection: sa.Connection, known: Knowledge, state: State, dates: tuple[date, ...]) -> pd.DataFrame:
    """Count every figure of the dates; what targets, bounds and statuses need is left aside."""
    frames = []
    for version, held in _versions(dates, state).items():
        chosen = definitions(version)
        counts = count(connection, chosen, known, held)
        frames += [_amounts(one, chosen, counts) for one in chosen.indicators]
    return _frame(pd.concat(frames)) if frames else _of_figures(FIGURES.empty_table(), dates)


def _amounts(indicator: Indicator, chosen: Definitions, counts: Counts) -> pd.DataFrame:
    places = counts.scopes.index.to_frame(index=False)
    counted = places["scope_type"].isin(indicator.scopes).to_numpy()
    sides = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    columns = {name: counts.of(m, chosen).to_numpy()[counted] if m else np.nan for name, m in sides.items()}
    return places[counted].assign(**columns, indicator=indicator.code, definition=indicator.definition)


def _of_figures(figures: pa.Table, dates: tuple[date, ...]) -> pd.DataFrame:
    told = figures.filter(pc.is_in(figures["as_of"], pa.array(dates, pa.date32())))
    return _frame(told.select([*FIGURE, *AMOUNTS, "definition"]).to_pandas(date_as_object=True))


def _frame(figures: pd.DataFrame) -> pd.DataFrame:
    amounts = figures[AMOUNTS].astype("float64")  # below 2**53 of UNITS: exact
    value = hundredths(amounts["numerator"], amounts["denominator"])
    whole = (amounts.fillna(0) * [UNITS, 1]).round().astype("int64")
    return figures.assign(value=value, **whole).set_index(FIGURE)


def _changed(first: pd.DataFrame, last: pd.DataFrame) -> pd.Index:
    every = first.index.union(last.index)
    ours, theirs = (frame[AMOUNTS].reindex(every, fill_value=0) for frame in (first, last))
    return every[(ours != theirs).any(axis=1).to_numpy()]


def aligned(frame: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Return the rows of an index; what is not there counts as 0."""
    found = frame.reindex(index)
    found[AMOUNTS] = found[AMOUNTS].fillna(0).astype("int64")
    return found


def differences(frames: Iterable[pd.DataFrame], causes: Iterable[str]) -> pd.DataFrame:
    """Return what each cause added, `numerator_change` and `denominator_change`, where it added anything.

    The frames have one index; the causes lead from each to the next.
    """
    found = []
    for cause, (left, entered) in zip(causes, pairwise(frames), strict=True):
        part = (entered[AMOUNTS] - left[AMOUNTS]).add_suffix("_change")
        found.append(part[part.any(axis=1)].assign(cause=cause))
    return pd.concat(found)


def parts_of(way: Way, before: str, after: str) -> pa.Table:
    """Return the parts of a way that are not nothing, sorted by their key."""
    first, *_, last = met = way.met
    told = pd.DataFrame(
        {
            "definition": last["definition"].fillna(first["definition"]),
            "value_before": first["value"],
            "value_after": last["value"],
        }
    )
    whole = told.join(differences(met, way.causes), how="inner").reset_index().assign(release=after, compared_to=before)
    return table_of(whole.sort_values(list(REVISION_KEY)), REVISIONS)


def table_of(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Turn parts into a table; numerators in UNITS and values in hundredths become exact decimals."""
    columns = [
        exact_decimals(rows[one.name], one.type)
        if pa.types.is_decimal(one.type)
        else pa.array(rows[one.name].to_numpy(), one.type, from_pandas=True)
        for one in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
