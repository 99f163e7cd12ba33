"""The audit journal: what it says, and that nobody changes it unnoticed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.cli.telling.audit_tables import audit_csv
from tests.installations import installation, moscow, take
from tests.workbooks import submission, write
from warehouse.access.audit import ANCHOR, FIRST, anchored, audit_path, read_lines, record, verify_audit
from warehouse.installation.settings import Misconfigured, Settings, read_settings
from warehouse.release.publish import complete_release, make_release

COUNT = 6


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a few lines; the fourth was written when a release was made, the last when another was."""
    made = read_settings({"NASTAVNIK_HOME": str(tmp_path / "home")})
    for number in range(1, COUNT + 1):
        line = record(made, "intake", f"{number}-{number}", received=number)
        if number in (4, COUNT):
            folder = made.releases / f"2021-12-31-{number}"
            folder.mkdir(parents=True)
            (folder / ANCHOR).write_text(json.dumps({"number": line.number, "hash": line.hash}))
    return made


def wrong(settings: Settings) -> str:
    """What is wrong, as one text; nothing for a journal that holds."""
    return " ".join(verify_audit(settings, anchored(settings))[1])


def change(settings: Settings, how: Callable[[list[bytes]], list[bytes]]) -> str:
    path = audit_path(settings)
    path.write_bytes(b"".join(how(path.read_bytes().splitlines(keepends=True))))
    return wrong(settings)


def test_no_subject_becomes_a_formula(settings: Settings) -> None:
    record(settings, "sign", "=HYPERLINK(1)")  # named by the manifest of a folder from outside
    assert audit_csv(read_lines(settings)).splitlines()[-1].split(",")[4] == "'=HYPERLINK(1)"


def test_a_line_by_hand(settings: Settings) -> None:
    """The first line's hash, counted by the words of docs/engineers/audit.md."""
    import hashlib

    first, second = audit_path(settings).read_bytes().splitlines()[:2]
    said = json.loads(first)
    own = said.pop("hash")
    spelled = json.dumps(dict(sorted(said.items())), ensure_ascii=False, separators=(",", ":")).encode()
    assert own == hashlib.sha256(spelled).hexdigest()
    assert (said["previous"], json.loads(second)["previous"]) == (FIRST, own)
    assert said.keys() == {"number", "at", "actor", "action", "subject", "counts", "previous"}


def test_an_untouched_journal_holds(settings: Settings) -> None:
    assert verify_audit(settings, anchored(settings)) == (COUNT, [])


def test_every_flipped_byte_is_found(settings: Settings) -> None:
    path = audit_path(settings)
    content = path.read_bytes()
    starts = [sum(map(len, content.splitlines(keepends=True)[:n])) for n in range(COUNT)]
    for place in range(len(content)):
        flipped = content[place] ^ (1 << place % 8)
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        number = sum(start <= place for start in starts)
        assert wrong(settings).startswith(f"Строка {number}:"), place
    path.write_bytes(content)
    assert wrong(settings) == ""


@pytest.mark.parametrize("number", range(COUNT))
def test_a_removed_line_is_found(settings: Settings, number: int) -> None:
    assert change(settings, lambda lines: lines[:number] + lines[number + 1 :])


@pytest.mark.parametrize("number", range(COUNT - 1))
def test_swapped_lines_are_found(settings: Settings, number: int) -> None:
    told = change(settings, lambda lines: [*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]])
    assert told.startswith(f"Строка {number + 1}:")


@pytest.mark.parametrize("number", range(COUNT + 1))
def test_an_inserted_line_is_found(settings: Settings, number: int) -> None:
    """Even one that is well spelled and bears its own right hash."""
    path = audit_path(settings)
    alien = read_settings({"NASTAVNIK_HOME": str(path.parent.parent / "another")})
    for _ in range(number + 1):
        record(alien, "intake", "1-1", received=1)
    line = audit_path(alien).read_bytes().splitlines(keepends=True)[number]
    told = change(settings, lambda lines: [*lines[:number], line, *lines[number:]])
    assert told.startswith((f"Строка {number + 1}:", f"Строка {number + 2}:"))  # a first line is chained to nothing


@pytest.mark.parametrize("kept", range(COUNT))
def test_a_tail_cut_off_is_told_by_a_release(settings: Settings, kept: int) -> None:
    told = change(settings, lambda lines: lines[:kept])
    assert told.startswith("Конец отрезан: при выпуске 2021-12-31-4") is (kept < 4)
    assert f"2021-12-31-{COUNT}" in told


def test_a_journal_written_anew_is_told_by_a_release(settings: Settings) -> None:
    audit_path(settings).unlink()
    for _ in range(COUNT):
        record(settings, "intake", "1-1", received=1)
    assert wrong(settings).startswith("Строка 4: не та, что была при выпуске 2021-12-31-4.")


def test_a_release_given_away_tells_too(settings: Settings, tmp_path: Path) -> None:
    away = tmp_path / "away"
    (settings.releases / f"2021-12-31-{COUNT}").rename(away)
    assert wrong(settings) == ""
    audit_path(settings).write_bytes(b"".join(audit_path(settings).read_bytes().splitlines(keepends=True)[:5]))
    assert wrong(settings) == ""
    assert "при выпуске away" in verify_audit(settings, [away])[1][0]


def test_a_line_a_crash_tore_is_told_then_cut_off_and_noted(settings: Settings) -> None:
    path = audit_path(settings)
    whole = path.read_bytes()
    line = record(settings, "rebuild")
    for length in range(1, len(line.spelled())):
        path.write_bytes(whole + line.spelled()[:length])
        assert wrong(settings).startswith(f"Строка {COUNT + 1}: не дописана")
    record(settings, "rebuild")
    assert wrong(settings) == ""
    assert [(one.action, one.counts) for one in read_lines(settings)[COUNT:]] == [
        ("torn", {"bytes": length}),
        ("rebuild", {}),
    ]


def test_only_the_first_line_was_torn(tmp_path: Path) -> None:
    own = read_settings({"NASTAVNIK_HOME": str(tmp_path)})
    audit_path(own).write_bytes(b'{"act')
    record(own, "rebuild")
    assert wrong(own) == ""
    assert [one.number for one in read_lines(own)] == [1, 2]


def test_work_goes_on_after_a_spoilt_line_which_stays_told(settings: Settings) -> None:
    assert change(settings, lambda lines: [*lines[:-1], b"not a line\n"])
    record(settings, "rebuild")
    assert wrong(settings).startswith(f"Строка {COUNT}: не запись журнала")
    assert read_lines(settings)[-1].number == COUNT + 1


def test_long_lines_are_chained(settings: Settings) -> None:
    """Longer than what is read back at once."""
    for _ in range(3):
        record(settings, "reference load", "я" * 20_000)
    assert wrong(settings) == ""


FOUR = """
import sys
from warehouse.access.audit import record
from warehouse.installation.settings import read_settings
for number in range(50):
    record(read_settings(), "intake", f"{sys.argv[1]}-{number}", received=number)
"""


def test_four_processes_at_once(tmp_path: Path) -> None:
    environ = os.environ | {"NASTAVNIK_HOME": str(tmp_path / "home")}
    running = [subprocess.Popen([sys.executable, "-c", FOUR, str(n)], env=environ) for n in range(4)]
    assert [one.wait(60) for one in running] == [0, 0, 0, 0]
    own = read_settings({"NASTAVNIK_HOME": str(tmp_path / "home")})
    assert verify_audit(own, []) == (200, [])
    assert len({line.subject for line in read_lines(own)}) == 200
    assert stat.S_IMODE(audit_path(own).stat().st_mode) == 0o600


def test_who(tmp_path: Path) -> None:
    account = record(read_settings({"NASTAVNIK_HOME": str(tmp_path)}), "rebuild").actor
    named = read_settings({"NASTAVNIK_HOME": str(tmp_path), "NASTAVNIK_ACTOR": "Иванова"})
    assert record(named, "rebuild").actor == f"Иванова ({account})"
    for odd in ("a\nb", "\x1b[31m", "и" * 121):
        with pytest.raises(Misconfigured, match="NASTAVNIK_ACTOR"):
            read_settings({"NASTAVNIK_HOME": str(tmp_path), "NASTAVNIK_ACTOR": odd})


def test_an_intake_is_a_line_a_batch_and_nothing_new_is_none(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        assert not audit_path(home.settings).exists()
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        write(home.settings.inbox / "NSH-S008/a.xlsx", {"Лист": [["пусто"]]})
        take(home)
        take(home)
        (line,) = read_lines(home.settings)
        first, last = map(int, line.subject.split("-"))
        assert (line.action, last - first, line.counts) == ("intake", 1, {"received": 2, "accepted": 1, "rejected": 1})


def test_a_release_is_anchored_once_though_it_was_killed_before(tmp_path: Path) -> None:
    at, as_of = moscow("2022-02-01 12:00"), date(2021, 12, 31)
    with installation(tmp_path / "home") as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        take(home)
        folder = make_release(home, as_of, at)
        kept = (folder / ANCHOR).read_bytes()
        assert complete_release(home, as_of) is None
        assert (folder / ANCHOR).read_bytes() == kept
        (folder / ANCHOR).unlink()  # as if killed before it was written
        assert complete_release(home, as_of) == folder
        assert [line.subject.split()[0] for line in read_lines(home.settings) if line.action == "release"] == [
            "2021-12-31-1"
        ] * 2
        from warehouse.release.package import verify

        assert (wrong(home.settings), verify(folder)) == ("", [])
