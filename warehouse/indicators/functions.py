"""The series as a statement of SQL, with its date, its knowledge and its definition left open."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from warehouse.indicators.amounts import COUNTED_OVER_EXPECTED
from warehouse.indicators.counts import SCOPE, measure_cubes, scopes_cube
from warehouse.indicators.decided import people_decided
from warehouse.indicators.definitions import Definitions, Measure, all_definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import Roster, relations
from warehouse.journal.ledger import in_force
from warehouse.register.reference import known_reference
from warehouse.release.contents import FINAL, PROVISIONAL
from warehouse.tables.tables import MENTORING, entries
from warehouse.tables.views import readers_rights

COUNT, WHOLE, SHARE = sa.Numeric(20, 4), sa.BigInteger, sa.Numeric(9, 2)
FIGURE: dict[str, sa.types.TypeEngine] = {
    "indicator": sa.Text(), "definition": sa.Text(), "scope_type": sa.Text(), "scope_code": sa.Text(),
    "as_of": sa.Date(), "numerator": COUNT, "denominator": sa.BigInteger(), "value": SHARE, "target": SHARE,
    "meets_target": sa.Boolean(), "expected": sa.Integer(), "reported": sa.Integer(), "status": sa.Text(),
}  # fmt: skip


class Asked(NamedTuple):
    """The arguments, of the engine's own type or none; NULL: every date, now, the version that holds on the date."""

    as_of: sa.ColumnElement
    known_at: sa.ColumnElement  # a moment with its zone
    definition: sa.ColumnElement


def figures(asked: Asked) -> sa.Select:
    """Return the statement whose rows are `FIGURE`: those of `series`, but for coverage and bounds."""
    known = _knowledge(asked)
    roster = relations(known, _dates(asked, known), people_decided(known))
    versions = all_definitions()
    measures = dict.fromkeys(
        m for one in versions.values() for i in one.indicators for m in (i.numerator, i.denominator)
    )
    named = {f"m{number}": m for number, m in enumerate(measures) if m is not None}
    rows = _rows(_counted(named, roster), named, asked, versions)
    return _judged(rows, known)


def _knowledge(asked: Asked) -> Knowledge:
    """Everything known at the time asked about, as the last journal number of then; 0 for none."""
    journal = entries()
    at = sa.func.timezone("UTC", sa.cast(asked.known_at, sa.DateTime(timezone=True)))
    last = sa.select(sa.func.coalesce(sa.func.max(journal.c.seq), 0).label("seq"))
    known = last.where(sa.or_(asked.known_at.is_(None), journal.c.known_at <= at)).cte("known")
    return Knowledge.at(sa.select(known.c.seq).scalar_subquery())  # type: ignore[arg-type]


def _dates(asked: Asked, known: Knowledge) -> sa.Subquery:
    """The date asked about, or every reporting date with a delivery in force."""
    now = in_force(known.submissions)
    one = sa.select(sa.cast(asked.as_of, sa.Date).label("as_of")).where(asked.as_of.is_not(None))
    every = sa.select(now.c.as_of).distinct().where(asked.as_of.is_(None))
    return sa.union_all(one, every).subquery("asked")


def _counted(named: dict[str, Measure], roster: Roster) -> sa.CTE:
    """One row a scope and date: how many institutions, and a column a measure."""
    scopes = scopes_cube(roster).cte("scopes")
    joined: sa.FromClause = scopes
    columns: dict[str, sa.ColumnElement] = {
        name: scopes.c[m.source] for name, m in named.items() if m.source in COUNTED_OVER_EXPECTED
    }
    for number, (names, statement) in enumerate(measure_cubes(named, roster)):
        cube = statement.cte(f"cube{number}")
        joined = joined.outerjoin(cube, sa.and_(*(cube.c[name] == scopes.c[name] for name in SCOPE)))
        columns |= {name: cube.c[name] for name in names}
    # Where institutions reported and no key was met, the count is 0.
    reported = scopes.c.reported > 0
    for name, m in named.items():
        if m.source in DISTINCT:
            columns[name] = sa.case((reported, sa.func.coalesce(columns[name], 0)))
    amounts = [sa.cast(column, COUNT).label(name) for name, column in columns.items()]
    places = [scopes.c[name] for name in (*SCOPE, "expected", "reported")]
    return sa.select(*places, *amounts).select_from(joined).cte("counted")


def _plan(named: dict[str, Measure], versions: dict[str, Definitions]) -> sa.Subquery:
    """Which measure is over which, for each version, indicator and kind of scope."""
    name_of = {measure: name for name, measure in named.items()}
    columns = ("definition", "indicator", "scope_type", "over", "under")
    rows = [
        (one.version, i.code, scope, name_of[i.numerator], name_of[i.denominator] if i.denominator else "")
        for one in versions.values()
        for i in one.indicators
        for scope in i.scopes
    ]
    return sa.select(sa.values(*(sa.column(name, sa.Text) for name in columns), name="plan").data(rows)).subquery()


def _rows(counted: sa.CTE, named: dict[str, Measure], asked: Asked, versions: dict[str, Definitions]) -> sa.CTE:
    """One row a figure: its key, numerator, denominator and institutions."""
    plan, by_name = _plan(named, versions), {name: counted.c[name] for name in named}
    return (
        sa.select(
            plan.c.indicator, plan.c.definition, *(counted.c[name] for name in (*SCOPE, "expected", "reported")),
            sa.case(by_name, value=plan.c.over).label("numerator"),
            sa.cast(sa.case(by_name, value=plan.c.under), WHOLE).label("denominator"),
        )
        .join(plan, plan.c.scope_type == counted.c.scope_type)
        .where(plan.c.definition == sa.func.coalesce(asked.definition, _holding(counted.c.as_of, versions)))
        .cte("rows_counted")
    )  # fmt: skip


def _judged(rows: sa.CTE, known: Knowledge) -> sa.Select:
    """Add to the figures their values, and targets met on the exact ratio."""
    targets = known_reference("targets", known.register)
    keys = ("indicator", *SCOPE)
    value, target = _hundredths(rows), sa.cast(targets.c.target_percent, SHARE)
    met = rows.c.numerator * 100 >= target * sa.cast(rows.c.denominator, sa.Numeric(20, 0))
    told = {
        "value": sa.cast(sa.cast(value, sa.Numeric(18, 0)) / 100, SHARE),
        "target": target,
        "meets_target": sa.case((sa.and_(value.is_not(None), target.is_not(None)), met)),
        "status": sa.case((rows.c.expected == rows.c.reported, FINAL), else_=PROVISIONAL),
    }
    columns = [sa.cast(told[name] if name in told else rows.c[name], kind).label(name) for name, kind in FIGURE.items()]
    joined = rows.outerjoin(targets, sa.and_(*(targets.c[name] == rows.c[name] for name in keys)))
    return sa.select(*columns).select_from(joined)


def _holding(as_of: sa.ColumnElement, versions: dict[str, Definitions]) -> sa.ColumnElement:
    """The version that holds on a date, as `definitions_on` tells it."""
    newest = sorted(versions.values(), key=lambda one: one.number, reverse=True)
    ends = {one.version: [as_of <= one.valid_to] if one.valid_to else [] for one in newest}
    return sa.case(*((sa.and_(as_of >= one.valid_from, *ends[one.version]), one.version) for one in newest))


def _hundredths(rows: sa.CTE) -> sa.ColumnElement:
    """The value in whole hundredths of a per cent, half up, as `hundredths` of the series; 10⁴ are a whole."""
    over = sa.func.nullif(rows.c.denominator, 0)
    units = sa.cast(rows.c.numerator * 10_000, WHOLE)
    return (2 * units + over) // (2 * over)


def create_functions(connection: sa.Connection) -> None:
    """Create the table function `mentoring.kpi(as_of, known_at, definition)` and the view `mentoring.kpi_now`."""
    for statement in _DIALECTS[connection.dialect.name](connection):
        connection.exec_driver_sql(statement)


def _text(connection: sa.Connection, *arguments: str) -> str:
    statement = figures(Asked(*map(sa.literal_column, arguments)))
    return str(statement.compile(connection, compile_kwargs={"literal_binds": True}))


def _duckdb(connection: sa.Connection) -> list[str]:
    arguments = ", ".join(f"{name} := NULL" for name in Asked._fields)
    body = _text(connection, *Asked._fields)
    return [f"CREATE OR REPLACE MACRO {MENTORING}.kpi({arguments}) AS TABLE {body}", _view(connection)]


def _postgresql(connection: sa.Connection) -> list[str]:
    row = ", ".join(f"{name} {kind.compile(connection.dialect)}" for name, kind in FIGURE.items())
    arguments = ", ".join(f"{name} {kind} DEFAULT NULL" for name, kind in zip(Asked._fields, _ARGUMENTS, strict=True))
    body = _text(connection, *(f"${number}" for number, _ in enumerate(Asked._fields, 1)))
    known = connection.exec_driver_sql(f"SELECT to_regtype('{MENTORING}.figure')").scalar()
    return [
        *(() if known else (f"CREATE TYPE {MENTORING}.figure AS ({row})",)),
        f"CREATE OR REPLACE FUNCTION {MENTORING}.kpi({arguments}) RETURNS SETOF {MENTORING}.figure"
        f" LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $kpi$ {body} $kpi$",
        _view(connection),
    ]


def _view(connection: sa.Connection) -> str:
    rights = readers_rights(connection)
    return f"CREATE OR REPLACE VIEW {MENTORING}.kpi_now{rights} AS SELECT * FROM {MENTORING}.kpi()"


_ARGUMENTS = ("date", "timestamptz", "text")
_DIALECTS = {"duckdb": _duckdb, "postgresql": _postgresql}
