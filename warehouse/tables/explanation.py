"""Tables of what people say of deliveries: which they confirmed, which warnings they explained, and who it was."""

from __future__ import annotations

import sqlalchemy as sa


def explanation_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `notes` and `explanations`; neither holds a text or a cell."""
    sa.Table(
        "notes", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("decided_by", sa.Text, comment="кто решил: имя учётной записи или должность", nullable=False),
        sa.Column("note", sa.Text, comment="под каким именем в notes/ лежит текст; пусто, если его нет"),
        schema=schema, comment="Чьи решения и где их пояснения; самих слов здесь нет",
    )  # fmt: skip
    sa.Table(
        "explanations", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, comment="номер по порядку", primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.Text, comment="сдача: ключ таблицы deliveries", nullable=False),
        sa.Column("rule", sa.Text, comment="код правила", nullable=False),
        sa.Column("version", sa.Text, comment="хеш условия правила вместе с его пределами", nullable=False),
        sa.Column("sheet", sa.Text, comment="название листа; пусто, если замечание ко всему файлу"),
        sa.Column("row", sa.Integer, comment="строка листа"),
        sa.Column("letter", sa.Text, comment="буква столбца Excel"),
        sa.Column("detail", sa.Text, comment="чего ожидали; никогда не значение ячейки"),
        schema=schema, comment="Пояснённые предупреждения: место каждого в присланном файле; строки только добавляются",
    )  # fmt: skip


def held_tables(metadata: sa.MetaData, schema: str) -> None:
    """Add `holds`, `confirmations` and `fingerprints`: made from the journal and the deliveries."""
    sa.Table(
        "holds", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.Text, comment="удержанная сдача", nullable=False),
        sa.Column("compared_to", sa.Text, comment="сдача, против которой вовлечённых мало", nullable=False),
        schema=schema, comment="Удержания: сдача не действует с этой записи журнала, пока её не подтвердят",
    )  # fmt: skip
    sa.Table(
        "confirmations", metadata,
        sa.Column("seq", sa.BigInteger, comment="номер записи журнала", primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.Text, comment="подтверждённая сдача", nullable=False),
        schema=schema, comment="Подтверждения: удержанная сдача действует с этой записи журнала",
    )  # fmt: skip
    sa.Table(
        "fingerprints", metadata,
        sa.Column("delivery", sa.Text, comment="сдача: ключ таблицы deliveries", nullable=False),
        sa.Column("number", sa.Integer, comment="номер замечания в сдаче", nullable=False),
        sa.Column("fingerprint", sa.Text, comment="ключевой хеш правила, того, о ком оно, и значений", nullable=False),
        schema=schema, comment="Отпечатки предупреждений: одинаковый у того же предупреждения в другой сдаче",
    )  # fmt: skip
