"""The dimensions: institution in time, reporting date, form of mentoring, category, age band."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from expectations.form import CATEGORIES, FORMS_OF_MENTORING, STUDENT
from expectations.judged import SCHOOL_YEAR_STARTS_IN
from warehouse.indicators.definitions import Breakdown, all_definitions
from warehouse.journal.ledger import EVER, in_force
from warehouse.register.reference import known_reference
from warehouse.register.successions import LINKING
from warehouse.star.declared import Column, View
from warehouse.star.places import institution_key

UNKNOWN = "unknown"  # the band of whoever's age is not known
Value = str | int | bool | None


def breakdown_by(by: str) -> Breakdown:
    """Return the breakdown of the newest definitions that goes by a column."""
    newest_first = sorted(all_definitions().values(), key=lambda one: one.number, reverse=True)
    return next(one for version in newest_first for one in version.breakdowns if one.by == by)


def age_band(age: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """The band of an age, by the breakdown that the figures by age have."""
    oldest_first = reversed(breakdown_by("age").members)
    bands = [(age >= (member.from_age or 0), member.code) for member in oldest_first]
    return sa.case(*((condition, sa.literal(code, sa.Text)) for condition, code in bands), else_=UNKNOWN)


def dim_institution() -> View:
    """Every entry of the register as known now: an institution has one for each time it changed."""
    register, last = known_reference("institutions", EVER), _heirs()
    heir = sa.func.coalesce(last.c.heir, register.c.code)
    return View(
        "dim_institution", "Организация во времени", "запись реестра: организация, какой она была с даты по дату",
        (
            Column("institution_key", institution_key(register), "код и первый день записи", key=True),
            Column("institution_code", register.c.code, "код организации"),
            Column("name", register.c.name, "наименование"),
            Column("kind", register.c.kind, "ОУ или УДО"),
            Column("level", register.c.level, "СОШ, ООШ, УДО"),
            Column("municipality", register.c.municipality, "код муниципалитета"),
            Column("region", register.c.region, "код региона"),
            Column("valid_from", register.c.valid_from, "запись действует с"),
            Column("valid_to", register.c.valid_to, "запись действует по; пусто — бессрочно"),
            Column("heir_code", heir, "код, под которым история продолжается: после переименований и слияний; "
                   "своя, если их не было"),
        ),
        register.outerjoin(last, last.c.code == register.c.code),
    )  # fmt: skip


def _heirs() -> sa.Subquery:
    """Where the history of each renamed or merged institution goes on in the end; the register has no circles."""
    made = known_reference("successions", EVER)
    steps = sa.select(made.c.predecessor, made.c.successor).where(made.c.kind.in_(LINKING)).cte("steps")
    way = sa.select(steps.c.predecessor.label("code"), steps.c.successor.label("heir")).cte("way", recursive=True)
    onward = steps.alias("onward")
    way = way.union_all(sa.select(way.c.code, onward.c.successor).join(onward, onward.c.predecessor == way.c.heir))
    return sa.select(way).where(way.c.heir.not_in(sa.select(steps.c.predecessor))).subquery("heirs")


def dim_date() -> View:
    """Every reporting date: those of the calendar, and those only told of."""
    calendar, now = known_reference("reporting_dates", EVER), in_force(EVER)
    dates = sa.union(sa.select(calendar.c.as_of), sa.select(now.c.as_of)).subquery("dates")
    day = dates.c.as_of
    year, month = (sa.cast(sa.extract(part, day), sa.Integer) for part in ("year", "month"))
    first = year - sa.case((month < SCHOOL_YEAR_STARTS_IN, 1), else_=0)
    school_year = sa.cast(first, sa.Text) + "/" + sa.cast(first + 1, sa.Text)
    return View(
        "dim_date", "Отчётная дата", "дата календаря отчётности",
        (
            Column("as_of", day, "отчётная дата", key=True),
            Column("year", year, "отчётный год: календарный год даты"),
            Column("quarter", sa.cast(sa.extract("quarter", day), sa.Integer), "квартал года"),
            Column("school_year", school_year, "учебный год, в который попадает дата, например 2020/2021"),
            Column("kind", calendar.c.kind, "annual или quarterly; пусто, если даты нет в календаре"),
            Column("opens_on", calendar.c.opens_on, "приём с"),
            Column("due_on", calendar.c.due_on, "срок сдачи"),
            Column("closes_on", calendar.c.closes_on, "приём по"),
        ),
        dates.outerjoin(calendar, calendar.c.as_of == day),
    )  # fmt: skip


def dim_form() -> View:
    """The forms of mentoring that the form knows, with the codes of the breakdown by form."""
    codes = {value: member.code for member in breakdown_by("form").members for value in member.values}
    rows = _values({"form": sa.Text, "place": sa.Integer, "code": sa.Text},
                   [(one, place, codes[one]) for place, one in enumerate(FORMS_OF_MENTORING, 1)])  # fmt: skip
    return View(
        "dim_form", "Форма наставничества", "форма из списка листа «Пары»",
        (
            Column("form", rows.c.form, "форма, как она написана в книге", key=True),
            Column("place", rows.c.place, "порядок в списке"),
            Column("code", rows.c.code, "код части разреза form: тот же, что в выпуске"),
        ),
        rows,
    )  # fmt: skip


def dim_category() -> View:
    """The categories of participants that the form knows."""
    codes = {value: member.code for member in breakdown_by("category").members for value in member.values}
    rows = _values({"category": sa.Text, "place": sa.Integer, "code": sa.Text, "is_student": sa.Boolean},
                   [(one, place, codes[one], one == STUDENT) for place, one in enumerate(CATEGORIES, 1)])  # fmt: skip
    return View(
        "dim_category", "Категория участника", "категория из списка листа «Участники»",
        (
            Column("category", rows.c.category, "категория, как она написана в книге", key=True),
            Column("place", rows.c.place, "порядок в списке"),
            Column("code", rows.c.code, "код части разреза category: тот же, что в выпуске"),
            Column("is_student", rows.c.is_student, "истина для обучающихся: только они в доле вовлечённых"),
        ),
        rows,
    )  # fmt: skip


def dim_age_band() -> View:
    """The bands of the breakdown by age, and one for ages not known."""
    members = breakdown_by("age").members
    told: list[tuple[Value, ...]] = [
        (one.code, place, one.title, one.from_age, one.to_age) for place, one in enumerate(members, 1)
    ]
    kinds = {"age_band": sa.Text, "place": sa.Integer, "title": sa.Text, "from_age": sa.Integer, "to_age": sa.Integer}
    rows = _values(kinds, [*told, (UNKNOWN, len(told) + 1, "возраст неизвестен", None, None)])
    return View(
        "dim_age_band", "Возрастная группа", "часть разреза по возрасту",
        (
            Column("age_band", rows.c.age_band, "код группы: тот же, что в выпуске", key=True),
            Column("place", rows.c.place, "порядок"),
            Column("title", rows.c.title, "название"),
            Column("from_age", rows.c.from_age, "полных лет от; пусто — без нижней границы"),
            Column("to_age", rows.c.to_age, "полных лет до включительно; пусто — без верхней границы"),
        ),
        rows,
    )  # fmt: skip


def _values(kinds: Mapping[str, type[sa.types.TypeEngine]], rows: list[tuple[Value, ...]]) -> sa.Subquery:
    """A list as rows; typed once more, since a column of literals has the type of its first one."""
    listed = sa.values(*(sa.column(name, kind) for name, kind in kinds.items()), name="listed").data(rows)
    return sa.select(*(sa.cast(listed.c[name], kind).label(name) for name, kind in kinds.items())).subquery("typed")
