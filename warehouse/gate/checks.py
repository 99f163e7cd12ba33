"""What can be looked at before anything is counted: calendar, definitions, submissions, queue, reference data."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa

from warehouse.collection.alarms import alarms
from warehouse.gate.personal import of_people
from warehouse.gate.points import BLOCKS, PASSES, WARNS, Point, listed
from warehouse.indicators.amounts import plan
from warehouse.indicators.definitions import definitions_on
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.ingestion.inbox import look
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import arrivals
from warehouse.journal.ledger import judged_anew, place
from warehouse.persons.doubt import doubt_words, doubts
from warehouse.persons.queue import open_queue
from warehouse.persons.words import figure_words
from warehouse.register.reference import known_reference
from warehouse.register.targets import ANNUAL
from warehouse.release.wording import INSTITUTIONS, OF_INSTITUTIONS, counted, day, noun
from warehouse.review.held import waiting_deliveries
from warehouse.tables.tables import table

REJECTED = "rejected"
FILES = ("файл", "файла", "файлов")


def before_counting(home: Home, connection: sa.Connection, as_of: date, seq: int, on: date) -> list[Point]:
    """Look at everything but the figures, as known at a journal number; `on` is the day of the release."""
    known = Knowledge.at(seq)
    relations = roster(connection, known, (as_of,))
    dates = _calendar(connection, seq)
    return [
        _in_calendar(dates, as_of),
        _definition(as_of, on),
        *_submissions(connection, relations, as_of),
        _refused(home, connection, relations, dates, as_of, seq),
        _foreign(home, connection, relations, dates, as_of, seq),
        _held(connection, as_of, seq),
        _waiting(home, connection),
        _queue(home, connection, known, as_of),
        _next_year(dates, as_of),
        _plans(connection, relations, as_of),
        _targets(connection, dates, as_of, seq),
        *of_people(home, connection),
    ]


def previous_annual(connection: sa.Connection, as_of: date, seq: int) -> date | None:
    """Return the annual date before an annual one; None for any other."""
    annual = sorted(day for day, row in _calendar(connection, seq).items() if row.kind == ANNUAL)
    return max((day for day in annual if day < as_of), default=None) if as_of in annual else None


def _calendar(connection: sa.Connection, seq: int) -> dict[date, sa.Row]:
    known = known_reference("reporting_dates", seq)
    return {row.as_of: row for row in connection.execute(sa.select(known))}


def _in_calendar(dates: dict[date, sa.Row], as_of: date) -> Point:
    title = "Отчётная дата"
    if as_of not in dates:
        return Point(title, BLOCKS, f"{day(as_of)} нет в календаре отчётных дат.")
    return Point(title, PASSES, f"{day(as_of)} есть в календаре.")


def _definition(as_of: date, on: date) -> Point:
    title = "Определения показателей"
    try:
        chosen = definitions_on(as_of)
    except Misconfigured as error:
        return Point(title, BLOCKS, str(error))
    approved = chosen.approved_by
    if approved.on > on:
        return Point(title, BLOCKS, f"Версия {chosen.version} утверждена {day(approved.on)}, позже дня выпуска.")
    return Point(title, PASSES, f"Версия {chosen.version}: {approved.who}, {approved.document}, {day(approved.on)}.")


def _submissions(connection: sa.Connection, relations: Roster, as_of: date) -> list[Point]:
    title, expected = "Сдача сведений", relations.expected
    statement = sa.select(expected.c.told_by, expected.c.reported).order_by(expected.c.told_by)
    rows = connection.execute(statement).all()
    missing = [row.told_by for row in rows if not row.reported]
    if len(missing) == len(rows):
        return [Point(title, BLOCKS, f"На {day(as_of)} никто не сдал сведений: выпускать нечего.")]
    if missing:
        whole = counted(len(rows), OF_INSTITUTIONS)
        return [Point(title, WARNS, f"Не сдали {len(missing)} из {whole}: {listed(missing)}.")]
    return [Point(title, PASSES, f"Сдали все: {counted(len(rows), INSTITUTIONS)}.")]


def _refused(
    home: Home, connection: sa.Connection, relations: Roster, dates: dict[date, sa.Row], as_of: date, seq: int
) -> Point:
    """Whose last delivery was refused; one without a readable date counts from the day the collection opened.

    A repetition says again what the delivery said that it repeats.
    """
    title, ledger, first = "Последние присланные файлы", table("deliveries"), table("deliveries").alias("first")
    date_, verdict = (sa.func.coalesce(first.c[name], ledger.c[name]) for name in ("as_of", "verdict"))
    since = _opened(home, dates, as_of)
    of_date = sa.or_(date_ == as_of, sa.and_(date_.is_(None), ledger.c.received_at >= since))
    judged = (
        sa.select(ledger.c.institution_code, verdict)
        .select_from(ledger.outerjoin(first, first.c.delivery == ledger.c.duplicate_of))
        .where(ledger.c.institution_code.in_(sa.select(relations.expected.c.told_by)), ledger.c.seq <= seq, of_date)
        .where(~judged_anew(ledger, seq))
        .order_by(place(ledger))
    )
    last = dict(connection.execute(judged).tuples().all())
    refused = sorted(code for code, verdict in last.items() if verdict == REJECTED)
    if refused:
        return Point(title, WARNS, f"Последний файл не принят: {listed(refused)}.")
    return Point(title, PASSES, "Последний файл каждой организации принят.")


def _opened(home: Home, dates: dict[date, sa.Row], as_of: date) -> datetime:
    opened = dates[as_of].opens_on if as_of in dates else as_of
    return datetime.combine(opened, time.min, home.settings.timezone)


def _foreign(
    home: Home, connection: sa.Connection, relations: Roster, dates: dict[date, sa.Row], as_of: date, seq: int
) -> Point:
    """Who sent files of others; a folder outside the register may be called after a person and is not named."""
    title = "Чужие файлы в папках"
    senders = [one.institution_code for one in alarms(connection, _opened(home, dates, as_of), seq, as_of)]
    if not senders:
        return Point(title, PASSES, "В папках организаций чужих файлов не было.")
    registered = set(connection.execute(sa.select(relations.expected.c.told_by)).scalars())
    named = sorted(set(senders) & registered) + ["не из реестра"] * bool(set(senders) - registered)
    return Point(title, WARNS, f"Отклонено чужих файлов: {len(senders)}; папки: {listed(named)}.")


def _held(connection: sa.Connection, as_of: date, seq: int) -> Point:
    """What is accepted and not counted until somebody confirms it."""
    title, found = "Удержанные сдачи", waiting_deliveries(connection, seq, as_of)
    if not found:
        return Point(title, PASSES, "Ни одна сдача не ждёт подтверждения.")
    told = listed([f"{one.institution_code} ({one.drop.before} → {one.drop.after})" for one in found])
    return Point(title, WARNS, f"Ждёт подтверждения: {told}. В выпуске — то, что было в силе до удержания.")


def _waiting(home: Home, connection: sa.Connection) -> Point:
    title = "Папка приёма"
    waiting = len(look(home.settings.inbox, arrivals(connection), 0).ready)
    if waiting:
        return Point(title, WARNS, f"{noun(waiting, ('Ждёт', 'Ждут', 'Ждут'))} приёма {counted(waiting, FILES)}.")
    return Point(title, PASSES, "Ничего не ждёт приёма.")


def _queue(home: Home, connection: sa.Connection, known: Knowledge, as_of: date) -> Point:
    """How many pairs are open, and between what the widest figures of the date lie."""
    title, queue = "Очередь сверки людей", open_queue(connection, home.vault, known)
    open_ = len(queue.pairs)
    influences = sum(bool(queue.people.moved(pair, queue.stands)) for pair in queue.pairs)
    if not influences:
        return Point(title, PASSES, f"Пар, которые влияют на число вовлечённых, нет; всего в очереди: {open_}.")
    doubtful = doubts(connection, known, queue, [as_of])
    bounds = [
        f" Вовлечено, {figure_words(one.scope_type, one.scope_code, as_of)}: {doubt_words(one)}"
        for one in doubtful
        if one.scope_type == doubtful[0].scope_type
    ]
    return Point(
        title, WARNS, f"В очереди пар: {open_}; из них влияют на число вовлечённых: {influences}.{''.join(bounds)}"
    )


def _next_year(dates: dict[date, sa.Row], as_of: date) -> Point:
    title, year = "Календарь на следующий год", as_of.year + 1
    if any(one.year == year for one in dates):
        return Point(title, PASSES, f"Отчётные даты {year} года есть.")
    return Point(title, WARNS, f"Отчётных дат {year} года нет.")


def _plans(connection: sa.Connection, relations: Roster, as_of: date) -> Point:
    title, place = "План приказа", relations.expected
    plans, of_place = plan(place, relations.known)
    statement = sa.select(plans.c.school_year).select_from(place.join(plans, of_place)).limit(1)
    year = connection.execute(statement).scalar()
    if year is None:
        return Point(title, WARNS, f"Плана на учебный год, в котором {day(as_of)}, нет.")
    return Point(title, PASSES, f"План на {year} учебный год есть.")


def _targets(connection: sa.Connection, dates: dict[date, sa.Row], as_of: date, seq: int) -> Point:
    title, known = "Целевые значения", known_reference("targets", seq)
    if as_of not in dates or dates[as_of].kind != ANNUAL:
        return Point(title, PASSES, "Дата не годовая: целей на неё не устанавливают.")
    found = connection.execute(sa.select(sa.func.count()).select_from(known).where(known.c.as_of == as_of)).scalar_one()
    if not found:
        return Point(title, WARNS, f"Целей на {day(as_of)} нет.")
    return Point(title, PASSES, f"Целей на {day(as_of)}: {found}.")
