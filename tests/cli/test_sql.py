"""The command `sql`: answers, refusals without values, and a prompt in a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from tests.cli.conftest import Run

CANARY = "Канарейкин"
ROW = f"""SELECT 2 AS n, 1.50::decimal(5, 2) AS d, 'nan'::double AS nan, 1 = 1 AS ok, NULL AS nothing, '=1+1' AS f,
          date '2021-12-31' AS w, '{CANARY}' AS "a,b" """


@pytest.fixture(scope="module")
def run(collected: tuple[Run, Path, Result]) -> Run:
    return collected[0]


def test_an_answer_is_csv(run: Run) -> None:
    assert run("sql", ROW, "--format", "csv").stdout.splitlines() == [
        'n,d,nan,ok,nothing,f,w,"a,b"', f"2,1.50,nan,yes,,'=1+1,2021-12-31,{CANARY}"
    ]  # fmt: skip


def test_an_answer_is_json(run: Run) -> None:
    told = {"n": 2, "d": 1.5, "nan": None, "ok": True, "nothing": None, "f": "=1+1", "w": "2021-12-31", "a,b": CANARY}
    assert json.loads(run("sql", ROW, "--format", "json").stdout) == [told]
    assert json.loads(run("sql", f"{ROW} LIMIT 0", "--format", "json").stdout) == []


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_an_answer_is_a_file_of_its_name(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"answer{suffix}"
    answered = run("sql", "SELECT * FROM mentoring.fact_pairs", "-o", path)
    assert (answered.exit_code, answered.stdout.strip()) == (0, str(path))
    if suffix == ".parquet":
        assert pq.read_table(path).num_rows > 1
    else:
        assert path.read_text() == run("sql", "SELECT * FROM mentoring.fact_pairs", "--format", suffix[1:]).stdout


def test_the_screen_shows_the_first_rows(run: Run) -> None:
    shown = run("sql", "SELECT * FROM range(1200)").stdout
    assert "Показано строк: 1000 из 1200." in shown and " 1199" not in shown


def test_a_question_comes_by_the_standard_input(run: Run, collected: tuple[Run, Path, Result]) -> None:
    from click.testing import CliRunner

    from flows.cli.root import cli

    env = {"NASTAVNIK_HOME": str(collected[1])}
    answered = CliRunner(env=env).invoke(cli, ["sql", "--format", "csv"], input="SELECT 1 AS one;\n")
    assert (answered.exit_code, answered.stdout) == (0, "one\n1\n")


REFUSED = [
    ("SELECT nope FROM mentoring.fact_pairs", 2, "нет такого столбца. Строка 1, знак 8: nope."),
    ("SELECT 1\nFROM mentoring.nope", 2, "нет такой таблицы или представления. Строка 2, знак 6: mentoring.nope."),
    ("SELECT nope(1)", 2, "нет такой функции"),
    ("SELEC 1", 2, "запрос записан с ошибкой. Строка 1, знак 1: SELEC."),
    (f"SELECT CAST('{CANARY}' AS int)", 2, "значение не того вида"),
    (f"SELECT * FROM read_csv('/{CANARY}')", 2, "на это нет прав"),
    ("DELETE FROM mentoring.releases", 2, "здесь только читают"),
    ("CREATE TEMP TABLE mine AS SELECT 1", 2, "здесь только читают"),
    ("COPY mentoring.releases TO '/tmp/no.csv'", 2, "здесь только читают"),
    ("ATTACH ':memory:' AS other", 2, "здесь только читают"),
    ("SET threads = 1", 2, "здесь только читают"),
    ("SELECT 1; SELECT 2", 2, "здесь только читают"),
    ("", 2, "здесь только читают"),
    ("SELECT count(*) FROM range(10000000) a, range(1000000) b", 3, "время вышло"),
]


@pytest.mark.parametrize(("question", "code", "told"), REFUSED, ids=lambda value: str(value)[:24])
def test_a_refusal_tells_kind_and_place_and_no_value(run: Run, question: str, code: int, told: str) -> None:
    answered = run("sql", question, "--timeout", "1")
    assert (answered.exit_code, answered.stdout) == (code, "")
    assert told in answered.stderr and "Код: " in answered.stderr
    assert CANARY not in answered.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["SELECT 1", "-o", "a.xlsx"], "По имени файла вид ответа не понять"),
        (["SELECT 1", "--format", "parquet"], "Parquet пишется только в файл"),
        (["SELECT 1", "--file", "/no/such"], "нет такого файла"),
        (["SELECT 1", "--format", "table", "-o", "a.txt"], "В файл пишутся csv, json или parquet"),
    ],
)
def test_a_wrong_command_is_explained(run: Run, words: list[str], told: str) -> None:
    answered = run("sql", *words)
    assert (answered.exit_code, answered.stdout) == (2, "")
    assert told in answered.stderr


def read_until(terminal: int, *told: str) -> None:
    """Read a terminal until it has shown some texts, one after another."""
    shown, end = b"", time.monotonic() + 60
    while not re.search(".*".join(map(re.escape, told)), shown.decode(errors="replace"), re.S):
        assert time.monotonic() < end, shown.decode(errors="replace")
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096)


FIRST, FURTHER = "nastavnik=> ", "nastavnik-> "


@contextmanager
def typing(home: Path) -> Iterator[tuple[int, int]]:
    """Start the prompt in a terminal of its own; give the process and the terminal."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"NASTAVNIK_HOME": str(home), "TERM": "dumb"}
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test process may ignore Ctrl+C, and its children with it
        os.execv(sys.executable, [sys.executable, "-c", "from flows.cli import main; main()", "sql", "--timeout", "50"])
    try:
        yield process, terminal
    finally:
        os.close(terminal)  # what still runs loses its terminal, and ends


@pytest.mark.slow
def test_a_terminal_is_asked_one_question_after_another(collected: tuple[Run, Path, Result]) -> None:
    with typing(collected[1]) as (process, terminal):
        _answered(process, terminal)


def _answered(process: int, terminal: int) -> None:
    read_until(terminal, FIRST)
    for typed, *told in [
        ("\\d", "mentoring.fact_surveys", FIRST),
        ("\\d dim_form", "как она написана в книге", FIRST),
        ("\\d nope", "Такого представления", FIRST),
        ("SELECT code", FURTHER),
        ("FROM mentoring.dim_age_band;", "нет такого столбца. Строка 1, знак 8: code.", FIRST),
        ("SELECT age_band FROM mentoring.dim_age_band;", "Строк: 5.", FIRST),
        ("SELECT count(*) FROM range(10000000) a, range(1000000) b;", " b;"),  # works for an hour
    ]:
        os.write(terminal, f"{typed}\n".encode())
        read_until(terminal, *told)
    time.sleep(1)
    os.write(terminal, b"\x03")
    read_until(terminal, "Прервано.", FIRST)
    os.write(terminal, b"\\q\n")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
