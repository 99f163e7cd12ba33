"""What a rule is: how grave, how worded, and the condition that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What becomes of the row or the submission that breaks a rule (rules.md)."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"

    @property
    def russian(self) -> str:
        return {"fatal": "отказ", "error": "ошибка", "warning": "предупреждение"}[self.value]


@dataclass(frozen=True)
class Rule:
    """One sentence a school can receive: what is wrong, and what to do.

    `problem` may name `{heading}` (of the form's column), `{allowed}` (what may stand there) and
    `{detail}` (what the check adds: a nearest value, a heading, a limit; never a cell's value).
    """

    id: str
    severity: Severity
    title: str
    problem: str
    remedy: str
    applies_to: str


@dataclass(frozen=True)
class Check:
    """A rule tied to a relation of the staged batch by the condition that good rows fulfil.

    `good` is DuckDB SQL over the relation; NULL counts as good. `detail` is SQL for the message.
    """

    rule: str
    relation: str
    good: str
    sheet: str | None = None  # name of the sheet the finding points into
    column: str | None = None
    detail: str | None = None

    @property
    def bad(self) -> str:
        return f"NOT coalesce(({self.good}), TRUE)"
