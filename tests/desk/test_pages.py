"""What the page and the notebook show is run: every question, every program, every address; commands by tests/pages."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from tests.cli.conftest import runner
from tests.desk.star_promises import VIEWS
from warehouse.desk.opening import Analysis

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "analysts/analysts-desk.md").read_text(encoding="utf-8")
THEIRS = "/srv/analysts/nastavnik.duckdb"  # where the page says the file is


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def questions() -> list[str]:
    return [one.strip() for block in blocks("sql") for one in block.split(";") if one.strip()]


@pytest.mark.parametrize("question", questions(), ids=lambda text: text[:40])
def test_a_question_has_an_answer(desk: Analysis, question: str) -> None:
    assert desk.arrow(question).num_rows


def test_programs_run(file: Path) -> None:
    (program,) = blocks("python")
    told: dict[str, object] = {}
    exec(program.replace(THEIRS, str(file)), told)
    assert len(told["shares"]) > 5  # type: ignore[arg-type]
    assert told["pairs"].num_rows  # type: ignore[attr-defined]
    assert told["dates"]


def test_addresses_are_opened_by_sqlalchemy_alone(file: Path, tmp_path: Path) -> None:
    """As Superset does: an engine from the address, names by inspection, a question."""
    file = Path(shutil.copy(file, tmp_path))  # one process opens a file in one way
    (address,) = re.findall(r"`(duckdb:///[^`]+)`", PAGE)
    engine = sa.create_engine(address.replace(THEIRS, str(file)))
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        assert {view.name for view in VIEWS} <= set(inspector.get_view_names("mentoring"))
        told = [column["name"] for column in inspector.get_columns("fact_pairs", schema="mentoring")]
        assert told == [column.name for view in VIEWS if view.name == "fact_pairs" for column in view.columns]
        assert connection.exec_driver_sql("SELECT count(*) FROM mentoring.fact_pairs").scalar_one()
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("DELETE FROM mentoring.releases")
    engine.dispose()


def test_views_leave_as_parquet(lived: Path, tmp_path: Path) -> None:
    path = tmp_path / "fact_participation.parquet"
    assert runner(lived)("sql", "SELECT * FROM mentoring.fact_participation", "-o", path).exit_code == 0
    assert pq.read_table(path).column_names[:2] == ["as_of", "institution_key"]


def test_the_notebook_runs(lived: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setenv("NASTAVNIK_HOME", str(lived))
    told = runpy.run_path(str(DOCS / "analysts/notebook/questions.py"))
    assert [len(told[name]) > 0 for name in ("involved", "official", "by_age", "outcomes", "load", "histories")] == [
        True
    ] * 6
    shown = capsys.readouterr().out
    assert "Вовлечено обучающихся" in shown and "Пробный" not in shown


def test_the_package_alone_costs_nothing() -> None:
    program = "import sys, warehouse; print(sorted({'pandas', 'pyarrow', 'sqlalchemy', 'duckdb'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
