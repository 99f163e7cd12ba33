"""The database: its schema, this account's rights, what deliveries are held against."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from warehouse.doctor.answers import Answer, Look, fail, ok, warn
from warehouse.installation.engine import open_engine
from warehouse.installation.settings import Misconfigured
from warehouse.installation.unfinished import require_none
from warehouse.journal.journal import known_by
from warehouse.register.reference import known_reference
from warehouse.schema.version import HEAD, KEPT_APART, VERSIONS, WAREHOUSE, changed_tables, number_of, require_head
from warehouse.storage.vault import vault_file
from warehouse.tables.tables import JOURNAL, MENTORING, VAULT

AHEAD = timedelta(days=92)  # a quarter: reporting dates come that often
NEEDED = {f"{JOURNAL}.entries": "INSERT", f"{MENTORING}.deliveries": "INSERT", f"{VAULT}.sealed": "INSERT"}


def schema(look: Look) -> Answer:
    """Is the schema this program's, of both stores?"""
    connection = look.reading()
    require_none(look.settings)
    require_head(number_of(connection, WAREHOUSE))
    if look.settings.embedded:
        engine = open_engine(f"duckdb:///{vault_file(look.settings)}", read_only=True)
        try:
            with engine.connect() as vault:
                require_head(number_of(vault, KEPT_APART))
        finally:
            engine.dispose()
    elif _may(connection, f"{VAULT}.{VERSIONS}", "SELECT"):
        require_head(number_of(connection, KEPT_APART))
    if changed := changed_tables(connection):
        return fail(f"таблицы другой версии программы: {', '.join(changed)}", "Выполните nastavnik upgrade.")
    return ok(f"номер {HEAD}")


def rights(look: Look) -> Answer:
    """May this account do a night's work?"""
    if look.settings.embedded:
        return ok("хранилище — свой файл")
    connection = look.reading()
    lacking = [name for name, right in NEEDED.items() if not _may(connection, name, right)]
    if lacking:
        return fail(
            f"учётной записи закрыто: {', '.join(lacking)}",
            "Запускайте приём от владельца базы или роли nastavnik_engineer: nastavnik roles apply.",
        )
    return ok("хватает")


def _may(connection: sa.Connection, name: str, right: str) -> bool:
    schema_ = name.partition(".")[0]
    usage = sa.func.has_schema_privilege(schema_, "USAGE")
    allowed = sa.case((usage, sa.func.has_table_privilege(name, right)), else_=sa.false())
    return bool(connection.execute(sa.select(allowed)).scalar())


def reference(look: Look) -> Answer:
    """Are there institutions, and reporting dates that are still to come, with targets?"""
    connection = look.reading()
    seq, today = known_by(connection, None), look.at.astimezone(look.settings.timezone).date()
    dates, targets = known_reference("reporting_dates", seq), known_reference("targets", seq)
    codes = known_reference("institutions", seq).c.code  # more than once where an institution changed
    count = connection.execute(sa.select(sa.func.count(codes.distinct()))).scalar_one()
    last = connection.execute(sa.select(sa.func.max(dates.c.as_of))).scalar()
    if not count or last is None:
        raise Misconfigured("Нет реестра или календаря. Загрузите справочники: nastavnik reference load ПАПКА.")
    if last < today + AHEAD:
        return warn(
            f"календарь отчётности кончается {last:%d.%m.%Y}",
            "Загрузите reporting_dates.csv и targets.csv следующих лет: nastavnik reference load ПАПКА.",
        )
    aimed = connection.execute(sa.select(sa.func.max(targets.c.as_of))).scalar()
    if aimed is None or aimed < today:
        return warn("целей на будущие даты нет", "Загрузите targets.csv: nastavnik reference load ПАПКА.")
    return ok(f"организаций {count}, календарь до {last:%d.%m.%Y}")
