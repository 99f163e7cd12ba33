"""What a terminal is shown: narrow, without colours, without our letters; and what it never is."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from click.testing import Result

from flows.cli.frame.alphabet import NAME, in_latin
from flows.cli.frame.layout import Grid, fitting, wrapped
from flows.cli.frame.progress import progress, stages
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
Collected = tuple[Run, Path, Result]
PATIENT = "from flows.cli.frame import progress; progress.PATIENCE_SECONDS = 600; from flows.cli import main; main()"


def shown(home: Path, width: int, words: str, **environ: str) -> str:
    """Run a command in a terminal of a width; return what it showed, on however busy a machine without its progress."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = kept | {"NASTAVNIK_HOME": str(home), "TERM": "xterm-256color"} | environ
    command = [sys.executable, "-c", PATIENT, *words.split()]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    got = b""
    while chunk := _read(ours):
        got += chunk
    os.close(ours)
    assert process.wait(timeout=60) == 0, got
    return got.decode("utf-8").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # its other end is closed
        return b""


@pytest.mark.parametrize("width", [40, 60, 80])
def test_words_and_figures_stay_whole_in_a_narrow_terminal(collected: Collected, width: int) -> None:
    _, home, _ = collected
    text = COLOURS.sub("", shown(home, width, "status --on 2022-01-20"))
    assert max(map(len, text.splitlines())) <= width
    assert {"NSH-S001", "NSH-S003", "NSH-S004", "NSH-S007", "10.01.2022", "ошибками"} <= set(text.split())


@pytest.mark.parametrize("colour", [True, False])
def test_colours_are_switched_off(collected: Collected, colour: bool) -> None:
    _, home, _ = collected
    text = shown(home, 80, "explanations list", **({} if colour else {"NO_COLOR": "1"}))
    assert not re.search(r"\x1b\[[0-9;]*3\dm", text)
    assert "Пояснений нет." in text


def test_a_pipe_gets_no_control_characters(collected: Collected) -> None:
    run, _, _ = collected
    assert "\x1b" not in run("status").stdout + run("findings").stdout


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("ascii", "NSH-S007   MBOU SOSh No 7"),
        ("cp1251", "NSH-S007   МБОУ СОШ № 7"),
        ("utf-8", "NSH-S007   МБОУ СОШ № 7"),
    ],
)
def test_a_terminal_of_other_letters_is_told_in_those_it_has(collected: Collected, encoding: str, told: str) -> None:
    _, home, _ = collected
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = kept | {"NASTAVNIK_HOME": str(home), "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    script = "from flows.cli import main; main()"
    text, table = (
        subprocess.run(
            [sys.executable, "-c", script, *words], env=env, cwd=ROOT, capture_output=True, check=True
        ).stdout
        for words in (["findings", "--format", "csv"], ["status", "--on", "2022-01-20"])
    )
    assert "Лист" in text.decode("utf-8")  # an answer for programs does not change
    assert told in table.decode(encoding)
    assert "?" not in table.decode(encoding)


@pytest.mark.parametrize(
    ("text", "latin"),
    [("Сдано — 3 из 21", "Sdano - 3 iz 21"), ("«Щука», № 5 → 7", '"Shchuka", No 5 -> 7'), ("é日", "e?"), ("ъь", "")],
)
def test_our_letters_are_told_by_their_sound(text: str, latin: str) -> None:
    assert in_latin(text) == latin
    assert text.encode("ascii", NAME).decode() == in_latin(text)


@pytest.mark.parametrize(
    ("room", "widths"),
    [(60, [9, 30, 6]), (35, [9, 12, 6]), (31, [9, 8, 6]), (30, None)],
)
def test_the_widest_column_gives_way_to_its_longest_word(room: int, widths: list[int] | None) -> None:
    columns = [["Код", "NSH-S0001"], ["Имя", "вечерняя школа имени А. Б. Вга"], ["Детей", "12 345"]]
    assert fitting(columns, {2}, room) == widths


def test_what_does_not_fit_is_told_line_by_line() -> None:
    grid = Grid("Числа", ["Организация", "Детей"], [["МБОУ СОШ № 5 имени героя", "12 345"]], frozenset({1}))
    assert "\n".join(grid.lines(20)).splitlines() == [
        "Числа", "", "Организация: МБОУ", "  СОШ №\N{NO-BREAK SPACE}5 имени", "  героя", "Детей: 12 345"
    ]  # fmt: skip
    assert wrapped("слово", 3) == "слово"


def test_progress_is_silent_where_nobody_watches_and_comes_late(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress("Работа") as advance:
        advance(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("flows.cli.frame.progress.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress("Работа") as advance:
        advance(1, 2)
        time.sleep(0.6)
    assert "Работа" in (told := capsys.readouterr().err) and "1 из 2" in told
    with stages() as began:
        began("Первое")
        time.sleep(0.3)
        began("Второе")
        time.sleep(0.3)
    assert "Первое" in (told := capsys.readouterr().err) and "Второе" in told
    monkeypatch.setattr("flows.cli.frame.progress.PATIENCE_SECONDS", 60)
    with progress("Работа"):
        pass
    assert capsys.readouterr().err == ""
