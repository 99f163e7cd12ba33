"""Every table of the warehouse, those of the form walked from its declaration.

Schema `journal` is irreplaceable; schema `mentoring` is a pure function of it and of the received files.
No table here holds a name, a birth date or a contact: those are in the vault.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import sqlalchemy as sa

from expectations.form import FORM
from expectations.structure import Form, Sheet
from warehouse.tables.destruction import destruction_tables
from warehouse.tables.explanation import explanation_tables, held_tables
from warehouse.tables.indexes import add_indexes
from warehouse.tables.reference import reference_tables
from warehouse.tables.restatement import restated_tables, restatement_tables

JOURNAL, MENTORING, VAULT = "journal", "mentoring", "personal"
SQL = {"TEXT": sa.Text, "BIGINT": sa.BigInteger, "DOUBLE": sa.Double, "DATE": sa.Date}


class Time(sa.types.TypeDecorator):
    """A moment, aware in Python, kept as UTC without a zone so that every engine gives the same back."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def _column(name: str, kind: sa.types.TypeEngine | type, comment: str, **options: object) -> sa.Column:
    return sa.Column(name, kind, comment=comment, **options)  # type: ignore[arg-type]


def _delivery() -> sa.Column:
    return _column("delivery", sa.Text, "сдача: ключ таблицы deliveries", nullable=False)


def _row() -> sa.Column:
    return _column("row", sa.Integer, "строка листа в присланном файле", nullable=False)


def _tokens() -> list[sa.Column]:
    return [
        _column("snils_token", sa.Uuid(as_uuid=False), "ключевой токен СНИЛС; пусто, если СНИЛС нет"),
        _column("name_token", sa.Uuid(as_uuid=False), "ключевой токен ФИО и даты рождения"),
    ]


def _form_columns(columns: tuple) -> list[sa.Column]:
    return [_column(c.name, SQL[c.spelling.sql], f"{c.heading}: {c.allowed}") for c in columns]


# What the warehouse keeps of a sheet beside its own columns.
def _extra(sheet: str) -> list[sa.Column]:
    match sheet:
        case "participants":
            return [*_tokens(), _column("age", sa.Integer, "полных лет на 1 января года после отчётного")]
        case "pairs":
            return [
                _column("mentor_row", sa.Integer, "строка наставника на листе «Участники»"),
                _column("mentee_row", sa.Integer, "строка наставляемого на листе «Участники»"),
                _column("counted", sa.Boolean, "ложь, если строка повторяет уже посчитанную пару"),
            ]
        case "surveys":
            return [*_tokens(), _column("participant_row", sa.Integer, "строка респондента на листе «Участники»")]
    return []


def _sheet_table(metadata: sa.MetaData, sheet: Sheet) -> sa.Table:
    columns = [_delivery(), _row(), *_form_columns(sheet.stored), *_extra(sheet.name)]
    return sa.Table(
        sheet.name, metadata, *columns, schema=MENTORING, comment=f"Лист «{sheet.title}». {sheet.description}"
    )


def _journal(metadata: sa.MetaData) -> None:
    sa.Table(
        "entries", metadata,
        _column("seq", sa.BigInteger, "порядковый номер: по нему упорядочено всё",
                primary_key=True, autoincrement=False),
        _column("known_at", Time, "когда стало известно; не убывает, кроме загрузок справочников", nullable=False),
        _column("event", sa.Text, "received, held, confirmation, withdrawal, decision, explanation, unexplained, "
                "reference, release, restatement, restated, publication, erasure, retention или destroyed",
                nullable=False),
        _column("subject", sa.Text, "папка отправителя, сдача, решение, справочник или выпуск", nullable=False),
        _column("sha256", sa.Text, "хеш полученных байтов"),
        _column("size", sa.BigInteger, "длина полученных байтов"),
        _column("received_at", Time, "когда получено управлением"),
        _column("arrival", sa.Text, "хеш места и отметок файла: тот же файл не берётся дважды"),
        _column("as_of", sa.Date, "отчётная дата выпуска"),
        _column("definition", sa.Text, "версия показателей выпуска"),
        schema=JOURNAL, comment="Журнал: всё, что стало известно, по порядку; строки только добавляются",
    )  # fmt: skip
    sa.Table(
        "decisions", metadata,
        _column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        _column("kind", sa.Text, "same: один человек, different: разные люди, undo: отмена решения", nullable=False),
        _column("left_delivery", sa.Text, "сдача первой записи"),
        _column("left_row", sa.Integer, "её строка листа «Участники»"),
        _column("right_delivery", sa.Text, "сдача второй записи"),
        _column("right_row", sa.Integer, "её строка листа «Участники»"),
        _column("undoes", sa.BigInteger, "номер отменяемого решения"),
        _column("decided_by", sa.Text, "кто решил: имя учётной записи или должность", nullable=False),
        _column("ground", sa.Text, "на чём основано: documents, institution или other"),
        schema=JOURNAL, comment="Решения о людях: одна запись или разные; строки только добавляются",
    )  # fmt: skip


_ROW_COUNTS = {
    "rows_read": "строк прочитано",
    "rows_stored": "строк загружено",
    "rows_quarantined": "строк в карантине",
    "rows_skipped": "строк пропущено",
}


def _ledger(metadata: sa.MetaData) -> None:
    sa.Table(
        "deliveries", metadata,
        _column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        _column("delivery", sa.Text, "ключ сдачи: 16 знаков хеша папки, байтов и порядка повторения",
                unique=True, nullable=False),
        _column("institution_code", sa.Text, "чья папка: организация-отправитель", nullable=False),
        _column("as_of", sa.Date, "отчётная дата; пусто, если не прочитана"),
        _column("known_at", Time, "когда стало известно", nullable=False),
        _column("received_at", Time, "когда получено", nullable=False),
        _column("sha256", sa.Text, "хеш полученных байтов", nullable=False),
        _column("content_hash", sa.Text, "хеш прочитанного содержания"),
        _column("verdict", sa.Text, "accepted, accepted_with_errors, rejected или duplicate", nullable=False),
        _column("duplicate_of", sa.Text, "какую сдачу повторяет"),
        _column("late", sa.Boolean, "истина, если получено после срока"),
        _column("ruleset", sa.Text, "версия правил, по которым судили", nullable=False),
        _column("basis", sa.Text, "хеш всего, от чего зависел вердикт, кроме байтов", nullable=False),
        _column("rows_read", sa.Integer, "строк прочитано", nullable=False),
        _column("rows_stored", sa.Integer, "строк загружено", nullable=False),
        _column("rows_quarantined", sa.Integer, "строк в карантине", nullable=False),
        _column("rows_skipped", sa.Integer, "строк пропущено по правилу (пустые, «Итого»)", nullable=False),
        _column("enrolled", sa.BigInteger, "обучающихся по листу «Контингент»"),
        _column("involved", sa.BigInteger, "разных обучающихся, вовлечённых в отчётном году"),
        _column("arrived_seq", sa.BigInteger, "у сдачи, суждённой заново, номер записи, с которой получен её файл"),
        schema=MENTORING, comment="Ведомость сдач: каждый полученный файл и его вердикт",
    )  # fmt: skip
    sa.Table(
        "withdrawals", metadata,
        _column("seq", sa.BigInteger, "номер записи журнала", primary_key=True, autoincrement=False),
        _column("delivery", sa.Text, "отозванная сдача", nullable=False),
        schema=MENTORING, comment="Отзывы: сдача не действует с этой записи журнала",
    )  # fmt: skip
    sa.Table(
        "pending_receipts", metadata, _delivery(),
        schema=MENTORING, comment="Сдачи, протокол которых ещё не записан",
    )  # fmt: skip
    sa.Table(
        "sheet_counts", metadata, _delivery(),
        _column("sheet", sa.Text, "имя листа", nullable=False),
        *(_column(name, sa.Integer, words, nullable=False) for name, words in _ROW_COUNTS.items()),
        schema=MENTORING, comment="Счёт строк каждого листа каждой сдачи: прочитано = загружено + карантин + пропущено",
    )  # fmt: skip


def _findings(metadata: sa.MetaData) -> None:
    sa.Table(
        "findings", metadata,
        _delivery(),
        _column("number", sa.Integer, "номер замечания в сдаче", nullable=False),
        _column("ruleset", sa.Text, "версия правил", nullable=False),
        _column("sheet", sa.Text, "название листа; пусто, если замечание ко всему файлу"),
        _column("row", sa.Integer, "строка листа"),
        _column("letter", sa.Text, "буква столбца Excel"),
        _column("column", sa.Text, "имя столбца формы"),
        _column("rule", sa.Text, "код правила", nullable=False),
        _column("severity", sa.Text, "fatal, error или warning", nullable=False),
        _column("detail", sa.Text, "чего ожидали; никогда не значение ячейки"),
        schema=MENTORING, comment="Замечания к сдачам, с местом в присланном файле",
    )  # fmt: skip


def _derived(metadata: sa.MetaData) -> None:
    sa.Table(
        "participations", metadata,
        _delivery(),
        _column("row", sa.Integer, "строка листа «Пары»", nullable=False),
        _column("role", sa.Text, "наставник или наставляемый", nullable=False),
        _column("participant_row", sa.Integer, "строка листа «Участники»", nullable=False),
        *_tokens(),
        _column("category", sa.Text, "категория участника", nullable=False),
        _column("age", sa.Integer, "полных лет на 1 января года после отчётного"),
        _column("form", sa.Text, "форма наставничества", nullable=False),
        _column("started_on", sa.Date, "дата начала пары", nullable=False),
        _column("ended_on", sa.Date, "дата завершения пары; пусто, пока работает"),
        schema=MENTORING, comment="Участие: строка пары × роль, с токенами человека",
    )  # fmt: skip
    sa.Table(
        "lake_files", metadata, _delivery(),
        _column("name", sa.Text, "лист или таблица", nullable=False),
        _column("path", sa.Text, "путь внутри озера", nullable=False),
        _column("sha256", sa.Text, "хеш файла", nullable=False),
        _column("rows", sa.Integer, "строк этой сдачи в файле", nullable=False),
        schema=MENTORING, comment="Опись озера: файл есть, только если он здесь назван",
    )  # fmt: skip


def _decided(metadata: sa.MetaData) -> None:
    sa.Table(
        "decided_people", metadata,
        _column("from_seq", sa.BigInteger, "номер записи журнала, с которой так", nullable=False),
        _column("snils_token", sa.Uuid(as_uuid=False), "ключевой токен СНИЛС; нули, если СНИЛС нет", nullable=False),
        _column("name_token", sa.Uuid(as_uuid=False), "ключевой токен ФИО и даты рождения", nullable=False),
        _column("person", sa.Uuid(as_uuid=False), "чей это человек по решениям; пусто, если снова по правилу"),
        schema=MENTORING, comment="Чьи записи перешли к другому человеку по решениям, с какой записи журнала",
    )  # fmt: skip


def _releases(metadata: sa.MetaData) -> None:
    sa.Table(
        "releases", metadata,
        _column("release", sa.Text, "номер выпуска: отчётная дата и порядковый номер", primary_key=True),
        _column("as_of", sa.Date, "отчётная дата", nullable=False),
        _column("seq", sa.BigInteger, "номер записи журнала: что было известно", nullable=False),
        _column("known_at", Time, "время этой записи", nullable=False),
        _column("definition", sa.Text, "версия показателей", nullable=False),
        _column("figures_sha256", sa.Text, "хеш всех показателей выпуска", nullable=False),
        schema=MENTORING, comment="Выпуски: замороженные ряды показателей",
    )  # fmt: skip


@cache
def tables_of(form: Form = FORM) -> sa.MetaData:
    """Return every table of the warehouse for a form, keyed «schema.table»."""
    metadata = sa.MetaData()
    _journal(metadata)
    destruction_tables(metadata, JOURNAL)
    explanation_tables(metadata, JOURNAL)
    restatement_tables(metadata, JOURNAL)
    held_tables(metadata, MENTORING)
    restated_tables(metadata, MENTORING)
    _ledger(metadata)
    _findings(metadata)
    reference_tables(metadata, MENTORING)
    for sheet in form.sheets:
        _sheet_table(metadata, sheet)
    _derived(metadata)
    _decided(metadata)
    _releases(metadata)
    add_indexes(metadata)
    return metadata


@cache
def vault_of() -> sa.MetaData:
    """Return the vault's one table: the personal columns of every sheet that has any, sealed."""
    metadata = sa.MetaData()
    sa.Table(
        "sealed", metadata,
        _column("delivery", sa.Text, "сдача: ключ таблицы deliveries", primary_key=True),
        _column("sheet", sa.Text, "имя листа", primary_key=True),
        _column("rows", sa.Integer, "строк внутри", nullable=False),
        _column("sealed", sa.LargeBinary, "личные столбцы строк листа, зашифрованы", nullable=False),
        schema=VAULT, comment="Личные сведения: по строке на лист сдачи, зашифрованы ключом хранения",
    )  # fmt: skip
    return metadata


def table(name: str, form: Form = FORM) -> sa.Table:
    """Return a table of schema `mentoring` by its name."""
    return tables_of(form).tables[f"{MENTORING}.{name}"]


def entries() -> sa.Table:
    """Return the journal's table of entries."""
    return tables_of().tables[f"{JOURNAL}.entries"]


def decisions() -> sa.Table:
    """Return the journal's table of decisions about people."""
    return tables_of().tables[f"{JOURNAL}.decisions"]


def erasures() -> sa.Table:
    """Return the journal's table of people whose identity was erased."""
    return tables_of().tables[f"{JOURNAL}.erasures"]


def restatements() -> sa.Table:
    """Return the journal's table of restatements."""
    return tables_of().tables[f"{JOURNAL}.restatements"]


def destructions() -> sa.Table:
    """Return the journal's table of what was destroyed."""
    return tables_of().tables[f"{JOURNAL}.destructions"]
