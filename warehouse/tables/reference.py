"""The reference tables: register, plans, targets, calendar, milestones, as the order gives them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True)
class Field:
    """One column of a reference file."""

    name: str
    kind: type[sa.types.TypeEngine] | sa.types.TypeEngine
    comment: str
    required: bool = True
    key: bool = False


REFERENCE: dict[str, tuple[str, tuple[Field, ...]]] = {
    "institutions": ("Реестр организаций", (
        Field("code", sa.Text, "код организации", key=True),
        Field("name", sa.Text, "наименование"),
        Field("aliases", sa.Text, "другие написания, через «|»", required=False),
        Field("kind", sa.Text, "ОУ или УДО"),
        Field("level", sa.Text, "СОШ, ООШ, УДО"),
        Field("municipality", sa.Text, "код муниципалитета"),
        Field("region", sa.Text, "код региона"),
        Field("valid_from", sa.Date, "запись действует с", key=True),
        Field("valid_to", sa.Date, "запись действует по; пусто — бессрочно", required=False),
    )),
    "successions": ("Преемственность организаций: что с ними стало", (
        Field("predecessor", sa.Text, "код прежней организации", key=True),
        Field("successor", sa.Text, "код преемника; пусто при закрытии", required=False, key=True),
        Field("happened_on", sa.Date, "с какого дня", key=True),
        Field("kind", sa.Text, "rename: переименование, merge: слияние, split: разделение, close: закрытие"),
        Field("source", sa.Text, "документ", required=False),
    )),
    "plans": ("Плановое число участников из перечня приказа", (
        Field("institution_code", sa.Text, "код организации", key=True),
        Field("school_year", sa.Text, "учебный год, например 2020/2021", key=True),
        Field("planned_participants", sa.BigInteger, "обучающихся, участников программы"),
        Field("source", sa.Text, "документ", required=False),
    )),
    "targets": ("Целевые значения показателей", (
        Field("indicator", sa.Text, "код показателя", key=True),
        Field("scope_type", sa.Text, "вид охвата", key=True),
        Field("scope_code", sa.Text, "код охвата", key=True),
        Field("as_of", sa.Date, "отчётная дата", key=True),
        Field("target_percent", sa.Numeric(9, 2), "целевое значение, %"),
        Field("direction", sa.Text, "at_least: не менее"),
        Field("source", sa.Text, "документ", required=False),
    )),
    "reporting_dates": ("Календарь отчётности", (
        Field("as_of", sa.Date, "отчётная дата", key=True),
        Field("opens_on", sa.Date, "приём с"),
        Field("due_on", sa.Date, "срок сдачи"),
        Field("closes_on", sa.Date, "приём по"),
        Field("kind", sa.Text, "annual или quarterly"),
    )),
    "milestones": ("Вехи дорожной карты", (
        Field("code", sa.Text, "код вехи", key=True),
        Field("title", sa.Text, "что сделать"),
        Field("starts_on", sa.Date, "с", required=False),
        Field("due_on", sa.Date, "до"),
        Field("source", sa.Text, "документ", required=False),
    )),
}  # fmt: skip


LOADS = "reference_loads"


def reference_tables(metadata: sa.MetaData, schema: str) -> None:
    """Declare the reference tables: every load is kept whole under the journal number that brought it."""
    for name, (title, fields) in REFERENCE.items():
        keyed = all(f.required for f in fields if f.key)  # no engine takes an absent value into a primary key
        columns = [
            sa.Column(f.name, f.kind, comment=f.comment, nullable=not f.required, primary_key=keyed and f.key)
            for f in fields
        ]
        known = sa.Column(
            "known_seq", sa.BigInteger, primary_key=keyed, autoincrement=False, nullable=False,
            comment="номер записи журнала",
        )  # fmt: skip
        sa.Table(name, metadata, *columns, known, schema=schema, comment=title)
    sa.Table(
        LOADS, metadata,
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False, comment="номер записи журнала"),
        sa.Column("name", sa.Text, nullable=False, comment="какой справочник загружен"),
        schema=schema, comment="Загрузки справочников: и та, в которой ни одной строки, заменяет прежнюю",
    )  # fmt: skip
