"""A PostgreSQL that writes down all it is told, for an account that may not ask it to be quiet."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

LOUD = {"log_statement": "all", "log_error_verbosity": "default", "log_min_error_statement": "error"}


def talkative(database: str) -> str:
    """Have the server log every statement with its parameters; return the URL of an owner who is no superuser."""
    url, owner = sa.make_url(database), f"owner_{uuid.uuid4().hex[:8]}"
    with superuser(database) as session:
        session.execute(f"CREATE ROLE {owner} LOGIN")
        session.execute(f"ALTER DATABASE {url.database} OWNER TO {owner}")
        for name, value in LOUD.items():
            session.execute(f"ALTER DATABASE {url.database} SET {name} = '{value}'")
    return url.set(username=owner).render_as_string(hide_password=False)


def superuser(database: str) -> psycopg.Connection:
    """Open a database as whoever made the cluster."""
    url = sa.make_url(database)
    return psycopg.connect(host=url.query["host"], dbname=url.database, user="postgres", autocommit=True)


def log_of(database: str) -> bytes:
    """Return what the server wrote down so far, of every database."""
    return (Path(str(sa.make_url(database).query["host"])) / "log").read_bytes()


@contextmanager
def seen_at_work(database: str) -> Iterator[set[str]]:
    """Collect the texts that pg_stat_activity shows a superuser of other sessions, while the block runs."""
    seen: set[str] = set()
    ended = threading.Event()
    asked = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    def look() -> None:
        with superuser(database) as session:
            while not ended.wait(0.002):
                seen.update(text for (text,) in session.execute(asked))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        ended.set()
        watching.join()
