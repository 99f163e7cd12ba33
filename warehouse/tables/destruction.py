"""The journal's tables of what was destroyed: who asked for whom, and each thing that went."""

from __future__ import annotations

import sqlalchemy as sa

KINDS = (
    "received: полученный файл, row: строка в нём, identity: строка личных сведений, sheet: все личные сведения листа, "
    "text: слова о человеке в чужой строке, file: сделанный файл или протокол, unread: файл не прочитан и оставлен"
)


def destruction_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `erasures` and `destructions`; neither names a person but by tokens and rows."""
    sa.Table(
        "erasures", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, comment="номер по порядку", primary_key=True, autoincrement=False),
        sa.Column("snils_token", sa.Uuid(as_uuid=False), comment="ключевой токен СНИЛС; пусто, если СНИЛС нет"),
        sa.Column("name_token", sa.Uuid(as_uuid=False), comment="ключевой токен ФИО и даты рождения; пусто, если нет"),
        sa.Column("decided_by", sa.Text, comment="кто решил: имя учётной записи или должность", nullable=False),
        schema=schema, comment="Чьи личные сведения удалены: под какими токенами человек встречался",
    )  # fmt: skip
    sa.Table(
        "destructions", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, comment="номер по порядку", primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, comment=KINDS, nullable=False),
        sa.Column("delivery", sa.Text, comment="сдача"),
        sa.Column("sheet", sa.Text, comment="имя листа"),
        sa.Column("row", sa.Integer, comment="строка листа"),
        sa.Column("rows", sa.Integer, comment="сколько строк"),
        sa.Column("sha256", sa.Text, comment="хеш уничтоженных байтов"),
        sa.Column("path", sa.Text, comment="путь внутри папки установки"),
        schema=schema, comment="Что уничтожено: из этого сделан акт; строки только добавляются",
    )  # fmt: skip
