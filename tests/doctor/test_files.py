"""Every kept file read to its end by `nastavnik doctor --files`: spoilt, lost and strange ones are named."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from tests.doctor.conftest import NOW
from tests.installations import installation, take
from tests.workbooks import submission, write
from warehouse.doctor.answers import Answer, Level
from warehouse.doctor.checks import FILES, examine
from warehouse.installation.settings import Settings
from warehouse.storage.remains import NAME_LETTERS, Left


def received_files(settings: Settings) -> list[Path]:
    return sorted(path for path in settings.received.rglob("*") if path.is_file())


def spoil(path: Path) -> bytes:
    """Flip the last bit of a file; return what it was."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return content


def files_told(settings: Settings) -> Answer:
    ((_, answer),) = examine(settings, NOW, [FILES])
    return answer


def test_every_kept_file_is_read_when_asked_for(settings: Settings) -> None:
    assert files_told(settings) == Answer(Level.OK, f"целы, прочитано {len(received_files(settings))}")


def test_a_spoilt_file_is_named_and_its_whole_copy_too(settings: Settings) -> None:
    path = received_files(settings)[1]
    spoil(path)
    answer = files_told(settings)
    assert (answer.level, str(path.relative_to(settings.home)) in answer.told) == (Level.FAIL, True)
    command, whole, place = shlex.split(answer.advice)
    assert command == "cp"
    shutil.copy(whole, place)
    assert files_told(settings).level is Level.OK


def test_a_lost_file_without_a_whole_copy_is_asked_of_its_sender(settings: Settings) -> None:
    path = received_files(settings)[0]
    path.unlink()
    for one in (settings.backup or path).glob("objects/*/*"):
        spoil(one)
    answer = files_told(settings)
    assert (answer.level, "присланные ещё раз" in answer.advice) == (Level.FAIL, True)


def test_a_received_file_that_no_journal_knows_is_told(settings: Settings) -> None:
    path = settings.received / "ab" / ("ab" * 32)
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"sealed")
    answer = files_told(settings)
    assert (answer.level, f"received/ab/{path.name}" in answer.told) == (Level.WARN, True)


def test_lake_texts_and_remains_are_read_as_well(tmp_path: Path) -> None:
    with installation(tmp_path / "home", at=NOW) as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        take(home, NOW)
        home.notes.write("Пояснение")
        home.remains.write("a" * NAME_LETTERS, Left({}, {}, {}))
    settings = home.settings
    for folder, advice in ((settings.lake, "rebuild"), (settings.notes, "копии нет"), (settings.remains, "копии нет")):
        path = next(path for path in folder.rglob("*") if path.is_file())
        content = spoil(path)
        answer = files_told(settings)
        assert (answer.level, path.name in answer.told, advice in answer.advice) == (Level.FAIL, True, True)
        path.write_bytes(content)
    assert files_told(settings).level is Level.OK
