"""Who sent a file is told by the folder it lies in, whatever stands in it: nobody speaks for another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli.telling.words import intake_words
from tests.canaries import search
from tests.cli.conftest import runner
from tests.installations import COLLECTED, ENGINES, figures, installation, moscow, rows, take
from tests.workbooks import PEOPLE, submission, write
from warehouse.collection.alarms import alarms, alarms_among
from warehouse.ingestion.intake import IntakeSummary
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.tables.tables import table

OWNER, STRANGER = "NSH-S008", "NSH-S007"
CANARY = "Канарейкинск"
OF_OWNER = PEOPLE.replace("Пробный", CANARY)
SOMEWHERE_ELSE = (
    "nsh-s008",
    "NSH-S008 ",
    "NSH-S008.",
    "NSН-S008",
    "..NSH-S008",
    "nobody",
)  # the fourth is half Cyrillic


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One school's accepted file, in force."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("senders") / "home", url) as home:
        write(home.settings.inbox / OWNER / "a.xlsx", submission(OWNER, Участники=OF_OWNER))
        assert [line.verdict for line in take(home).lines] == ["accepted"]
        yield home


def posed(home: Home, tmp_path: Path, kind: str) -> IntakeSummary:
    """Let another school send what says it is of the owner."""
    folder = home.settings.inbox / STRANGER
    folder.mkdir(exist_ok=True)
    if kind == "other figures":
        write(folder / f"{OWNER}.xlsx", submission(OWNER, students=999))
    else:
        stolen = write(tmp_path / "a.xlsx", submission(OWNER, Участники=OF_OWNER))
        if kind == "a hard link":
            (folder / "b.xlsx").hardlink_to(stolen)
        elif kind == "a symbolic link":
            (folder / "c.xlsx").symlink_to(stolen)
        else:
            stolen.replace(folder / "d.xlsx")
    return take(home, moscow("2022-01-11 12:00"))


def in_force(home: Home) -> list[tuple]:
    return figures(home).to_pylist()


@pytest.mark.parametrize("kind", ["other figures", "the owner's very bytes", "a hard link"])
def test_a_file_of_another_is_refused_with_an_alarm_and_changes_nothing(home: Home, tmp_path: Path, kind: str) -> None:
    before = in_force(home)
    (line,) = posed(home, tmp_path, kind).lines
    assert (line.institution_code, line.verdict) in ((STRANGER, "rejected"), (STRANGER, "duplicate"))
    assert in_force(home) == before
    with home.reading() as connection:
        told = alarms(connection, COLLECTED, known_by(connection, None))
    assert STRANGER in {one.institution_code for one in told}
    assert not list((home.settings.inbox / STRANGER).iterdir())


def test_the_stranger_is_told_nothing_of_the_owner(home: Home, tmp_path: Path) -> None:
    for kind in ("other figures", "the owner's very bytes"):
        posed(home, tmp_path, kind)
    looked = search([CANARY, OWNER, "СОШ № 8"])
    documents = list((home.settings.receipts / STRANGER).rglob("receipt.json"))
    for document in documents:
        looked.content(document.read_bytes(), document.name)
        looked.content((document.parent / "протокол.xlsx").read_bytes(), "протокол.xlsx")
    assert documents and looked.looked and looked.found == set()
    told = {finding["rule"] for document in documents for finding in json.loads(document.read_text())["findings"]}
    assert "wrong-inbox-folder" in told


def test_anothers_bytes_are_no_duplicate_of_theirs(home: Home, tmp_path: Path) -> None:
    posed(home, tmp_path, "the owner's very bytes")
    ledger = rows(home, table("deliveries"), "institution_code", "delivery", "duplicate_of")
    owned = {delivery for code, delivery, _ in ledger if code == OWNER}
    assert not owned & {of for code, _, of in ledger if code == STRANGER}


def test_no_link_is_followed(home: Home, tmp_path: Path) -> None:
    """Neither of a file nor of a whole folder: both are counted as odd and left."""
    link = home.settings.inbox / "NSH-S014"
    link.symlink_to(tmp_path, target_is_directory=True)
    write(tmp_path / "x.xlsx", submission("NSH-S014"))
    found = posed(home, tmp_path, "a symbolic link")
    assert (found.lines, found.odd) == ([], 2)
    assert link.is_symlink() and (tmp_path / "a.xlsx").exists() and (tmp_path / "x.xlsx").exists()
    link.unlink()
    (home.settings.inbox / STRANGER / "c.xlsx").unlink()


def test_a_folder_that_is_only_like_the_owners_is_nobodys(home: Home) -> None:
    before = in_force(home)
    for number, folder in enumerate(SOMEWHERE_ELSE):
        write(home.settings.inbox / folder / "a.xlsx", submission(OWNER, students=990 + number))
    lines = take(home, moscow("2022-01-12 12:00")).lines
    with home.reading() as connection:
        foreign = alarms_among(connection, (line.delivery for line in lines))
    assert sorted((line.institution_code, line.verdict) for line in lines) == [
        (folder, "rejected") for folder in sorted(SOMEWHERE_ELSE)
    ]
    assert foreign == {line.delivery for line in lines}
    assert in_force(home) == before


def test_a_file_in_nobodys_folder_is_told_and_left(home: Home) -> None:
    path = write(home.settings.inbox / "root.xlsx", submission(OWNER))
    found = take(home, moscow("2022-01-12 12:00"))
    assert (found.lines, found.odd, path.exists()) == ([], 1, True)
    path.unlink()


def test_the_alarm_is_told_by_intake_and_by_status(tmp_path: Path) -> None:
    run = runner(tmp_path / "home")
    write(tmp_path / "home/inbox" / STRANGER / "a.xlsx", submission(OWNER, Участники=OF_OWNER))
    taken = run("intake", "--received-at", "2022-01-10")
    assert taken.exit_code == 1 and "Тревога: файлов, сданных в чужую папку: 1." in taken.stdout
    status = run("status", "--on", "2022-01-11").stdout
    assert "Тревога: файл чужой организации в папке" in status and STRANGER in status.partition("Тревога")[2]
    assert OWNER not in status.partition("Тревога")[2]
    assert "Тревога" not in run("status", "--on", "2027-01-11").stdout
    assert "Тревога" not in intake_words(IntakeSummary(), Path(os.devnull))
