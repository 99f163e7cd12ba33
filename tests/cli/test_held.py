"""Held deliveries and explained warnings at the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.holding.pupils import with_pupils
from tests.workbooks import write

HOLD = {"NASTAVNIK_HOLD_DROP": "30"}
TEXT = "Выпустились Пробныйа и Пробныйб"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, str, str]:
    """A home with a held delivery; what intake said; the delivery."""
    home = tmp_path_factory.mktemp("home") / "home"
    run = runner(home)
    write(home / "inbox/NSH-S007/a.xlsx", with_pupils(9))
    run("intake", "--received-at", "2022-01-10", **HOLD)
    write(home / "inbox/NSH-S007/b.xlsx", with_pupils(4))
    said = run("intake", "--received-at", "2022-01-11", **HOLD)
    assert said.exit_code == 0
    (delivery,) = re.findall(r"│?\s*NSH-S007\s+31.12.2021\s+(\w{16})", run("status", "--on", "2022-01-11").output)
    return run, home, said.output, delivery


def test_intake_and_status_name_it(held: tuple[Run, Path, str, str]) -> None:
    run, _, said, delivery = held
    assert "Удержано до подтверждения: 1" in said
    status = run("status", "--on", "2022-01-11").output
    assert "Удержаны: ждут подтверждения" in status
    assert "−55 %" in status
    traced = run("trace", delivery, "Пары", "2").output
    assert "Удержана: вовлечённых обучающихся было 9, стало 4; ждёт подтверждения" in traced


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["confirm", "0" * 16], "Какие ждут подтверждения, скажет nastavnik status."),
        (["explain-warning", "0" * 16, "1", "--text", "x"], "Сдачи 0000000000000000 нет."),
        (["explain-warning", "0" * 16, "1"], "Не указано: --text."),
        (["findings", "--delivery", "0" * 16], "Сдачи 0000000000000000 нет."),
        (["explanations", "undo", "1"], "Действующего пояснения № 1 нет."),
    ],
)
def test_what_is_not_there_is_a_wrong_usage(held: tuple[Run, Path, str, str], words: list[str], why: str) -> None:
    refused = held[0](*words)
    assert (refused.exit_code, why in refused.output) == (2, True), refused.output


def test_explained_listed_taken_back(held: tuple[Run, Path, str, str]) -> None:
    run, home, _, delivery = held
    numbered = run("findings", "--delivery", delivery).output
    (number,) = re.findall(r"^\s*(\d+)\s+предупреждение.*participation-drop", numbered, re.M)
    said = run("explain-warning", delivery, number, "--text", TEXT, "--by", "регистратор")
    entry = re.findall(r"пояснение № (\d+)", said.output)[0]
    assert re.search(r"participation-drop\s+\d\d\.\d\d\.\d{4}", run("findings", "--delivery", delivery).output)
    listed = run("explanations", "list").output
    assert ("регистратор" in listed, TEXT in listed) == (True, False)
    assert "Пробныйа" in run("explanations", "list", "--texts").output
    assert f"Пояснение № {entry} отменено." in run("explanations", "undo", entry).output
    assert "Пояснений нет." in run("explanations", "list").output
    assert "Пробныйа" not in (home / "audit.jsonl").read_text()


def test_confirmed_once(held: tuple[Run, Path, str, str]) -> None:
    run, home, _, delivery = held
    done = run("confirm", delivery, "--reason", TEXT, "--format", "json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["delivery"], told["before"] > told["after"]) == (0, delivery, True)
    again = run("confirm", delivery)
    assert (again.exit_code, "уже подтверждена" in again.output) == (2, True)
    (receipt,) = home.glob(f"receipts/*/*_{delivery}/receipt.json")
    assert json.loads(receipt.read_text())["verdict"]["title"] == "Принято"
    acts = [json.loads(line)["action"] for line in (home / "audit.jsonl").read_text().splitlines()]
    assert acts.count("confirm") == 1
    assert json.loads((home / "audit.jsonl").read_text().splitlines()[1])["counts"]["held"] == 1
