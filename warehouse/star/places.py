"""Where every fact belongs: deliveries in force now, each with the entry of the register that holds on its date."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.journal.ledger import EVER, in_force
from warehouse.register.reference import known_reference
from warehouse.star.declared import Column


def institution_key(register: sa.FromClause) -> sa.ColumnElement[str]:
    """Name an entry of the register: code and first day, «NSH-S007/20200901», whatever way a session spells dates."""
    year, month, day = (sa.extract(part, register.c.valid_from) for part in ("year", "month", "day"))
    number = sa.cast(year * 10_000 + month * 100 + day, sa.Integer)
    return register.c.code + "/" + sa.cast(number, sa.Text)


def places() -> sa.CTE:
    """One row a delivery in force of an institution that is in the register on that date: others count nowhere."""
    now, register = in_force(EVER), known_reference("institutions", EVER)
    holds = sa.and_(
        register.c.code == now.c.institution_code,
        register.c.valid_from <= now.c.as_of,
        sa.or_(register.c.valid_to.is_(None), register.c.valid_to >= now.c.as_of),
    )
    year_start = sa.cast(sa.func.date_trunc("year", now.c.as_of), sa.Date).label("year_start")
    columns = (now.c.as_of, institution_key(register).label("institution_key"), now.c.delivery, year_start)
    return sa.select(*columns).select_from(now.join(register, holds)).cte("places")


def place_columns(place: sa.CTE, rows: sa.FromClause) -> tuple[Column, ...]:
    """The columns every fact begins with."""
    return (
        Column("as_of", place.c.as_of, "отчётная дата, на которую это сказано", of="dim_date"),
        Column("institution_key", place.c.institution_key, "организация, какой она была на эту дату",
               of="dim_institution"),
        Column("delivery", place.c.delivery, "сдача, в которой это сказано: ключ mentoring.deliveries", key=True),
        Column("row", rows.c.row, "строка листа в присланном файле", key=True),
    )  # fmt: skip


def of_delivery(place: sa.CTE, rows: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that rows were told by the delivery of a place."""
    return rows.c.delivery == place.c.delivery


def spans(place: sa.CTE, rows: sa.FromClause) -> tuple[Column, ...]:
    """How a pair stands with the reporting date: the three bases that indicators count on."""
    until = rows.c.ended_on
    begun = rows.c.started_on <= place.c.as_of
    in_year = sa.and_(begun, sa.or_(until.is_(None), until >= place.c.year_start))
    active = sa.and_(begun, sa.or_(until.is_(None), until >= place.c.as_of))
    entered = sa.and_(begun, rows.c.started_on >= place.c.year_start)
    return (
        Column("started_on", rows.c.started_on, "дата начала пары"),
        Column("ended_on", until, "дата завершения пары; пусто, пока работает"),
        Column("in_year", in_year, "истина, если пара была в отчётном году: по ней считают вовлечённых"),
        Column("active", active, "истина, если пара действует на отчётную дату"),
        Column("entered", entered, "истина, если пара началась в отчётном году"),
    )
