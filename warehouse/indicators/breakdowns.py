"""Breakdowns: pairs and people of the reporting year by form of mentoring, by age, by category.

Numbers of one scope and date; a pair or a person may be in several members, so that parts may add up to more than
the whole. A pair is in a member when either of its two is. People are told apart over the whole scope, whatever
kinds of institution they are met in; `students_of_enrolled` alone adds the kinds, as the indicators do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.amounts import amounts
from warehouse.indicators.breakdown_rows import conditions, pairs_counted, parts, people_keyed
from warehouse.indicators.counts import SCOPE, STUDENTS, Statement
from warehouse.indicators.cubes import distinct_cube, total_cube
from warehouse.indicators.definitions import Breakdown, Definitions, Measure, Member, by_version, definitions
from warehouse.indicators.figures import exact_decimals, hundredths
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import PLACE, Roster, roster
from warehouse.indicators.series import reporting_dates
from warehouse.release.contents import BREAKDOWNS, MEMBERS
from warehouse.storage.loading import fetch

PAIRS, PARTICIPANTS, STUDENTS_IN, OF_ENROLLED = "pairs", "participants", "students", "students_of_enrolled"
COMPANY = "company"  # the one grouping that must look at other pairs
Part = tuple[str, str]  # breakdown, member
ALL: Part = ("", "")  # the whole that members are parts of
OLDEST = 200  # years: no end of an open band
OF_ONE_KIND = ("institution", "kind")  # scopes within which nobody is met in two kinds of institution
KEY = ["breakdown", "member", "definition", *SCOPE, "measure"]


def breakdowns(
    connection: sa.Connection, seq: int | Knowledge, dates: tuple[date, ...] | None = None,
    definition: str | None = None, newest: str | None = None, codes: tuple[str, ...] = (),
    boundaries: date | None = None,
) -> pa.Table:  # fmt: skip
    """Compute the breakdowns (`BREAKDOWNS`, release empty) as known, sorted by their key; all, or those of `codes`.

    Under `definition`, or each date under the version that holds on it, `newest` being the last one there was.
    Institutions are counted as they were, or on the boundaries of a day.
    """
    for code in codes:
        definitions(definition).breakdown(code)  # one nobody knows is told even where there are no dates
    known = seq if isinstance(seq, Knowledge) else Knowledge.at(seq)
    dates = reporting_dates(connection, known.submissions) if dates is None else dates
    frames = [
        frame
        for version, held in by_version(dates, definition, newest).items()
        for frame in _under(definitions(version), connection, roster(connection, known, held, boundaries), codes)
    ]
    return _typed(pd.concat(frames, ignore_index=True)) if frames else BREAKDOWNS.empty_table()


def members(versions: Iterable[str]) -> pa.Table:
    """Return what the members of every breakdown of the versions are called (`MEMBERS`), in their order."""
    rows = [
        {
            "breakdown": one.code, "definition": version, "place": place, "member": member.code,
            "member_title": member.title, "title": one.title, "wording": one.wording, "source": one.source,
        }
        for version in versions
        for one in definitions(version).breakdowns
        for place, member in enumerate(one.members)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=MEMBERS)


def _under(
    chosen: Definitions, connection: sa.Connection, relations: Roster, codes: tuple[str, ...]
) -> list[pd.DataFrame]:
    """The counts of each member and measure under one version."""
    asked = [chosen.breakdown(code) for code in codes] or list(chosen.breakdowns)
    rows = parts(relations, company=any(one.by == COMPANY for one in asked))
    named = {(one.code, code): held for one in asked for code, held in conditions(one, rows).items()}
    named[ALL] = sa.true()
    counted = _counted(connection, relations, rows, named)
    enrolled = _enrolled(connection, relations, asked)
    return [
        _shares(
            {"breakdown": one.code, "definition": one.definition, "member": member.code, "measure": measure},
            counted[measure][one.code, member.code],
            enrolled[one.code, member.code] if measure == OF_ENROLLED else counted[measure][ALL],
        )
        for one in asked
        for member in one.members
        for measure in one.measures
    ]


def _counted(
    connection: sa.Connection, relations: Roster, rows: sa.CTE, named: dict[Part, sa.ColumnElement[bool]]
) -> dict[str, pd.DataFrame]:
    """Count pairs and people for which each condition holds: a frame a measure, a row a scope of which any reported."""
    parts_of = {letter: {f"{letter}{number}": one for number, one in enumerate(named)} for letter in "tps"}
    flags = {letter: {name: named[one] for name, one in parts_of[letter].items()} for letter in "tps"}
    keyed, people = people_keyed(rows, flags["p"], flags["s"]), [*flags["p"], *flags["s"]]
    parted = _frame(connection, distinct_cube(keyed, relations.places, people))
    across = _frame(connection, distinct_cube(keyed, relations.places, people, people))
    whole = pd.concat([parted[parted.index.get_level_values("scope_type").isin(OF_ONE_KIND)], across])
    pairs = _frame(connection, total_cube(pairs_counted(rows, flags["t"]), list(flags["t"])))
    reported = _reported(connection, relations)

    def named_again(frame: pd.DataFrame, letter: str) -> pd.DataFrame:
        mine = frame.reindex(reported, fill_value=0)[list(parts_of[letter])]
        return mine.set_axis(pd.Index(list(parts_of[letter].values()), tupleize_cols=False), axis=1)

    measured = {PAIRS: (pairs, "t"), PARTICIPANTS: (whole, "p"), STUDENTS_IN: (whole, "s"), OF_ENROLLED: (parted, "s")}
    return {measure: named_again(frame, letter) for measure, (frame, letter) in measured.items()}


def _frame(connection: sa.Connection, statement: Statement) -> pd.DataFrame:
    frame = fetch(connection, statement).to_pandas(date_as_object=True)
    return frame.set_index(SCOPE).astype("float64")  # counts are below 2**53: exact


def _reported(connection: sa.Connection, relations: Roster) -> pd.Index:
    """The scopes and dates of which anybody reported."""
    present = relations.in_force
    rows = sa.select(*(present.c[name] for name in PLACE), present.c.reported).cte("those_present")
    return _frame(connection, total_cube(rows, ["reported"])).index


def _enrolled(connection: sa.Connection, relations: Roster, asked: list[Breakdown]) -> dict[Part, pd.Series]:
    """How many students of each member's age are enrolled, for breakdowns set against the enrolment."""
    bands = {
        (one.code, member.code): Measure(STUDENTS, ages=_band(member))
        for one in asked
        if OF_ENROLLED in one.measures
        for member in one.members
    }
    if not bands:
        return {}
    names = {f"b{number}": band for number, band in enumerate(bands)}
    measures = {name: bands[band] for name, band in names.items()}
    frame = _frame(connection, total_cube(amounts(measures, relations.in_force, relations), list(measures)))
    return {band: frame[name] for name, band in names.items()}


def _band(member: Member) -> tuple[int, int]:
    return member.from_age or 0, OLDEST if member.to_age is None else member.to_age


def _shares(told: dict[str, str], numerator: pd.Series, denominator: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"numerator": numerator, "denominator": denominator.reindex(numerator.index)})
    frame["value"] = hundredths(frame["numerator"], frame["denominator"])
    return frame.reset_index().assign(release="", **told)


def _typed(frame: pd.DataFrame) -> pa.Table:
    frame = frame.sort_values(KEY, kind="stable")
    columns = {}
    for field in BREAKDOWNS:
        values = frame[field.name]
        if pa.types.is_decimal(field.type):
            columns[field.name] = exact_decimals(values, field.type)
        elif pa.types.is_integer(field.type):
            columns[field.name] = pa.array(values.to_numpy("float64"), from_pandas=True).cast(field.type)
        else:
            columns[field.name] = pa.array(values, type=field.type, from_pandas=True)
    return pa.table(columns, schema=BREAKDOWNS)
