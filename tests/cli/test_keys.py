"""`nastavnik keys` as an operator types it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.workbooks import submission, write

NEW = "fedcba9876543210" * 4


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("keys") / "home"
    write(home / "inbox/NSH-S007/a.zip", submission())
    assert runner(home)("intake", "--received-at", "2022-01-10").exit_code == 0
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "home"))


def keys_in(text: str) -> list[str]:
    """Return what could be a key."""
    return re.findall(r"[0-9a-fA-F]{32,}", text)


def test_what_is_shown(home: Path) -> None:
    result = runner(home)("keys", "show")
    assert result.exit_code == 0
    master, tokens, storage = result.stdout.splitlines()
    assert re.fullmatch(r"Главный ключ: [0-9a-f]{8}; файл, NASTAVNIK_KEY_FILE", master)
    assert re.fullmatch(r"Ключ токенов: [0-9a-f]{8}", tokens)
    files = len([path for path in (home / "received").glob("??/*") if path.is_file()])
    assert storage.endswith(f"(действующий): полученных файлов {files}, листов с личными сведениями 3")
    assert keys_in(result.output) == []


def test_a_change_and_what_is_told_of_it(home: Path) -> None:
    run, before = runner(home), (home / "key").read_text()
    shown = run("keys", "show").stdout
    result = run("keys", "rotate")
    assert result.exit_code == 0
    assert "Токены" not in result.stdout
    assert keys_in(result.output) == []
    after = run("keys", "show").stdout
    assert [one == other for one, other in zip(shown.splitlines(), after.splitlines(), strict=True)] == [
        False, True, False,
    ]  # fmt: skip
    (home / "key").write_text(before)
    for command in ("status", "intake", "rebuild"):
        refused = run(command)
        assert (refused.exit_code, refused.stderr.startswith("Ключ не подходит")) == (2, True)


def test_a_change_of_tokens(home: Path) -> None:
    run = runner(home)
    shown = run("keys", "show").stdout.splitlines()[1]
    result = run("keys", "rotate", "--tokens")
    assert (result.exit_code, "Токены сделаны заново" in result.stdout) == (0, True)
    assert run("keys", "show").stdout.splitlines()[1] != shown


def test_a_key_of_the_environment(home: Path) -> None:
    run, old = runner(home), (home / "key").read_text().strip()
    result = run("keys", "rotate", NASTAVNIK_KEY=old, NASTAVNIK_NEW_KEY=NEW)
    assert result.exit_code == 0
    assert "Теперь замените ключ там, откуда его берёт NASTAVNIK_KEY" in result.stdout
    assert {old, NEW} & set(keys_in(result.output)) == set()
    assert run("status", NASTAVNIK_KEY=NEW).exit_code == 0
    assert run("status", NASTAVNIK_KEY=old).exit_code == 2
    assert "переменная окружения, NASTAVNIK_KEY" in run("keys", "show", NASTAVNIK_KEY=NEW).stdout


def test_damage_is_told_without_what_was_damaged(home: Path) -> None:
    run = runner(home)
    for path in (home / "received").glob("??/*"):
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    result = run("rebuild")
    assert result.exit_code == 3
    assert "повреждён или подменён; как вернуть его, скажет nastavnik doctor --files" in result.stderr


def test_a_bad_key_is_a_matter_of_configuration(run: Run) -> None:
    result = run("status", NASTAVNIK_KEY="aa" * 32)
    assert result.exit_code == 2
    assert result.stderr == "NASTAVNIK_KEY: ключ короче 32 байт или состоит из одного знака.\n"
