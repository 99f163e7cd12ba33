"""The settings of one installation, read once at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.reading.limits import Limits

KNOWN = {
    "NASTAVNIK_HOME",
    "NASTAVNIK_INBOX",
    "NASTAVNIK_WAREHOUSE_URL",
    "NASTAVNIK_KEY_FILE",
    "NASTAVNIK_TIMEZONE",
    "NASTAVNIK_WORKERS",
    "NASTAVNIK_BATCH",
    "NASTAVNIK_SETTLE_SECONDS",
    "NASTAVNIK_MOVED_POINTS",
    "NASTAVNIK_SMTP_URL",
    "NASTAVNIK_MAIL_FROM",
    "NASTAVNIK_SIGN_PASSPHRASE",  # read by `nastavnik sign` alone
}


class Misconfigured(Exception):
    """A setting that the operator must mend; its text is shown to them as it is."""


@dataclass(frozen=True)
class Settings:
    """Where everything lies and within which bounds it works."""

    home: Path
    inbox: Path
    warehouse_url: str
    key_file: Path
    timezone: ZoneInfo = ZoneInfo("Europe/Moscow")  # deadlines end at midnight here
    workers: int = 2  # reading processes
    batch: int = 400  # deliveries judged together: GX costs a batch, memory grows with it
    settle_seconds: float = 2.0  # a file younger than this is looked at twice
    moved_points: float = 25.0  # percentage points a share may move in a year untold: the order's targets rise by 20
    smtp_url: str | None = None
    mail_from: str = "nastavnik@localhost"
    limits: Limits = field(default_factory=Limits)

    @property
    def embedded(self) -> bool:
        """Whether the warehouse is our own DuckDB file."""
        return self.warehouse_url.startswith("duckdb:")

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
    def forms(self) -> Path:
        """Official forms by institution: files with names in them."""
        return self.home / "forms"

    @property
    def run(self) -> Path:
        """Locks, half-written files and Prefect's own folder."""
        return self.home / "run"


def _positive(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1
    if value < 0:
        raise Misconfigured(f"{name}: ожидается неотрицательное число, а задано «{text}».")
    return value


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
        inbox=Path(environ.get("NASTAVNIK_INBOX") or home / "inbox").expanduser().absolute(),
        warehouse_url=environ.get("NASTAVNIK_WAREHOUSE_URL") or f"duckdb:///{home / 'warehouse.duckdb'}",
        key_file=Path(environ.get("NASTAVNIK_KEY_FILE") or home / "key").expanduser().absolute(),
        timezone=timezone,
        workers=max(1, int(_positive(environ, "NASTAVNIK_WORKERS", 2))),
        batch=max(1, int(_positive(environ, "NASTAVNIK_BATCH", 400))),
        settle_seconds=_positive(environ, "NASTAVNIK_SETTLE_SECONDS", 2.0),
        moved_points=_positive(environ, "NASTAVNIK_MOVED_POINTS", 25.0),
        smtp_url=environ.get("NASTAVNIK_SMTP_URL") or None,
        mail_from=environ.get("NASTAVNIK_MAIL_FROM") or "nastavnik@localhost",
    )
