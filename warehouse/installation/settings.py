"""The settings of one installation, read once at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.reading.limits import Limits
from warehouse.channels.address import Address, channels_in, outbox_of, own_inbox
from warehouse.installation import settings_words as words
from warehouse.installation.settings_known import KNOWN
from warehouse.installation.settings_words import REMIND_DAYS, Misconfigured
from warehouse.watch.events import Log

__all__ = ["KNOWN", "KeySource", "MarkedByMail", "Misconfigured", "Settings", "Source", "key_file", "read_settings"]


class MarkedByMail(StrEnum):
    """Whether a marked workbook, which holds names, travels with the notice of its delivery."""

    NEVER = "never"
    ENCRYPTED = "encrypted"  # under the institution's password


class Source(StrEnum):
    """Where a master key comes from."""

    FILE = "file"
    ENVIRONMENT = "environment"
    COMMAND = "command"


@dataclass(frozen=True)
class KeySource:
    """One source of a master key: the setting that names it, and a path, hexadecimal digits or a command line."""

    kind: Source
    setting: str
    value: str = field(repr=False)

    @property
    def file(self) -> Path:
        """The path of a key file."""
        assert self.kind is Source.FILE
        return Path(self.value)


@dataclass(frozen=True)
class Settings:
    """Where everything lies and within which bounds it works."""

    home: Path
    inbox: Path  # our own folder
    warehouse_url: str
    key: KeySource
    timezone: ZoneInfo = ZoneInfo("Europe/Moscow")  # deadlines end at midnight here
    workers: int = 2  # reading processes
    batch: int = 360  # deliveries judged together: GX costs a batch, memory grows with it
    settle_seconds: float = 2.0  # a file younger than this is looked at twice
    moved_points: float = 25.0  # percentage points a share may move in a year untold: the order's targets rise by 20
    hold_drop: int = 0  # per cent of involved pupils lost, over which a delivery is held; 0: none is
    small_cell: int = 5  # the smallest count of people that a public package shows
    smtp_url: str | None = field(default=None, repr=False)  # may hold a password
    smtp_ca_file: Path | None = None  # whose certificates alone are trusted
    smtp_unencrypted: bool = False  # whether letters may leave this machine in the open
    mail_from: str = "nastavnik@localhost"
    mail_department: tuple[str, ...] = ()  # who is told which institutions owe
    mail_marked: MarkedByMail = MarkedByMail.NEVER
    remind_days: tuple[int, ...] = REMIND_DAYS
    contact: str | None = None  # whom an institution may ask, in every text it gets
    new_key: KeySource | None = None  # what `nastavnik keys rotate` goes over to
    actor: str | None = None  # who acts, in the audit journal
    backup: Path | None = None  # where backups are added
    alarm_to: tuple[str, ...] = ()  # operators, told by e-mail when a night goes wrong
    log: Log = Log.NONE  # how events are written to the error stream
    metrics_file: Path | None = None  # where figures for Prometheus are written when a run ends
    keep_received_years: int = 0  # periods of retention; 0 is for ever: what an operator has not decided, nobody does
    keep_identities_years: int = 0
    keep_receipts_years: int = 0
    keep_rejected_days: int = 0
    channels: tuple[Address, ...] = ()  # inboxes elsewhere
    outbox: Address | None = None  # where receipts are put beside our own folder
    limits: Limits = field(default_factory=Limits)

    @property
    def embedded(self) -> bool:
        """Whether the warehouse is our own DuckDB file."""
        return self.warehouse_url.startswith("duckdb:")

    @property
    def inboxes(self) -> str:
        """What NASTAVNIK_INBOX is for another process: the same places, absolute."""
        elsewhere = [one.text for one in self.channels]
        return " ".join([self.inbox.as_uri(), *elsewhere]) if elsewhere else str(self.inbox)

    @property
    def received(self) -> Path:
        return self.home / "received"

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def receipts(self) -> Path:
        return self.home / "receipts"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def public(self) -> Path:
        """Packages for everybody: small counts are hidden in them."""
        return self.home / "public"

    @property
    def analysis(self) -> Path:
        """The analysts' own file: no names, no tokens."""
        return self.home / "analysis" / "nastavnik.duckdb"

    @property
    def forms(self) -> Path:
        """Official forms by institution: files with names in them."""
        return self.home / "forms"

    @property
    def templates(self) -> Path:
        """Workbooks to fill with an institution's last registry, by institution: files with names in them."""
        return self.home / "templates"

    @property
    def remains(self) -> Path:
        """What the judgement of destroyed files left, sealed."""
        return self.home / "remains"

    @property
    def notes(self) -> Path:
        """What people said in words, sealed."""
        return self.home / "notes"

    @property
    def acts(self) -> Path:
        """Acts of destruction."""
        return self.home / "acts"

    @property
    def run(self) -> Path:
        """Locks, half-written files and Prefect's own folder."""
        return self.home / "run"


def key_file(path: Path) -> KeySource:
    """Return a key file as a source."""
    return KeySource(Source.FILE, "NASTAVNIK_KEY_FILE", str(path.expanduser().absolute()))


def _only_key(environ: Mapping[str, str], prefix: str) -> KeySource | None:
    """Return the one source that is set; one set to nothing is set: it must not lead to another key in silence."""
    kinds = {f"{prefix}KEY": Source.ENVIRONMENT, f"{prefix}KEY_COMMAND": Source.COMMAND}
    found = [KeySource(kind, name, environ[name]) for name, kind in kinds.items() if name in environ]
    if environ.get(f"{prefix}KEY_FILE"):
        found.append(key_file(Path(environ[f"{prefix}KEY_FILE"])))
    if len(found) > 1:
        raise Misconfigured(f"Ключ задан дважды: {', '.join(one.setting for one in found)}. Оставьте что-то одно.")
    return found[0] if found else None


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment; raise Misconfigured on one that cannot be meant."""
    unknown = sorted(name for name in environ if name.startswith("NASTAVNIK_") and name not in KNOWN)
    if unknown:
        raise Misconfigured(f"Неизвестные настройки: {', '.join(unknown)}. Известные: {', '.join(sorted(KNOWN))}.")
    home = Path(environ.get("NASTAVNIK_HOME") or Path.home() / "nastavnik").expanduser().absolute()
    try:
        timezone = ZoneInfo(environ.get("NASTAVNIK_TIMEZONE") or "Europe/Moscow")
    except (KeyError, ValueError) as error:
        raise Misconfigured("NASTAVNIK_TIMEZONE: нет такого часового пояса.") from error
    return Settings(
        home=home,
        inbox=own_inbox(environ.get("NASTAVNIK_INBOX", "")) or home / "inbox",
        channels=channels_in(environ.get("NASTAVNIK_INBOX", "")),
        outbox=outbox_of(environ.get("NASTAVNIK_OUTBOX", "")),
        warehouse_url=environ.get("NASTAVNIK_WAREHOUSE_URL") or f"duckdb:///{home / 'warehouse.duckdb'}",
        key=_only_key(environ, "NASTAVNIK_") or key_file(home / "key"),
        new_key=_only_key(environ, "NASTAVNIK_NEW_"),
        timezone=timezone,
        workers=max(1, int(words.positive(environ, "NASTAVNIK_WORKERS", 2))),
        batch=max(1, int(words.positive(environ, "NASTAVNIK_BATCH", 360))),
        settle_seconds=words.positive(environ, "NASTAVNIK_SETTLE_SECONDS", 2.0),
        moved_points=words.positive(environ, "NASTAVNIK_MOVED_POINTS", 25.0),
        hold_drop=words.whole(environ, "NASTAVNIK_HOLD_DROP", 99, "не удерживать"),
        small_cell=words.small_cell(environ),
        smtp_url=environ.get("NASTAVNIK_SMTP_URL") or None,
        smtp_ca_file=Path(ca).expanduser().absolute() if (ca := environ.get("NASTAVNIK_SMTP_CA_FILE")) else None,
        smtp_unencrypted=words.yes(environ, "NASTAVNIK_SMTP_UNENCRYPTED"),
        mail_from=environ.get("NASTAVNIK_MAIL_FROM") or "nastavnik@localhost",
        mail_department=words.addresses(environ, "NASTAVNIK_MAIL_DEPARTMENT"),
        mail_marked=MarkedByMail(words.one_of(environ, "NASTAVNIK_MAIL_MARKED", list(MarkedByMail))),
        remind_days=words.remind_days(environ),
        contact=words.contact(environ),
        actor=words.actor(environ),
        backup=Path(folder).expanduser().absolute() if (folder := environ.get("NASTAVNIK_BACKUP")) else None,
        alarm_to=words.addresses(environ, "NASTAVNIK_ALARM_TO"),
        log=Log(words.one_of(environ, "NASTAVNIK_LOG", list(Log))),
        metrics_file=Path(name).expanduser().absolute() if (name := environ.get("NASTAVNIK_METRICS_FILE")) else None,
        keep_received_years=words.period(environ, "NASTAVNIK_KEEP_RECEIVED_YEARS"),
        keep_identities_years=words.period(environ, "NASTAVNIK_KEEP_IDENTITIES_YEARS"),
        keep_receipts_years=words.period(environ, "NASTAVNIK_KEEP_RECEIPTS_YEARS"),
        keep_rejected_days=words.period(environ, "NASTAVNIK_KEEP_REJECTED_DAYS"),
    )
