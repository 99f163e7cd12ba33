"""Answers for programs: one convention of all commands, `--format json` and, where it is a table, `--format csv`.

An answer is the whole of the output stream, in UTF-8 whatever the terminal speaks: one JSON value or one CSV table.
What people should know beside it goes to the error stream; exit codes are those of the words.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from flows.cli.frame.kinds import OneOf
from flows.cli.frame.russian import Option

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

TABLE, CSV, JSON = "table", "csv", "json"


def form_option(*forms: str) -> Callable:
    """Return the option that chooses how a command answers; a person's form is the default."""
    words = "Вид ответа: table — читать, csv и json — для программ." if CSV in forms else (
        "Вид ответа: table — читать, json — для программ."
    )  # fmt: skip
    return click.option("--format", "form", cls=Option, type=OneOf([TABLE, *forms]), default=TABLE, help=words)


def put(text: str) -> None:
    """Write an answer for programs."""
    click.echo(text.encode(), nl=False)


def put_json(value: Any) -> None:
    """Write a JSON value: records as objects, moments and dates as texts of ISO 8601."""
    put(json_text(value, indent=1) + "\n")


def json_text(value: Any, indent: int | None = None) -> str:
    """Spell a value in JSON, on one line where no indent is asked for."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)


def put_figures(figures: pa.Table, form: str) -> None:
    """Write figures as CSV or as a JSON list of rows."""
    if form == CSV:
        from warehouse.release.extract import render_csv

        put(render_csv(figures).decode())
    else:
        put_json(figures.to_pylist())


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as programs read it, in the installation's own time."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    from warehouse.findings.listing import json_value

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else json_value(value)
