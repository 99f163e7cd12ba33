"""Who may do what on a PostgreSQL warehouse: four group roles, and everything closed to everybody else.

Nobody's rights are left to defaults: what a former run or a hand granted to these roles is taken back first.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from warehouse.installation.settings import Misconfigured
from warehouse.tables.tables import JOURNAL, MENTORING, VAULT, vault_of

ANALYST, OFFICER, CLERK, ENGINEER = (f"nastavnik_{name}" for name in ("analyst", "officer", "clerk", "engineer"))
ROLES = (ANALYST, OFFICER, CLERK, ENGINEER)
ALL = ", ".join(ROLES)
SCHEMAS = (MENTORING, JOURNAL, VAULT)
NOT_FOR_ANALYSTS = ("pending_receipts", "lake_files", "fingerprints")  # the work of the program, not its results
# What `mentoring.kpi` needs of the journal; the rest of an entry tells who sent what file.
KNOWN = ("seq", "known_at", "event")
NOT_PERSONAL = ("delivery", "sheet", "rows")  # of the vault's table: what keeping and forgetting go by


def statements(connection: sa.Connection) -> list[str]:
    """Return the statements that bring roles and rights to what they shall be, in their order.

    To be run in one transaction by the owner of the database, who may create roles.
    """
    quote = connection.dialect.identifier_preparer.quote
    database = quote(connection.exec_driver_sql("SELECT current_database()").scalar_one())
    owner = sa.text("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = :name")
    service = quote(connection.execute(owner, {"name": MENTORING}).scalar_one())
    return [
        *_roles(),
        *_nothing_for_anybody(database),
        *_grants(database),
        *_of_what_comes(service),
    ]


def apply(connection: sa.Connection) -> int:
    """Run the statements; return how many. Raises Misconfigured where the account may not."""
    made = statements(connection)
    try:
        for statement in made:
            connection.exec_driver_sql(statement)
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":  # insufficient_privilege
            raise
        raise Misconfigured(
            "Этой учётной записи PostgreSQL прав не хватает: роли создаёт владелец базы с правом CREATEROLE. "
            "Передайте администратору то, что печатает nastavnik roles apply --dry-run."
        ) from None
    return len(made)


def _roles() -> Iterator[str]:
    """Make the roles where there are none; nobody logs in as one, people's own roles are granted them."""
    for role in ROLES:
        yield f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        yield f"ALTER ROLE {role} NOLOGIN"
    yield f"GRANT {ANALYST} TO {OFFICER}, {CLERK}, {ENGINEER}"


def _nothing_for_anybody(database: str) -> Iterator[str]:
    everybody = f"PUBLIC, {ALL}"
    yield f"REVOKE CONNECT, CREATE, TEMPORARY ON DATABASE {database} FROM {everybody}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {everybody}"
    for schema in SCHEMAS:
        yield f"REVOKE ALL ON SCHEMA {schema} FROM {everybody}"
        for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {everybody}"


def _grants(database: str) -> Iterator[str]:
    yield f"GRANT CONNECT ON DATABASE {database} TO {ALL}"
    yield from _reading()
    yield from _deciding()
    yield from _running()


def _reading() -> Iterator[str]:
    """The analyst: tables, views and the series; of the journal, only what the series asks it."""
    hidden = ", ".join(f"{MENTORING}.{name}" for name in NOT_FOR_ANALYSTS)
    yield f"GRANT USAGE ON SCHEMA {MENTORING}, {JOURNAL} TO {ANALYST}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {MENTORING} TO {ANALYST}"
    yield f"REVOKE SELECT ON {hidden} FROM {ANALYST}"
    yield f"GRANT SELECT ({', '.join(KNOWN)}) ON {JOURNAL}.entries TO {ANALYST}"
    yield f"GRANT EXECUTE ON FUNCTION {MENTORING}.kpi TO {ANALYST}"


def _deciding() -> Iterator[str]:
    """Both confirm what is held; the officer releases; the clerk reads the vault, decides on people, withdraws."""
    both = f"{OFFICER}, {CLERK}"
    yield f"GRANT SELECT, INSERT ON {JOURNAL}.entries TO {both}"
    yield f"GRANT SELECT ON {JOURNAL}.decisions, {JOURNAL}.erasures, {JOURNAL}.destructions TO {both}"
    yield f"GRANT SELECT ON {JOURNAL}.restatements TO {both}"
    yield f"GRANT SELECT, INSERT ON {JOURNAL}.notes, {JOURNAL}.explanations TO {both}"
    yield f"GRANT SELECT ON {MENTORING}.fingerprints TO {both}"
    # What decisions come to is told anew whenever the journal grows.
    yield f"GRANT INSERT, DELETE ON {MENTORING}.decided_people TO {both}"
    yield f"GRANT INSERT ON {MENTORING}.confirmations, {MENTORING}.pending_receipts TO {both}"
    yield f"GRANT SELECT ON {MENTORING}.lake_files TO {OFFICER}"
    yield f"GRANT INSERT ON {MENTORING}.releases TO {OFFICER}"
    yield f"GRANT INSERT ON {JOURNAL}.decisions, {MENTORING}.withdrawals TO {CLERK}"
    yield f"GRANT USAGE ON SCHEMA {VAULT} TO {CLERK}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {VAULT} TO {CLERK}"


def _running() -> Iterator[str]:
    """The engineer runs everything: the journal is only added to, the vault written and not read."""
    yield f"GRANT USAGE ON SCHEMA {VAULT} TO {ENGINEER}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {MENTORING} TO {ENGINEER}"
    yield f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {JOURNAL} TO {ENGINEER}"
    for table in vault_of().tables.values():
        readable = ", ".join(column.name for column in table.columns if column.name in NOT_PERSONAL)
        yield f"GRANT INSERT, DELETE ON {VAULT}.{table.name} TO {ENGINEER}"
        yield f"GRANT SELECT ({readable}) ON {VAULT}.{table.name} TO {ENGINEER}"


def _of_what_comes(service: str) -> Iterator[str]:
    """Rights to whatever the service account makes later: closed to PUBLIC, the schemas' own readers read it."""
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {service} REVOKE EXECUTE ON ROUTINES FROM PUBLIC"
    later = {
        MENTORING: {("SELECT", "TABLES"): ANALYST, ("INSERT, UPDATE, DELETE", "TABLES"): ENGINEER,
                    ("EXECUTE", "ROUTINES"): ANALYST},
        JOURNAL: {("SELECT, INSERT", "TABLES"): ENGINEER},
        VAULT: {("SELECT", "TABLES"): CLERK, ("INSERT, DELETE", "TABLES"): ENGINEER},
    }  # fmt: skip
    for schema, granted in later.items():
        where = f"ALTER DEFAULT PRIVILEGES FOR ROLE {service} IN SCHEMA {schema}"
        for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
            yield f"{where} REVOKE ALL ON {kind} FROM PUBLIC, {ALL}"
        for (rights, kind), role in granted.items():
            yield f"{where} GRANT {rights} ON {kind} TO {role}"


def require_server(embedded: bool) -> None:
    """Raise Misconfigured where the warehouse is a file: the rights to a file are those of the file."""
    if embedded:
        raise Misconfigured(
            "Хранилище — файл DuckDB: ролей внутри него нет, читает его тот, кому доступен файл. Файлы открыты только "
            "владельцу; аналитикам отдают отдельный файл без личных сведений: nastavnik analysis -o ФАЙЛ. "
            "Роли есть на PostgreSQL (NASTAVNIK_WAREHOUSE_URL)."
        )
