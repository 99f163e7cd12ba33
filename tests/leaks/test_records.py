"""One event is one record: no text from outside begins a line of a log, or moves a terminal."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.leaks.breaking import LIBRARIES
from tests.leaks.test_injection import MOVING
from tests.workbooks import grid, submission, write

pytestmark = pytest.mark.slow

MARK = "Подделка"
FORGED = f"а\nERROR:root:{MARK}\rERROR:root:{MARK}\u2028ERROR:root:{MARK}\x85\x1b[31m%s %(x)s {{0}} {{x!r}}"
TITLE = re.sub(r"[\x00-\x1f\x7f-\x9f\[:]", "", FORGED)[:31]  # what the name of a sheet may hold
SCREENS = ("status", "findings", "persons queue", "kpi", "audit list")


@dataclass
class Told:
    """A home, what runs commands in it, and all that its intake said and logged."""

    home: Path
    run: Run
    log: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What took in a file whose name, folder, sheets, headings and cells forge records; and its log at DEBUG."""
    home, log = tmp_path_factory.mktemp("records") / "home", io.StringIO()
    sheets = submission(Практики=[["Название", FORGED], [FORGED, FORGED]])
    people = grid(sheets["Участники"]) if isinstance(sheets["Участники"], str) else sheets["Участники"]
    sheets["Участники"] = [[*people[0], FORGED], *([*row, FORGED] for row in people[1:]), [FORGED] * len(people[0])]
    write(home / "inbox/NSH-S007" / f"{FORGED}.xlsx", sheets | {TITLE: [[FORGED]]})
    write(home / "inbox" / FORGED / f"{FORGED}.zip", submission())
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    loggers = [logging.getLogger(name or None) for name in ("", *LIBRARIES.split())]
    levels = [one.level for one in loggers]
    loggers[0].addHandler(handler)
    try:
        for one in loggers:
            one.setLevel(logging.DEBUG)
        result = runner(home)("intake", "--received-at", "2022-01-10")
    finally:
        loggers[0].removeHandler(handler)
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
    assert result.exit_code == 1, result.output  # the folder is nobody's
    return Told(home, runner(home), result.output + log.getvalue())


def forged(text: str) -> list[str]:
    """Return the lines, however a reader parts lines, that begin as a record of somebody else's making."""
    return [line for line in text.splitlines() if line.startswith(f"ERROR:root:{MARK}")]


def test_no_line_of_a_log_is_forged(told: Told) -> None:
    assert "DEBUG:sqlalchemy" in told.log
    assert forged(told.log) == []
    assert len(forged(FORGED)) == 3  # the search does see them


@pytest.mark.parametrize("words", SCREENS)
def test_no_line_of_a_screen_is_forged(told: Told, words: str) -> None:
    result = told.run(*words.split())
    assert result.exit_code == 0, result.output
    assert forged(result.output) == [] and not MOVING.search(result.output)


def test_a_finding_is_one_record_of_csv(told: Told) -> None:
    text = told.run("findings", "--format", "csv").stdout
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 3 and {len(row) for row in rows} == {len(rows[0])}
    assert len(text.splitlines()) == len(rows) and not MOVING.search(text)


def test_an_act_is_one_line_of_the_audit_journal(told: Told) -> None:
    lines = (told.home / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert {"intake", "findings"} <= {json.loads(line)["action"] for line in lines}
    refused = told.run("intake", NASTAVNIK_ACTOR=FORGED)
    assert refused.exit_code == 2 and forged(refused.output) == []
