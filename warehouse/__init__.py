"""The keeping and counting of mentoring records."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.desk.opening import Analysis


def open_analysis(source: str | Path | None = None, *, seconds: float = 60.0) -> Analysis:
    """Open what an analyst may read: an analysts' file, a PostgreSQL URL, or for None what the settings name.

    The result has `.engine` (SQLAlchemy), `.arrow(sql)` and `.frame(sql)`, and is closed by `with`. Nothing can be
    written through it; a question that takes longer than `seconds` is interrupted.
    """
    from warehouse.desk.opening import open_desk  # imported here: the package alone costs nothing

    return open_desk(source, seconds)
