"""The engine gives right rows where DuckDB alone does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from expectations.staging import Staging
from warehouse.installation import home
from warehouse.installation.engine import LARGE_ROWS, give_back, open_engine, open_file_of_large_rows
from warehouse.installation.settings import Misconfigured

# Two joins of one view over different columns: DuckDB 2.0.1's optimizer `common_subplan` takes them for the same.
WORLD = """
    CREATE TABLE people AS SELECT * FROM (VALUES ('d', 2, 'a', 'mentor'), ('d', 3, 'b', 'mentee')) t(delivery, row, id, role);
    CREATE TABLE quarantined (delivery VARCHAR, row INTEGER, sheet VARCHAR);
    CREATE VIEW good_people AS SELECT * FROM people ANTI JOIN (SELECT delivery, row FROM quarantined WHERE sheet = 'p') USING (delivery, row);
    CREATE TABLE pairs AS SELECT * FROM (VALUES ('d', 1, 'a', 'b')) t(delivery, row, mentor, mentee);
    CREATE VIEW judged AS
        SELECT pairs.*, m.row AS mentor_row, e.row AS mentee_row, row_number() OVER (PARTITION BY pairs.delivery, pairs.mentor ORDER BY pairs.row) AS copy
        FROM pairs LEFT JOIN good_people m ON m.delivery = pairs.delivery AND m.id = pairs.mentor
        LEFT JOIN good_people e ON e.delivery = pairs.delivery AND e.id = pairs.mentee;
    CREATE VIEW good_pairs AS SELECT * FROM judged ANTI JOIN (SELECT delivery, row FROM quarantined WHERE sheet = 'q') USING (delivery, row)
"""
QUESTION = """
    SELECT 'mentor' AS role, p.role AS found FROM good_pairs q JOIN people p ON p.delivery = q.delivery AND p.row = q.mentor_row
    UNION ALL
    SELECT 'mentee', p.role FROM good_pairs q JOIN people p ON p.delivery = q.delivery AND p.row = q.mentee_row
"""
Ask = Callable[[str], list[tuple]]


OPENINGS: dict[str, Callable[[Path], sa.Engine]] = {
    "warehouse": lambda file: open_engine(f"duckdb:///{file}"),
    "vault": open_file_of_large_rows,
}


@pytest.fixture(params=[
    "warehouse", "warehouse, opened again", "vault", "vault, opened again", "staging", "staging as GX sees it",
])  # fmt: skip
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    """A connection as the product opens it."""
    if request.param.startswith("staging"):
        with Staging() as staging:
            yield staging.run if request.param == "staging" else lambda text: _through(staging.engine, text)
        return
    engine = OPENINGS[request.param.partition(",")[0]](tmp_path / "w.duckdb")
    if "again" in request.param:
        engine.connect().close()
    with engine.connect() as connection:
        yield lambda text: _read(connection.exec_driver_sql(text))
    engine.dispose()


def _through(engine: sa.Engine, text: str) -> list[tuple]:
    with engine.connect() as connection:
        return _read(connection.exec_driver_sql(text))


def _read(result: sa.CursorResult) -> list[tuple]:
    return [tuple(row) for row in result.all()]


def test_two_joins_of_one_view_are_two_joins(ask: Ask) -> None:
    for statement in WORLD.split(";"):
        ask(statement)
    assert sorted(ask(QUESTION)) == [("mentee", "mentee"), ("mentor", "mentor")]


def test_nothing_is_installed_by_itself(ask: Ask) -> None:
    names = "'autoinstall_known_extensions', 'autoload_known_extensions'"
    assert dict(ask(f"SELECT name, value FROM duckdb_settings() WHERE name IN ({names})")) == {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


@pytest.mark.parametrize("kept", OPENINGS)
def test_nothing_outside_is_read(tmp_path: Path, kept: str) -> None:
    engine = OPENINGS[kept](tmp_path / "w.duckdb")
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="disabled"):
        connection.exec_driver_sql("SELECT * FROM read_text('/etc/hostname')")
    engine.dispose()


def test_large_rows_stay_in_small_groups(tmp_path: Path) -> None:
    """DuckDB puts groups together at a checkpoint, in memory: of a plain file all these rows would be one."""
    file = tmp_path / "O'Brien" / "vault.duckdb"
    file.parent.mkdir()
    for _ in range(4):
        engine = open_file_of_large_rows(file)
        with engine.begin() as connection, engine.connect() as another:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS kept.sealed (number INTEGER)")
            connection.exec_driver_sql("INSERT INTO sealed SELECT * FROM range(1500)")
            assert another.exec_driver_sql("SELECT current_database()").scalar() == "kept"
        engine.dispose()
    engine = open_file_of_large_rows(file, read_only=True)
    groups = (
        "SELECT sum(count) FROM pragma_storage_info('sealed') WHERE segment_type <> 'VALIDITY' GROUP BY row_group_id"
    )
    with engine.connect() as connection:
        rows = [count for (count,) in connection.exec_driver_sql(groups)]
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            connection.exec_driver_sql("DELETE FROM sealed")
    engine.dispose()
    assert sum(rows) == 4 * 1500
    assert max(rows) <= LARGE_ROWS


def test_pages_are_given_back_and_read_again(tmp_path: Path) -> None:
    engine = open_engine(f"duckdb:///{tmp_path / 'w.duckdb'}")

    def ask_one(text: str) -> object:
        with engine.begin() as connection:
            return connection.exec_driver_sql(text).scalar()

    held, limit = "SELECT sum(memory_usage_bytes) FROM duckdb_memory()", "SELECT current_setting('memory_limit')"
    ask_one("CREATE TABLE t AS SELECT hash(range) AS h FROM range(1000000)")
    ask_one("CHECKPOINT")
    told, before, most = ask_one("SELECT max(h) FROM t"), ask_one(held), ask_one(limit)
    give_back(engine)
    assert int(str(before)) > 4_000_000 > int(str(ask_one(held)))
    assert (ask_one("SELECT max(h) FROM t"), ask_one(limit)) == (told, most)
    engine.dispose()


def test_error_texts_hold_no_values(tmp_path: Path) -> None:
    engine = open_engine(f"duckdb:///{tmp_path / 'w.duckdb'}")
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as raised:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE surname = :surname"), {"surname": "Канарейкин"})
    assert "Канарейкин" not in str(raised.value)


@pytest.mark.parametrize("url", ["sqlite:///w.db", "mysql://host/w", "warehouse.duckdb"])
def test_another_engine_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        open_engine(url)


@pytest.mark.parametrize(
    "changed", ["expectations/rules/a.py", "warehouse/findings/b.py", "warehouse/indicators/v.toml"]
)
def test_whatever_code_changes_kept_answers_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for name in ("expectations/rules/a.py", "warehouse/findings/b.py", "warehouse/indicators/v.toml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("before")
    monkeypatch.setattr(home, "ROOT", tmp_path)
    before = home.version.__wrapped__()
    assert home.version.__wrapped__() == before
    (tmp_path / changed).write_text("after")
    assert home.version.__wrapped__() != before
