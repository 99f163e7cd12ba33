"""A served warehouse with its roles applied, and a login of each role."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.installations import installation, moscow, settings_for, take
from tests.workbooks import submission, write
from warehouse.access import roles
from warehouse.indicators.identity import SAME
from warehouse.installation.home import Home, opened
from warehouse.journal.decisions import Place, decide
from warehouse.tables.tables import table

CANARY = "Канарейкин"
# Made by the service account after the roles were applied: what a later version of the program may do.
LATER = f"""
CREATE TABLE personal.later (surname text); INSERT INTO personal.later SELECT '{CANARY}' FROM generate_series(1, 9);
CREATE TABLE journal.later (decided_by text); INSERT INTO journal.later SELECT '{CANARY}' FROM generate_series(1, 9);
CREATE TABLE mentoring.later (students int); INSERT INTO mentoring.later VALUES (7);
CREATE FUNCTION personal.told() RETURNS text LANGUAGE sql AS $$ SELECT surname FROM personal.later LIMIT 1 $$;
CREATE FUNCTION mentoring.told() RETURNS text LANGUAGE sql AS $$ SELECT surname FROM personal.later LIMIT 1 $$;
CREATE VIEW mentoring.names WITH (security_invoker = true) AS SELECT surname FROM personal.later;
ANALYZE personal.later; ANALYZE journal.later; ANALYZE journal.decisions;
"""


@dataclass
class Served:
    """The warehouse's URL as the service account, and who may log in."""

    folder: Path
    url: str
    suffix: str

    def url_of(self, who: str) -> str:
        """The URL of a login: of a role by its short name, `service`, or `nobody` who has no role."""
        return sa.make_url(self.url).set(username=f"{who}_{self.suffix}").render_as_string(hide_password=False)

    def opened(self, who: str, at: datetime, *, write: bool = True) -> AbstractContextManager[Home]:
        """The installation opened with a login's rights."""
        return opened(settings_for(self.folder / "home", self.url_of(who)), at, write=write)

    @contextmanager
    def session(self, who: str) -> Iterator[psycopg.Connection]:
        """A session of a login, as any program opens one."""
        url = sa.make_url(self.url)
        with psycopg.connect(
            host=url.query["host"], dbname=url.database, user=f"{who}_{self.suffix}", autocommit=True
        ) as opened:
            yield opened

    def refused(self, who: str, statement: str) -> str:
        """Run what must be refused for want of rights; return the refusal."""
        with self.session(who) as session:
            try:
                with session.transaction():
                    session.execute(statement)
            except psycopg.errors.InsufficientPrivilege as refusal:
                return str(refusal)
        raise AssertionError(f"{who}: {statement}")

    def ask(self, who: str, statement: str) -> list[tuple]:
        with self.session(who) as session:
            return session.execute(statement).fetchall()


@contextmanager
def served(folder: Path, database: str) -> Iterator[Served]:
    """Deliveries taken in by a service account that is no superuser, roles applied by it, later things made by it."""
    suffix = uuid.uuid4().hex[:8]
    url = sa.make_url(database)
    with psycopg.connect(host=url.query["host"], dbname=url.database, user=url.username, autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE service_{suffix} LOGIN CREATEROLE")
        superuser.execute(f"ALTER DATABASE {url.database} OWNER TO service_{suffix}")
        own = url.set(username=f"service_{suffix}").render_as_string(hide_password=False)
        with installation(folder / "home", own) as home:
            for code in ("NSH-S007", "NSH-S008"):
                write(home.settings.inbox / code / "a.xlsx", submission(code))
            take(home)
            _decide(home)
            with home.writing() as connection:
                roles.apply(connection)
        for name in ("analyst", "officer", "clerk", "engineer", "nobody"):
            superuser.execute(f"CREATE ROLE {name}_{suffix} LOGIN")
            if name != "nobody":
                superuser.execute(f"GRANT nastavnik_{name} TO {name}_{suffix}")
        made = Served(folder, own, suffix)
        with made.session("service") as session:
            session.execute(LATER)
        try:
            yield made
        finally:  # roles are the server's, not the database's: no other service account could change them
            for role in roles.ROLES:
                superuser.execute(f"DROP OWNED BY {role}")
                superuser.execute(f"DROP ROLE {role}")


def places(home: Home) -> list[Place]:
    """Rows of «Участники», by delivery and row."""
    people = table("participants")
    with home.reading() as connection:
        found = connection.execute(sa.select(people.c.delivery, people.c.row).order_by(people.c.delivery, people.c.row))
        return [Place(*row) for row in found]


def _decide(home: Home) -> None:
    one, other = places(home)[:2]
    with home.writing() as connection:
        decide(connection, SAME, one, other, moscow("2022-01-11 12:00"), f"{CANARY} И. И.", "other")
