"""An erased person named again: told at once, gone at the next run of retention, whoever consented anew kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import runner
from tests.erasure.test_erase import figures_of, whole
from tests.erasure.world import LATER, NO_SURVEYS, PEOPLE, SURNAME, WORDS, book, looked_for, place_of
from tests.installations import COLLECTED, ENGINES, installation, moscow, take, vault_rows
from tests.workbooks import write
from warehouse.erasure.again import again_kept, found_again
from warehouse.erasure.erase import erase, wanted_row
from warehouse.erasure.later import erased_people
from warehouse.erasure.retention import retain
from warehouse.gate.personal import of_people
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home

SENT, DONE, AFTER = moscow("2022-02-02 10:00"), moscow("2022-02-07 06:00"), moscow("2022-02-20 10:00")
MOMENTS = count(1_643_000_000)  # of one second, size and inode a file would be taken for the one before it
RENEWED = "Мнимый"  # who consented anew after the erasure


def people(surname: str, consent: str) -> str:
    """Return the sheet with another day of one person's consent."""
    lines = PEOPLE.splitlines()
    return "\n".join(line.replace("01.10.2020", consent) if surname in line else line for line in lines)


@dataclass
class World:
    """An installation, opened by each test for itself: commands open it too."""

    folder: Path
    url: str | None

    def opened(self) -> AbstractContextManager[Home]:
        return installation(self.folder, self.url)

    def arrives(self, at: datetime, *files: tuple[str, dict]) -> list[str]:
        """Take files in; return their verdicts."""
        for number, (institution, sheets) in enumerate(files):
            write(self.folder / f"inbox/{institution}/{number}.zip", sheets, modified=next(MOMENTS))
        with self.opened() as home:
            return sorted(line.verdict for line in take(home, at).lines)


@pytest.fixture(scope="module", params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two people erased; then one school names both, and another names them in a book that is refused."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    made = World(tmp_path_factory.mktemp("again") / "home", url)
    assert made.arrives(COLLECTED, ("NSH-S007", book())) == ["accepted"]
    with made.opened() as home:
        for surname in (SURNAME, RENEWED):
            erase(home, wanted_row(*place_of(home, surname)), "request", "clerk", LATER)
    again = book("NSH-S008", Участники=people(RENEWED, "02.02.2022"), Анкеты=NO_SURVEYS)
    assert made.arrives(SENT, ("NSH-S008", again), ("NSH-S014", {"Участники": PEOPLE})) == ["accepted", "rejected"]
    return made


def test_nothing_of_them_reaches_the_vault(world: World) -> None:
    with world.opened() as home:
        kept = repr(vault_rows(home))
    assert SURNAME not in kept and RENEWED in kept


def test_a_clerk_is_told(world: World) -> None:
    with world.opened() as home, home.reading() as connection:
        assert [one.institution_code for one in again_kept(connection, home.settings)] == ["NSH-S008"]
        assert of_people(home, connection)[0].detail.startswith("Прислали: NSH-S008.")
    own = {"NASTAVNIK_WAREHOUSE_URL": world.url} if world.url else {}
    told = runner(world.folder)("status", "--on", "2022-02-04", **own).output
    assert "Снова присланы удалённые люди" in told and "nastavnik retention" in told and SURNAME not in told


def test_retention_erases_them_again_and_once(world: World) -> None:
    with world.opened() as home:
        _erased_again_once(home)


def _erased_again_once(home: Home) -> None:
    before = whole(home)
    dry = retain(home, DONE, dry_run=True)
    assert whole(home) == before
    done = retain(home, DONE)
    after = whole(home)
    assert done.counts == dry.counts == {"again": 1, "files": 2, "rows": 0, "made": 0}
    assert figures_of(after) == figures_of(before)
    assert looked_for(home, WORDS).found == set()
    assert looked_for(home, (RENEWED,)).found  # in what is left of the book
    with home.reading() as connection:
        first = erased_people(connection, home.settings.timezone)[0].seq
    facts = dict(load_workbook(done.acts[0])["Акт"].iter_rows(min_row=3, max_col=2, values_only=True))
    assert facts["Причина уничтожения"].startswith("Человек, чьи сведения уничтожены раньше")
    assert (facts["Уничтожено полученных файлов"], facts["Кто принял решение"]) == ("2", f"по акту № {first}")
    assert (retain(home, DONE).acts, found_again(home)) == ([], [])
    with home.reading() as connection:
        assert again_kept(connection, home.settings) == []
    rebuild(home)
    assert whole(home) == after


def test_a_consent_between_the_two_erasures_holds(world: World) -> None:
    """What retention did on the seventh is the erasure of the first: a consent of the fifth came after it."""
    told = book("NSH-S008", Участники=people(SURNAME, "05.02.2022"), Анкеты=NO_SURVEYS)
    assert world.arrives(SENT, ("NSH-S008", told)) == ["accepted"]
    with world.opened() as home:
        assert SURNAME in repr(vault_rows(home))
        assert found_again(home) == []
        assert retain(home, AFTER).acts == []
