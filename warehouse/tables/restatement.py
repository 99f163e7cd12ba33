"""Tables of restatements: which rules were adopted for which reporting dates, and which deliveries were judged anew."""

from __future__ import annotations

import sqlalchemy as sa


def restatement_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `restatements`, of the journal."""
    sa.Table(
        "restatements", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("first", sa.Date, comment="первая отчётная дата, сдачи которой пересужены", nullable=False),
        sa.Column("last", sa.Date, comment="последняя такая дата", nullable=False),
        sa.Column("ruleset", sa.Text, comment="версия правил; пусто, если правила остались те же"),
        sa.Column("rules", sa.Text, comment="чем правила отличаются от обычных, по строке имя=значение; пусто — как "
                  "ruleset"),
        schema=schema, comment="Пересмотры: сдачи дат суждены заново, правила приняты для этих дат; строки только "
                               "добавляются",
    )  # fmt: skip


def restated_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `restated`, made from the journal."""
    sa.Table(
        "restated", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.Text, comment="сдача, суждённая заново: с этой записи журнала не действует",
                  nullable=False),
        sa.Column("by_delivery", sa.Text, comment="сдача с новым решением, тот же файл: место прежней теперь её",
                  nullable=False),
        schema=schema, comment="Пересмотренные сдачи: прежнее решение о файле и новое",
    )  # fmt: skip
