"""The columns that tables of the warehouse share."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa


class Time(sa.types.TypeDecorator):
    """A moment, aware in Python, kept as UTC without a zone so that every engine gives the same back."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def column(name: str, kind: sa.types.TypeEngine | type, comment: str, **options: object) -> sa.Column:
    """Return a column with the comment that its readers see."""
    return sa.Column(name, kind, comment=comment, **options)  # type: ignore[arg-type]


def delivery() -> sa.Column:
    """Return the column of the delivery that a row came in."""
    return column("delivery", sa.Text, "сдача: ключ таблицы deliveries", nullable=False)


def row() -> sa.Column:
    """Return the column of the row of the workbook."""
    return column("row", sa.Integer, "строка листа в присланном файле", nullable=False)


def tokens() -> list[sa.Column]:
    """Return the columns that tell whose a row is."""
    return [
        column("snils_token", sa.Uuid(as_uuid=False), "ключевой токен СНИЛС; пусто, если СНИЛС нет"),
        column("name_token", sa.Uuid(as_uuid=False), "ключевой токен ФИО и даты рождения"),
    ]
