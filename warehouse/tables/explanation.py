"""Tables of what people say of deliveries: which they confirmed, which warnings they explained, and who it was."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.columns import column, delivery


def explanation_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `notes` and `explanations`; neither holds a text or a cell."""
    sa.Table(
        "notes", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("decided_by", sa.Text, "кто решил: имя учётной записи или должность", nullable=False),
        column("note", sa.Text, "под каким именем в notes/ лежит текст; пусто, если его нет"),
        schema=schema, comment="Чьи решения и где их пояснения; самих слов здесь нет",
    )  # fmt: skip
    sa.Table(
        "explanations", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("number", sa.Integer, "номер по порядку", primary_key=True, autoincrement=False),
        delivery(),
        column("rule", sa.Text, "код правила", nullable=False),
        column("version", sa.Text, "хеш условия правила вместе с его пределами", nullable=False),
        column("sheet", sa.Text, "название листа; пусто, если замечание ко всему файлу"),
        column("row", sa.Integer, "строка листа"),
        column("letter", sa.Text, "буква столбца Excel"),
        column("detail", sa.Text, "чего ожидали; никогда не значение ячейки"),
        schema=schema, comment="Пояснённые предупреждения: место каждого в присланном файле; строки только добавляются",
    )  # fmt: skip


def held_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `holds`, `confirmations` and `fingerprints`: made from the journal and the deliveries."""
    sa.Table(
        "holds", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("delivery", sa.Text, "удержанная сдача", nullable=False),
        column("compared_to", sa.Text, "сдача, против которой вовлечённых мало", nullable=False),
        schema=schema, comment="Удержания: сдача не действует с этой записи журнала, пока её не подтвердят",
    )  # fmt: skip
    sa.Table(
        "confirmations", metadata,
        column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        column("delivery", sa.Text, "подтверждённая сдача", nullable=False),
        schema=schema, comment="Подтверждения: удержанная сдача действует с этой записи журнала",
    )  # fmt: skip
    sa.Table(
        "fingerprints", metadata,
        delivery(),
        column("number", sa.Integer, "номер замечания в сдаче", nullable=False),
        column("fingerprint", sa.Text, "ключевой хеш правила, того, о ком оно, и значений", nullable=False),
        schema=schema, comment="Отпечатки предупреждений: одинаковый у того же предупреждения в другой сдаче",
    )  # fmt: skip
