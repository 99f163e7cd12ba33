"""The ledger's tables: every delivery with its verdict, its counts and findings; and every release."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.columns import Time, column, delivery

_ROW_COUNTS = {
    "rows_read": "строк прочитано",
    "rows_stored": "строк загружено",
    "rows_quarantined": "строк в карантине",
    "rows_skipped": "строк пропущено",
}


def ledger_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `deliveries`, `withdrawals`, `pending_receipts`, `sheet_counts` and `findings`."""
    sa.Table(
        "deliveries", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("delivery", sa.Text, "ключ сдачи: 16 знаков хеша папки, байтов и порядка повторения",
               unique=True, nullable=False),
        column("institution_code", sa.Text, "чья папка: организация-отправитель", nullable=False),
        column("as_of", sa.Date, "отчётная дата; пусто, если не прочитана"),
        column("known_at", Time, "когда стало известно", nullable=False),
        column("received_at", Time, "когда получено", nullable=False),
        column("sha256", sa.Text, "хеш полученных байтов", nullable=False),
        column("content_hash", sa.Text, "хеш прочитанного содержания"),
        column("verdict", sa.Text, "accepted, accepted_with_errors, rejected или duplicate", nullable=False),
        column("duplicate_of", sa.Text, "какую сдачу повторяет"),
        column("late", sa.Boolean, "истина, если получено после срока"),
        column("ruleset", sa.Text, "версия правил, по которым судили", nullable=False),
        column("basis", sa.Text, "хеш всего, от чего зависел вердикт, кроме байтов", nullable=False),
        column("rows_read", sa.Integer, "строк прочитано", nullable=False),
        column("rows_stored", sa.Integer, "строк загружено", nullable=False),
        column("rows_quarantined", sa.Integer, "строк в карантине", nullable=False),
        column("rows_skipped", sa.Integer, "строк пропущено по правилу (пустые, «Итого»)", nullable=False),
        column("enrolled", sa.BigInteger, "обучающихся по листу «Контингент»"),
        column("involved", sa.BigInteger, "разных обучающихся, вовлечённых в отчётном году"),
        column("arrived_seq", sa.BigInteger, "у пересмотренной сдачи номер записи, с которой получен её файл"),
        schema=schema, comment="Ведомость сдач: каждый полученный файл и его вердикт",
    )  # fmt: skip
    sa.Table(
        "withdrawals", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("delivery", sa.Text, "отозванная сдача", nullable=False),
        schema=schema, comment="Отзывы: сдача не действует с этой записи журнала",
    )  # fmt: skip
    sa.Table(
        "pending_receipts", metadata, delivery(),
        schema=schema, comment="Сдачи, протокол которых ещё не записан",
    )  # fmt: skip
    sa.Table(
        "sheet_counts", metadata, delivery(),
        column("sheet", sa.Text, "имя листа", nullable=False),
        *(column(name, sa.Integer, words, nullable=False) for name, words in _ROW_COUNTS.items()),
        schema=schema, comment="Счёт строк каждого листа каждой сдачи: прочитано = загружено + карантин + пропущено",
    )  # fmt: skip
    sa.Table(
        "findings", metadata,
        delivery(),
        column("number", sa.Integer, "номер замечания в сдаче", nullable=False),
        column("ruleset", sa.Text, "версия правил", nullable=False),
        column("sheet", sa.Text, "название листа; пусто, если замечание ко всему файлу"),
        column("row", sa.Integer, "строка листа"),
        column("letter", sa.Text, "буква столбца Excel"),
        column("column", sa.Text, "имя столбца формы"),
        column("rule", sa.Text, "код правила", nullable=False),
        column("severity", sa.Text, "fatal, error или warning", nullable=False),
        column("detail", sa.Text, "чего ожидали; никогда не значение ячейки"),
        schema=schema, comment="Замечания к сдачам, с местом в присланном файле",
    )  # fmt: skip


def release_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `releases`."""
    sa.Table(
        "releases", metadata,
        column("release", sa.Text, "номер выпуска: отчётная дата и порядковый номер", primary_key=True),
        column("as_of", sa.Date, "отчётная дата", nullable=False),
        column("seq", sa.BigInteger, "номер записи журнала: что было известно", nullable=False),
        column("known_at", Time, "время этой записи", nullable=False),
        column("definition", sa.Text, "версия показателей", nullable=False),
        column("figures_sha256", sa.Text, "хеш всех показателей выпуска", nullable=False),
        schema=schema, comment="Выпуски: замороженные ряды показателей",
    )  # fmt: skip
