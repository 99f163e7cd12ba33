"""The facts: participation, pairs, enrolment, surveys, events, as the deliveries in force tell them.

A fact is told anew on every reporting date: rows of two dates are compared, never added.
"""

from __future__ import annotations

import sqlalchemy as sa

from expectations.form import MENTEE, MENTOR
from warehouse.indicators.decided import people_decided
from warehouse.indicators.identity import People
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.ledger import EVER
from warehouse.star.declared import Column, View
from warehouse.star.dimensions import age_band
from warehouse.star.places import of_delivery, place_columns, places, spans
from warehouse.tables.tables import table

PERSON = "псевдоним или ключевой токен, у одного человека один, по правилу и решениям о людях"
AGE = "полных лет на 1 января года после отчётного"


def _people() -> People:
    return people_decided(Knowledge.at(EVER))


def fact_participation() -> View:
    """Everybody's part in every pair."""
    place, rows, people = places(), table("participations"), _people()
    return View(
        "fact_participation", "Участие", "пара и роль в ней: двое в паре — две строки",
        (
            *place_columns(place, rows),
            Column("role", rows.c.role, "наставник или наставляемый", key=True),
            Column("person", people.of(rows), f"человек: {PERSON}"),
            Column("form", rows.c.form, "форма наставничества", of="dim_form"),
            Column("category", rows.c.category, "категория участника", of="dim_category"),
            Column("age", rows.c.age, AGE),
            Column("age_band", age_band(rows.c.age), "возрастная группа", of="dim_age_band"),
            *spans(place, rows),
        ),
        people.join(place.join(rows, of_delivery(place, rows)), rows),
    )  # fmt: skip


def fact_pairs() -> View:
    """Every pair, with the two people in it."""
    place, rows, told = places(), table("pairs"), _participants_named()
    mentor, mentee = (told.alias(name) for name in ("mentor", "mentee"))
    joined: sa.FromClause = place.join(rows, of_delivery(place, rows))
    for one, role in ((mentor, MENTOR), (mentee, MENTEE)):
        same = sa.and_(one.c.delivery == rows.c.delivery, one.c.row == rows.c.row, one.c.role == role)
        joined = joined.join(one, same)
    return View(
        "fact_pairs", "Пары", "один наставник с одним наставляемым",
        (
            *place_columns(place, rows),
            Column("form", rows.c.form, "форма наставничества", of="dim_form"),
            Column("mentor", mentor.c.person, f"наставник: {PERSON}"),
            Column("mentor_category", mentor.c.category, "категория наставника", of="dim_category"),
            Column("mentor_age_band", age_band(mentor.c.age), "возрастная группа наставника", of="dim_age_band"),
            Column("mentee", mentee.c.person, f"наставляемый: {PERSON}"),
            Column("mentee_category", mentee.c.category, "категория наставляемого", of="dim_category"),
            Column("mentee_age_band", age_band(mentee.c.age), "возрастная группа наставляемого", of="dim_age_band"),
            Column("role_model", rows.c.role_model, "ролевая модель"),
            Column("programme", rows.c.programme, "программа"),
            Column("outcome", rows.c.outcome, "итог: продолжается, завершена, прервана"),
            Column("counted", rows.c.counted, "ложь, если строка повторяет уже посчитанную пару"),
            *spans(place, rows),
        ),
        joined,
    )  # fmt: skip


def _participants_named() -> sa.CTE:
    """The rows of participation with their people, once for both sides of a pair."""
    rows, people = table("participations"), _people()
    columns = (rows.c[name] for name in ("delivery", "row", "role", "category", "age"))
    return sa.select(*columns, people.of(rows).label("person")).select_from(people.join(rows, rows)).cte("named")


def fact_enrolment() -> View:
    """How many students of each age an institution has."""
    place, rows = places(), table("enrolment")
    return View(
        "fact_enrolment", "Контингент", "возраст: сколько обучающихся стольких лет в организации",
        (
            *place_columns(place, rows),
            Column("age", rows.c.age, AGE),
            Column("age_band", age_band(rows.c.age), "возрастная группа", of="dim_age_band"),
            Column("students", rows.c.students, "обучающихся"),
        ),
        place.join(rows, of_delivery(place, rows)),
    )  # fmt: skip


def fact_surveys() -> View:
    """Every answer, before and after the programme."""
    place, rows, people = places(), table("surveys"), _people()
    in_year = sa.extract("year", rows.c.answered_on) == sa.extract("year", place.c.as_of)
    marks = {"effectiveness": "эффективность", "comfort": "комфорт", "organisation": "организация",
             "usefulness": "полезность", "satisfaction": "удовлетворённость"}  # fmt: skip
    return View(
        "fact_surveys", "Анкеты", "анкета одного участника на одном этапе",
        (
            *place_columns(place, rows),
            Column("person", people.of(rows), f"человек: {PERSON}"),
            Column("role", rows.c.role, "роль отвечавшего: наставник или наставляемый"),
            Column("stage", rows.c.stage, "до или после программы"),
            Column("answered_on", rows.c.answered_on, "дата анкеты"),
            Column("in_year", in_year, "истина, если анкета отчётного года: показатели считают такие"),
            *(Column(name, rows.c[name], f"оценка от 1 до 10: {words}") for name, words in marks.items()),
        ),
        people.join(place.join(rows, of_delivery(place, rows)), rows),
    )  # fmt: skip


def fact_events() -> View:
    """Every event: informing, meetings, training."""
    place, rows = places(), table("events")
    in_year = sa.extract("year", rows.c.held_on) == sa.extract("year", place.c.as_of)
    return View(
        "fact_events", "Мероприятия", "одно мероприятие",
        (
            *place_columns(place, rows),
            Column("held_on", rows.c.held_on, "дата мероприятия"),
            Column("event_kind", rows.c.kind, "вид мероприятия"),
            Column("title", rows.c.title, "название"),
            Column("in_year", in_year, "истина, если прошло в отчётном году: показатели считают такие"),
            Column("attendees", rows.c.attendees, "участников"),
            Column("hours", rows.c.hours, "часов"),
        ),
        place.join(rows, of_delivery(place, rows)),
    )  # fmt: skip
