"""Tables of restatements: which rules were adopted for which reporting dates, and which deliveries were judged anew."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.columns import column


def restatement_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `restatements`, of the journal."""
    sa.Table(
        "restatements", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("first", sa.Date, "первая отчётная дата, сдачи которой пересмотрены", nullable=False),
        column("last", sa.Date, "последняя такая дата", nullable=False),
        column("ruleset", sa.Text, "версия правил; пусто, если правила остались те же"),
        column("rules", sa.Text, "чем правила отличаются от обычных, по строке имя=значение; пусто — как "
               "ruleset"),
        schema=schema, comment="Пересмотры: сдачи дат проверены заново, правила приняты для этих дат; строки только "
                               "добавляются",
    )  # fmt: skip


def restated_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `restated`, made from the journal."""
    sa.Table(
        "restated", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("delivery", sa.Text, "пересмотренная сдача: с этой записи журнала не действует",
               nullable=False),
        column("by_delivery", sa.Text, "сдача с новым решением, тот же файл: место прежней теперь её",
               nullable=False),
        schema=schema, comment="Пересмотренные сдачи: прежнее решение о файле и новое",
    )  # fmt: skip
