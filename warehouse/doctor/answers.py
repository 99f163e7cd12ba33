"""Answers of checks, and what a check may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from warehouse.installation.settings import Settings


class Level(StrEnum):
    """How things are."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Answer:
    """What one check found, and what to do about it; neither names a person."""

    level: Level
    told: str
    advice: str = ""


@dataclass(frozen=True)
class Look:
    """What a check looks at; `connection` is None where the database cannot be read now."""

    settings: Settings
    at: datetime
    connection: sa.Connection | None = field(default=None, repr=False)

    def reading(self) -> sa.Connection:
        """Return the connection; raise NotNow where there is none."""
        if self.connection is None:
            raise NotNow
        return self.connection


class NotNow(Exception):
    """The database is at work for others, or there is none yet: what is in it is not looked at."""


def ok(told: str) -> Answer:
    """Answer that all is well."""
    return Answer(Level.OK, told)


def warn(told: str, advice: str) -> Answer:
    """Answer that a person should look, though nothing stands still."""
    return Answer(Level.WARN, told, advice)


def fail(told: str, advice: str) -> Answer:
    """Answer that something does not work."""
    return Answer(Level.FAIL, told, advice)
