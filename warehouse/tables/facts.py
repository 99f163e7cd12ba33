"""The tables of facts: the sheets of the form, who took part in what, whose people are whose by decision."""

from __future__ import annotations

import sqlalchemy as sa

from expectations.structure import Form, Sheet
from warehouse.tables.columns import column, delivery, row, tokens

SQL = {"TEXT": sa.Text, "BIGINT": sa.BigInteger, "DOUBLE": sa.Double, "DATE": sa.Date}


def fact_tables(metadata: sa.MetaData, schema: str, form: Form) -> None:
    """Add a table for each sheet of the form, `participations`, `lake_files` and `decided_people`."""
    for sheet in form.sheets:
        _sheet_table(metadata, schema, sheet)
    _participations(metadata, schema)
    _lake_files(metadata, schema)
    _decided_people(metadata, schema)


def _form_columns(columns: tuple) -> list[sa.Column]:
    return [column(c.name, SQL[c.spelling.sql], f"{c.heading}: {c.allowed}") for c in columns]


# What the warehouse keeps of a sheet beside its own columns.
def _extra(sheet: str) -> list[sa.Column]:
    match sheet:
        case "participants":
            return [*tokens(), column("age", sa.Integer, "полных лет на 1 января года после отчётного")]
        case "pairs":
            return [
                column("mentor_row", sa.Integer, "строка наставника на листе «Участники»"),
                column("mentee_row", sa.Integer, "строка наставляемого на листе «Участники»"),
                column("counted", sa.Boolean, "ложь, если строка повторяет уже посчитанную пару"),
            ]
        case "surveys":
            return [*tokens(), column("participant_row", sa.Integer, "строка респондента на листе «Участники»")]
    return []


def _sheet_table(metadata: sa.MetaData, schema: str, sheet: Sheet) -> None:
    columns = [delivery(), row(), *_form_columns(sheet.stored), *_extra(sheet.name)]
    sa.Table(sheet.name, metadata, *columns, schema=schema, comment=f"Лист «{sheet.title}». {sheet.description}")


def _participations(metadata: sa.MetaData, schema: str) -> None:
    sa.Table(
        "participations", metadata,
        delivery(),
        column("row", sa.Integer, "строка листа «Пары»", nullable=False),
        column("role", sa.Text, "наставник или наставляемый", nullable=False),
        column("participant_row", sa.Integer, "строка листа «Участники»", nullable=False),
        *tokens(),
        column("category", sa.Text, "категория участника", nullable=False),
        column("age", sa.Integer, "полных лет на 1 января года после отчётного"),
        column("form", sa.Text, "форма наставничества", nullable=False),
        column("started_on", sa.Date, "дата начала пары", nullable=False),
        column("ended_on", sa.Date, "дата завершения пары; пусто, пока работает"),
        schema=schema, comment="Участие: строка пары × роль, с токенами человека",
    )  # fmt: skip


def _lake_files(metadata: sa.MetaData, schema: str) -> None:
    sa.Table(
        "lake_files", metadata, delivery(),
        column("name", sa.Text, "лист или таблица", nullable=False),
        column("path", sa.Text, "путь внутри озера", nullable=False),
        column("sha256", sa.Text, "хеш файла", nullable=False),
        column("rows", sa.Integer, "строк этой сдачи в файле", nullable=False),
        schema=schema, comment="Опись озера: файл есть, только если он здесь назван",
    )  # fmt: skip


def _decided_people(metadata: sa.MetaData, schema: str) -> None:
    sa.Table(
        "decided_people", metadata,
        column("from_seq", sa.BigInteger, "номер записи журнала, с которой так", nullable=False),
        column("snils_token", sa.Uuid(as_uuid=False), "ключевой токен СНИЛС; нули, если СНИЛС нет", nullable=False),
        column("name_token", sa.Uuid(as_uuid=False), "ключевой токен ФИО и даты рождения", nullable=False),
        column("person", sa.Uuid(as_uuid=False), "чей это человек по решениям; пусто, если снова по правилу"),
        schema=schema, comment="Чьи записи перешли к другому человеку по решениям, с какой записи журнала",
    )  # fmt: skip
