"""The journal's own tables: entries, and what people decided about people."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.columns import Time, column


def journal_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `entries` and `decisions`."""
    sa.Table(
        "entries", metadata,
        column("seq", sa.BigInteger, "порядковый номер: по нему упорядочено всё",
               primary_key=True, autoincrement=False),
        column("known_at", Time, "когда стало известно; не убывает, кроме загрузок справочников", nullable=False),
        column("event", sa.Text, "received, held, confirmation, withdrawal, decision, explanation, unexplained, "
               "reference, release, restatement, restated, publication, erasure, retention или destroyed",
               nullable=False),
        column("subject", sa.Text, "папка отправителя, сдача, решение, справочник или выпуск", nullable=False),
        column("sha256", sa.Text, "хеш полученных байтов"),
        column("size", sa.BigInteger, "длина полученных байтов"),
        column("received_at", Time, "когда получено управлением"),
        column("arrival", sa.Text, "хеш места и отметок файла: тот же файл не берётся дважды"),
        column("as_of", sa.Date, "отчётная дата выпуска"),
        column("definition", sa.Text, "версия показателей выпуска"),
        schema=schema, comment="Журнал: всё, что стало известно, по порядку; строки только добавляются",
    )  # fmt: skip
    sa.Table(
        "decisions", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("kind", sa.Text, "same: один человек, different: разные люди, undo: отмена решения", nullable=False),
        column("left_delivery", sa.Text, "сдача первой записи"),
        column("left_row", sa.Integer, "её строка листа «Участники»"),
        column("right_delivery", sa.Text, "сдача второй записи"),
        column("right_row", sa.Integer, "её строка листа «Участники»"),
        column("undoes", sa.BigInteger, "номер отменяемого решения"),
        column("decided_by", sa.Text, "кто решил: имя учётной записи или должность", nullable=False),
        column("ground", sa.Text, "на чём основано: documents, institution или other"),
        schema=schema, comment="Решения о людях: одна запись или разные; строки только добавляются",
    )  # fmt: skip
