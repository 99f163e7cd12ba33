"""Help pages and refusals in Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flows.cli.root import cli
from tests.cli.conftest import Run

README = Path(__file__).parents[2] / "README.md"
_TABLE = README.read_text(encoding="utf-8").split("| command | does |")[1].split("\n\n")[0]
MAIN = {command for line in _TABLE.splitlines()[2:] for command in re.findall(r"`([a-z-]+)", line.split(" | ")[0])}
COMMANDS = {name for name, command in cli.commands.items() if not command.hidden}
# What stays in Latin letters: names that are typed, and proper names.
LATIN = set(
    "Spark Parquet local spark Prometheus "
    "DuckDB PostgreSQL SQL SFTP IMAP GRANT TO CREATEROLE analyst apply TOML error consent participation percent public templates "
    "nastavnik csv json table town region inbox xlsx Prefect Ctrl C releases kpi trace help CSV "
    "documents institution other institutions plans targets reporting dates milestones home code "
    "form age category then today successions now "
    "withdrawn request court "
    "parquet d q "  # of the prompt
    "bash zsh fish Tab local share completions zfunc config completion "
    "Word PDF Ed PEM pub signature kind municipality country NSH S R RU".split()
)


def pages(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from pages(command, (*path, name))
        else:
            yield (*path, name)


def test_the_readme_names_commands_that_there_are() -> None:
    """All of them are told in docs/reference/cli.md, which is written from the code."""
    assert len(MAIN) >= 12
    assert set() == MAIN - COMMANDS


@pytest.mark.parametrize("path", pages(), ids=" ".join)
def test_a_page_is_russian(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Использование: nastavnik")
    assert "Параметры:" in result.output
    typed = re.sub(r"--?[a-z-]+|NASTAVNIK_\w+|PREFECT_\w+|\w+\.(csv|xlsx|html)|/\S*", " ", result.output)
    words = set(re.findall(r"[A-Za-z]+", typed)) - {part for name in COMMANDS for part in name.split("-")}
    assert (
        words - LATIN - {"load", "same", "different", "undo", "queue", "decide", "list", "show", "rotate", "pack"}
        == set()
    )


@pytest.mark.parametrize("path", pages(), ids=" ".join)
def test_a_page_names_every_command_in_whole_words(run: Run, path: tuple[str, ...]) -> None:
    assert "..." not in run(*path, "--help").output


REFUSALS = [
    ([], "Команды:"),
    (["intak"], "Нет команды intak. Возможно, имелось в виду: intake."),
    (["intake", "--inbx"], "Нет параметра --inbx. Возможно, имелось в виду: --inbox."),
    (["intake", "--inbox"], "Параметр --inbox задан неверно"),
    (["intake", "--inbox", "/no/such"], "нет такой папки: /no/such"),
    (["intake", "--inbox", ""], "нет такой папки: "),
    (["intake", "--received-at", "2999-01-01"], "--received-at: до этого времени больше года."),
    (["intake", "--received-at", "0001-01-01"], "ожидается дата или время, например 2021-12-31"),
    (["intake", "--received-at", "9999-12-31T23:59-14:00"], "ожидается дата или время, например 2021-12-31"),
    (["intake", "--received-at", "вчера"], "ожидается дата или время, например 2021-12-31"),
    (["intake", "x"], "Команда не закончена или в ней есть лишнее."),
    (["release"], "Не указано: --as-of."),
    (["release", "--as-of", "31-12-21"], "ожидается дата, например 2021-12-31."),
    (["release", "--as-of", "2021-12-30"], "30.12.2021 нет в календаре отчётных дат."),
    (["kpi", "--format", "xml"], "ожидается table или csv или json."),
    (["kpi", "--definition", "0"], "Нет версии показателей «0»."),
    (["kpi", "--breakdown", "class"], "Нет разреза «class». Известные: form, age, category."),
    (["check"], "Не указано: ФАЙЛ…."),
    (["check", "/no/such"], "нет такого файла: /no/such"),
    (["backup", "-o", ""], "не сказано, куда записать."),
    (["verify", "/no/such"], "нет такой папки: /no/such"),
    (["rehearse"], "Укажите, что изменить: --set ИМЯ=ЗНАЧЕНИЕ или --rules ФАЙЛ."),
    (["rehearse", "--set", "no-such-rule=1"], "no-such-rule: такого правила или предела нет. Пределы: "),
    (["rehearse", "--set", "consent-missing=1"], "consent-missing: строгость — error или warning."),
    (["mail-password"], "Не указано: КОД."),
    (["reference"], "Команды:"),
    (["reference", "load", "/"], "В папке нет ни одного справочника"),
    (["demo", "--seed", "x"], "ожидается целое неотрицательное число."),
    (["demo", "--size", "country"], "ожидается town или region."),
    (["template", "--institution", "X", "--as-of", "2021-12-31", "-o", "x.xlsx"], "Организации с кодом X нет в реестре."),
    (["template", "--institution", "NSH-S007", "--as-of", "2021-12-30", "-o", "x.xlsx"], "30.12.2021 нет в календаре"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"), REFUSALS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_wrong_command_is_explained(run_made: Run, words: list[str], told: str) -> None:
    result = run_made(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert not re.search(r"Usage|Error|Try |Invalid|Missing|No such", result.stderr)


def test_an_unknown_setting_is_refused(run: Run) -> None:
    result = run("status", NASTAVNIK_HOEM="/tmp")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Неизвестные настройки: NASTAVNIK_HOEM." in result.stderr
