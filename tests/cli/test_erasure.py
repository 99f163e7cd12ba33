"""`nastavnik erase` and `nastavnik retention` as an operator types them."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from flows.cli.root import cli
from tests.cli.conftest import runner
from tests.erasure.world import SNILS, SURNAME, WORDS, fill, place_of
from tests.installations import installation


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("erased") / "home"
    fill(folder)
    return folder


def typed(home: Path, *words: str, answers: str) -> Result:
    env = {"NASTAVNIK_HOME": str(home), "NASTAVNIK_SETTLE_SECONDS": "0"}
    return CliRunner(env=env).invoke(cli, list(words), input=answers)


BY_NAME = f"\n{SURNAME}\nКенар\nПтахович\n13.07.2009\n"


def test_who_is_asked_for_and_never_printed(home: Path) -> None:
    """By row, by СНИЛС, by name: the same person, counted alike; nothing is destroyed yet."""
    with installation(home) as opened:
        delivery, row = place_of(opened)
    by_row = runner(home)("erase", f"{delivery}:{row}", "--ground", "request", "--dry-run", "--format", "json")
    answer = json.loads(by_row.stdout)
    assert (answer["dry_run"], answer["counts"]["files"], answer["counts"]["rows"], answer["acts"]) == (True, 5, 5, [])
    told = [
        typed(home, "erase", "--ground", "request", "--dry-run", answers=f"{SNILS[:3]}-{SNILS[3:]}\n"),
        typed(home, "erase", "--ground", "request", "--dry-run", answers=BY_NAME),
    ]
    for result in told:
        assert result.exit_code == 0, result.output
        assert result.stdout.splitlines()[:5] == [
            "Будет уничтожено:", "  полученных файлов: 5", "  строк личных сведений: 5",
            "  упоминаний человека в чужих строках: 3", "  файлов, сделанных системой: 3",
        ]  # fmt: skip
        assert not [word for word in WORDS if word in result.stdout]
    assert not (home / "acts").exists()


@pytest.mark.parametrize(
    ("answers", "told"),
    [("123\n", "Это не СНИЛС"), ("\nНикто\nНигде\n\n01.01.2000\n", "Такого человека нет"),
     ("\nНикто\nНигде\n\nвчера\n", "Дата рождения пишется так")],
)  # fmt: skip
def test_refusals(home: Path, answers: str, told: str) -> None:
    result = typed(home, "erase", "--ground", "request", answers=answers)
    assert (result.exit_code, told in result.output) == (2, True)


def test_an_erasure_and_its_act(home: Path) -> None:
    result = typed(home, "erase", "--ground", "consent-withdrawn", "--by", "методист", answers=BY_NAME)
    assert result.exit_code == 0, result.output
    act = Path(result.stdout.splitlines()[-1].removeprefix("Акт: "))
    assert act.parent == home / "acts"
    assert [stat.S_IMODE(path.stat().st_mode) for path in act.parent.iterdir()] == [0o600, 0o600]
    book = load_workbook(act)
    facts = {row[0]: row[1] for row in book["Акт"].iter_rows(min_row=3, values_only=True)}
    assert facts["Причина уничтожения"] == "Отзыв согласия на обработку персональных данных"
    assert (facts["Уничтожено полученных файлов"], facts["Уничтожено строк личных сведений"]) == ("5", "5")
    assert facts["Кто принял решение"] == "методист"
    with act.with_suffix(".csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.reader(file, delimiter=";"))
    assert len(lines) - 1 == book["Выгрузка"].max_row - 1
    assert {line[2] for line in lines[1:]} == {
        "Полученный файл", "Строка в полученном файле", "Личные сведения: строка",
        "Личные сведения: упоминание человека в строке", "Файл, сделанный системой", "Не уничтожено: файл не прочитан",
    }  # fmt: skip
    said = json.loads((home / "audit.jsonl").read_bytes().splitlines()[-1])
    assert (said["action"], said["counts"]["received"], said["counts"]["identity"]) == ("erasure", 7, 5)
    again = typed(home, "erase", "--ground", "request", answers=BY_NAME)
    assert "Этот человек уже удалён" in again.stdout


def test_retention_without_periods_does_nothing(home: Path) -> None:
    result = runner(home)("retention")
    assert (result.exit_code, "полученных файлов: 0" in result.stdout, "Акт" in result.stdout) == (0, True, False)
    told = runner(home)("retention", "--dry-run", NASTAVNIK_KEEP_RECEIVED_YEARS="1")
    assert "\n  полученных файлов: 2\n" in told.stdout
