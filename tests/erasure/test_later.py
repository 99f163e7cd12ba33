"""After an erasure: what comes again, consents given anew, changed keys, another erasure in the same files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.erasure.test_erase import figures_of, whole
from tests.erasure.world import LATER, NAMESAKE, PEOPLE, SURNAME, WORDS, book, looked_for, place_of
from tests.installations import installation, moscow, received_hashes, settings_for, take, vault_rows
from tests.workbooks import write
from warehouse.access.rotation import rotate, sealed_under
from warehouse.erasure.erase import erase, wanted_row
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured

pytestmark = pytest.mark.slow  # a history is made anew
AGAIN = moscow("2022-02-02 10:00")


@pytest.fixture(scope="module")
def erased(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(filled, tmp_path_factory.mktemp("erased") / "home"))
    with installation(folder) as home:
        erase(home, wanted_row(*place_of(home)), "consent-withdrawn", "clerk", LATER)
    return folder


@pytest.fixture
def folder(erased: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(erased, tmp_path / "home"))


def test_the_same_bytes_again_are_not_kept(folder: Path) -> None:
    """From their sender, and from a school that never sent them: judged, and gone."""
    with installation(folder) as home:
        before = received_hashes(home)
        write(folder / "inbox/NSH-S007/9.zip", book())
        write(folder / "inbox/NSH-D001/9.zip", book())
        assert take(home, AGAIN).verdicts == {"duplicate": 1, "rejected": 1}
        assert received_hashes(home) == before
        assert looked_for(home, WORDS).found == set()
        after = whole(home)
        rebuild(home)
        assert whole(home) == after


@pytest.mark.parametrize(
    ("consent", "people", "kept"),
    [("01.10.2020", PEOPLE, False), ("01.02.2022", PEOPLE, False), ("02.02.2022", PEOPLE, True),
     ("01.10.2020", NAMESAKE, False)],
)  # fmt: skip
def test_a_later_delivery_names_them_by_a_later_consent_alone(
    folder: Path, consent: str, people: str, kept: bool
) -> None:
    first, *rest = people.splitlines()
    person, *others = rest
    told = "\n".join([first, person.replace("01.10.2020", consent), *others])
    with installation(folder) as home:
        write(folder / "inbox/NSH-S008/9.zip", book("NSH-S008", Участники=told))
        (line,) = take(home, AGAIN).lines
        if consent != "02.02.2022":
            assert line.verdict == "accepted"
        rows = [row for row in vault_rows(home)["personal.participants"] if row[0] == line.delivery]
        assert (SURNAME in repr(rows)) is kept
        assert len(rows) == 2 + kept
        after = whole(home)
        rebuild(home)
        assert whole(home) == after


def test_another_person_of_the_same_files(folder: Path) -> None:
    """Their bytes are gone already: what is left of them is written anew."""
    with installation(folder) as home:
        before = whole(home)
        done = erase(home, wanted_row(*place_of(home, "Мнимый")), "request", "clerk", AGAIN)
        assert done.counts["rows"] > 0
        assert figures_of(whole(home)) == figures_of(before)
        assert looked_for(home, ("Мнимый", *WORDS)).found == set()
        assert looked_for(home, ("Учебная",)).found
        after = whole(home)
        rebuild(home)
        assert whole(home) == after


def test_keys_change_and_tokens_do_not(folder: Path) -> None:
    with installation(folder) as home:
        before = whole(home)
    with opened(settings_for(folder), AGAIN, write=True, changing_keys=True) as home:
        with pytest.raises(Misconfigured, match="Ключ токенов сменить нельзя"):
            rotate(home, tokens=True)
        rotate(home)
    with installation(folder) as home:
        after = whole(home)
        assert after | {"remains": 0} == before | {"remains": 0}
        assert after["remains"].keys() == before["remains"].keys()
        assert set(sealed_under(home)) == {home.ring.storage.current}
        rebuild(home)
        assert whole(home) == after


def test_remains_lost_are_told(folder: Path) -> None:
    with installation(folder) as home:
        next(home.remains.paths()).unlink()
        before = figures_of(whole(home))
        with pytest.raises(Misconfigured, match="Верните его из резервной копии"):
            rebuild(home)
        assert figures_of(whole(home))["warehouse"] == before["warehouse"]


def test_rules_rehearsed_leave_out_what_cannot_be_read(folder: Path) -> None:
    from expectations.rules.ruleset import SHIPPED
    from warehouse.preview.rehearse import rehearse

    with installation(folder) as home:
        told = rehearse(home, SHIPPED)
        assert (told.turned, told.findings, told.figures) == ([], {}, [])
