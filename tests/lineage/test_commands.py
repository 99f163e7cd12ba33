"""`explain` and `trace` as an operator types them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.lineage.histories import CANARIES, History, corrected_school
from tests.workbooks import PAIRS, submission, write

SCHOOL = ("--indicator", "students_involved", "--scope", "institution:NSH-S007", "--as-of", "2021-12-31")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, History]:
    folder = tmp_path_factory.mktemp("told")
    with corrected_school(folder) as history:
        pass
    return runner(folder / "home"), history


def test_a_school_is_explained(told: tuple[Run, History]) -> None:
    """Two pupils of a hundred, each in a pair of its own: rows 2 and 3 of «Пары» and of «Участники»."""
    run, history = told
    result = run("explain", *SCHOOL)
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for part in (
        "разные вовлечённые обучающиеся ÷ обучающиеся × 100", "2 ÷ 100 × 100 = 2,00", "Документ: приказ № 632",
        "Числитель: различных людей 2 по 2 строкам", f"{history.deliveries[0]} Пары 2, 3 2", "Участники 2, 3",
        f"{history.deliveries[0]} Контингент 2 100", "сдали 1 из 1 организаций",
    ):  # fmt: skip
        assert part in words.replace("\N{NO-BREAK SPACE}", " "), part


@pytest.mark.parametrize(
    ("options", "delivery", "rows"),
    [
        ((), 0, [2, 3]), (("--release", "2021-12-31-1"), 0, [2, 3]), (("--release", "2021-12-31-2"), 1, [2]),
        (("--known-at", "2022-01-12"), 1, [2]), (("--known-at", "2022-01-11"), 0, [2, 3]),
        (("--definition", "1.0"), 0, [2, 3]),
    ],
)  # fmt: skip
def test_any_knowledge(told: tuple[Run, History], options: tuple[str, ...], delivery: int, rows: list[int]) -> None:
    run, history = told
    result = json.loads(run("explain", *SCHOOL, *options, "--format", "json").stdout)
    (place,) = result["sides"]["numerator"]["places"]
    assert (place["delivery"], place["rows"]) == (history.deliveries[delivery], rows)
    assert result["numerator"] == place["different"] == len(rows)
    assert result["deliveries"][place["delivery"]]["institution"] == "NSH-S007"
    assert len(result["deliveries"][place["delivery"]]["sha256"]) == 64


def test_rows_as_csv(told: tuple[Run, History]) -> None:
    run, _ = told
    lines = list(csv.DictReader(io.StringIO(run("explain", *SCHOOL, "--format", "csv").stdout)))
    assert [(x["side"], x["sheet"], x["row"], x["participant_row"], x["counted"], x["amount"]) for x in lines] == [
        ("numerator", "Пары", "2", "2", "1", ""), ("numerator", "Пары", "3", "3", "2", ""),
        ("denominator", "Контингент", "2", "", "", "100"),
    ]  # fmt: skip
    assert {x["verdict"] for x in lines} == {"accepted"}


def test_a_row_is_traced(told: tuple[Run, History]) -> None:
    run, history = told
    words = " ".join(run("trace", history.deliveries[1], "Пары", "3").stdout.split())
    assert "Лист «Пары», строка 3: в карантине" in words
    assert "ends-before-start" in words
    words = " ".join(run("trace", history.deliveries[0], "Пары", "2").stdout.split())
    assert "2021-12-31-1 да 2021-12-31-2 нет 2021-12-31-3 да сейчас да" in words
    assert "(students_involved)" in words
    lines = list(
        csv.DictReader(io.StringIO(run("trace", history.deliveries[0], "pairs", "2", "--format", "csv").stdout))
    )
    assert {line["release"] for line in lines} == {"2021-12-31-1", "2021-12-31-3", ""}
    told_ = json.loads(run("trace", history.deliveries[0], "pairs", "2", "--format", "json").stdout)
    assert (told_["fate"], len(told_["figures"])) == ("stored", len(lines))


def test_nobody_is_named(told: tuple[Run, History]) -> None:
    run, history = told
    for form in ("table", "csv", "json"):
        text = run("explain", *SCHOOL, "--format", form).output
        text += run("trace", history.deliveries[0], "Участники", "2", "--format", form).output
        assert len(text) > 500
        assert [canary for canary in CANARIES if canary in text] == []


REFUSALS = [
    (["explain", *SCHOOL, "--release", "x"], "Выпуска «x» нет. Есть: 2021-12-31-1, 2021-12-31-2, 2021-12-31-3."),
    (["explain", *SCHOOL[:4], "--as-of", "2022-12-31", "--release", "2021-12-31-1"], "нет даты 31.12.2022"),
    (["explain", *SCHOOL, "--release", "2021-12-31-1", "--known-at", "2022-01-11"], "одно: --known-at или --release"),
    (["explain", *SCHOOL[2:], "--indicator", "x"], "Нет показателя «x»"),
    (["explain", *SCHOOL[:2], *SCHOOL[4:], "--scope", "NSH"], "ожидается охват"),
    (["explain", *SCHOOL[:2], *SCHOOL[4:], "--scope", "institution:X"], "Охвата institution:X нет в реестре"),
    (["explain", *SCHOOL[2:], "--indicator", "documents_ready"], "не считают по охвату institution"),
    (["trace", "x", "Пары", "2"], "Сдачи x нет."),
    (["trace", "x", "Пары", "два"], "ожидается целое неотрицательное число"),
]


@pytest.mark.parametrize(("words", "reason"), REFUSALS)
def test_what_cannot_be_answered(told: tuple[Run, History], words: list[str], reason: str) -> None:
    result = told[0](*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_the_folder_is_left_as_it_was(told: tuple[Run, History], tmp_path: Path) -> None:
    run, history = told
    before = sorted(str(path) for path in history.home.settings.home.rglob("*"))
    run("explain", *SCHOOL)
    run("trace", history.deliveries[0], "Пары", "2")
    assert sorted(str(path) for path in history.home.settings.home.rglob("*")) == before


def test_the_example_of_the_docs(tmp_path: Path) -> None:
    """docs/analysts/lineage.md: a teacher with each of two pupils, and one of the pupils with the other."""
    third = "    П-3 | У-1 | У-2 | ученик – ученик | Вместе | 15.11.2021 | | продолжается\n"
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission(Пары=PAIRS + third))
    run = runner(tmp_path / "home")
    assert run("intake", "--received-at", "2022-01-10").exit_code == 0
    lines = list(csv.DictReader(io.StringIO(run("explain", *SCHOOL, "--format", "csv").stdout)))
    columns = ("sheet", "row", "role", "participant_row", "counted")
    shown = [" | ".join(line[name] for name in columns) for line in lines if line["side"] == "numerator"]
    assert len(shown) == 4
    page = (Path(__file__).parents[2] / "docs/analysts/lineage.md").read_text(encoding="utf-8")
    assert "\n".join(f"| {line} |" for line in shown) in page
    words = " ".join(run("explain", *SCHOOL).stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    for part in ("Значение: 2 ÷ 100 × 100 = 2,00 %", "различных людей 2 по 3 строкам", "Знаменатель: 100 по 1 строке"):
        assert part in page and part in words
