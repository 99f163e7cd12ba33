"""The desk opened: the analysts' DuckDB file, or a server's warehouse by the analyst's role."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from warehouse.access.roles import ANALYST
from warehouse.desk.asking import asked
from warehouse.installation.engine import open_engine
from warehouse.installation.settings import Misconfigured, Settings, read_settings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NOT_GRANTED = ("42501", "42704", "22023")  # no right to the role, or no such role


@dataclass(frozen=True)
class Analysis:
    """An open desk: `engine` for SQLAlchemy and what stands on it, `arrow` and `frame` for a question in SQL."""

    engine: sa.Engine
    seconds: float

    def arrow(self, sql: str) -> pa.Table:
        """Ask one question that only reads; return its rows as Arrow. Errors are the driver's own."""
        with self.engine.connect() as connection:
            return asked(connection, sql, self.seconds)

    def frame(self, sql: str) -> pd.DataFrame:
        """Ask one question; return a pandas frame, dates as dates, decimals as numbers to count with."""
        return _countable(self.arrow(sql)).to_pandas(date_as_object=False)

    def close(self) -> None:
        """Let the file or the server go."""
        self.engine.dispose()

    def __enter__(self) -> Analysis:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def open_desk(source: str | Path | None, seconds: float) -> Analysis:
    """Open an analysts' file by its path, a server by its URL, or for None what the settings name.

    Of an embedded home the analysts' file is made anew first, where anything became known since.
    """
    if source is None:
        settings = read_settings()
        source = _fresh_file(settings) if settings.embedded else settings.warehouse_url
    if isinstance(source, str) and source.startswith("postgresql"):
        return Analysis(_served(source), seconds)
    path = Path(source)
    if not path.is_file():
        raise Misconfigured(f"Файла {path} нет. Его делает команда nastavnik analysis -o ФАЙЛ.")
    return Analysis(open_engine(f"duckdb:///{path.absolute()}", read_only=True), seconds)


def _fresh_file(settings: Settings) -> Path:
    from warehouse.desk.analysis import make_analysis
    from warehouse.installation.home import opened

    with opened(settings, datetime.now(UTC)) as home:
        return make_analysis(home).path


def _served(url: str) -> sa.Engine:
    """Return an engine whose every session is an analyst's, reads only, and is told so before anything else."""
    engine = open_engine(url)
    sa.event.listen(engine, "connect", _as_analyst)
    with _role_required(), engine.connect():
        pass
    return engine


def _as_analyst(driver: Any, _: Any) -> None:
    driver.execute(f"SET ROLE {ANALYST}")
    driver.execute("SET default_transaction_read_only = on")
    driver.commit()


@contextlib.contextmanager
def _role_required() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in NOT_GRANTED:
            raise
        raise Misconfigured(
            f"Этой учётной записи PostgreSQL не выдана роль {ANALYST}. Её выдаёт владелец базы: "
            f"nastavnik roles apply, затем GRANT {ANALYST} TO имя."
        ) from None


def _countable(rows: pa.Table) -> pa.Table:
    """Decimals as numbers that pandas counts with: whole ones where nothing stands after the point, else floats."""
    import pyarrow as pa

    for place, one in enumerate(rows.schema):
        if pa.types.is_decimal(one.type):
            rows = rows.set_column(place, one.name, _counted(rows.column(place), one.type.scale))
    return rows


def _counted(column: pa.ChunkedArray, scale: int) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return column.cast(pa.float64() if scale else pa.int64())
    except pa.ArrowInvalid:  # more than an int64 holds
        return column.cast(pa.float64())
