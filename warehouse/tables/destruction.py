"""The journal's tables of what was destroyed: who asked for whom, and each thing that went."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.columns import column

KINDS = (
    "received: полученный файл, row: строка в нём, identity: строка личных сведений, sheet: все личные сведения листа, "
    "text: упоминание человека в чужой строке, file: сделанный файл или протокол, unread: файл не прочитан и оставлен"
)


def destruction_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `erasures` and `destructions`; neither names a person but by tokens and rows."""
    sa.Table(
        "erasures", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("number", sa.Integer, "номер по порядку", primary_key=True, autoincrement=False),
        column("snils_token", sa.Uuid(as_uuid=False), "ключевой токен СНИЛС; пусто, если СНИЛС нет"),
        column("name_token", sa.Uuid(as_uuid=False), "ключевой токен ФИО и даты рождения; пусто, если нет"),
        column("decided_by", sa.Text, "кто решил: имя учётной записи или должность", nullable=False),
        schema=schema, comment="Чьи личные сведения удалены: под какими токенами человек встречался",
    )  # fmt: skip
    sa.Table(
        "destructions", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("number", sa.Integer, "номер по порядку", primary_key=True, autoincrement=False),
        column("kind", sa.Text, KINDS, nullable=False),
        column("delivery", sa.Text, "сдача"),
        column("sheet", sa.Text, "имя листа"),
        column("row", sa.Integer, "строка листа"),
        column("rows", sa.Integer, "сколько строк"),
        column("sha256", sa.Text, "хеш уничтоженных байтов"),
        column("path", sa.Text, "путь внутри папки установки"),
        schema=schema, comment="Что уничтожено: из этого сделан акт; строки только добавляются",
    )  # fmt: skip
