"""What people said in words goes with whom it names, and outlives a change of keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.holding.test_explained import LONELY, OLD, TEXT, deliver, explained_rules
from tests.installations import installation, moscow, settings_for
from warehouse.access.rotation import rotate, sealed_under
from warehouse.copies.belonging import files_of, known_to
from warehouse.erasure.erase import erase, wanted_row
from warehouse.erasure.retention import retain
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import all_entries
from warehouse.journal.notes import LONGEST
from warehouse.review.explained import listed
from warehouse.review.explaining import explain

AT = moscow("2022-01-10 12:00")
PAPERS = "Документы на согласовании"


@pytest.fixture
def said(tmp_path: Path) -> tuple[Path, str]:
    """A home with two explanations, one of which names somebody; and the delivery."""
    with installation(tmp_path / "home") as home:
        delivery = deliver(home)
        explain(home, delivery, OLD, TEXT, AT, "регистратор")
        explain(home, delivery, "document-missing", PAPERS, AT, "регистратор")
    return tmp_path / "home", delivery


def texts(home: Home) -> list[str | None]:
    with home.reading() as connection:
        return [home.notes.read(one.explained.note) for one in listed(connection)]


def test_words_that_name_the_erased_are_destroyed(said: tuple[Path, str]) -> None:
    folder, delivery = said
    row = 1 + next(n for n, line in enumerate(LONELY.strip().splitlines()) if "Лишний" in line)
    with installation(folder) as home:
        erase(home, wanted_row(delivery, row), "request", "clerk", moscow("2022-02-01 12:00"))
        assert texts(home) == [None, PAPERS]
        assert explained_rules(home, delivery) == {OLD: 1, "document-missing": 4}


def test_words_go_with_the_identities_of_their_year(said: tuple[Path, str]) -> None:
    with installation(said[0], NASTAVNIK_KEEP_IDENTITIES_YEARS="1") as home:
        retain(home, moscow("2022-12-31 12:00"))
        assert len(list(home.notes.paths())) == 2
        retain(home, moscow("2023-01-01 12:00"))
        assert list(home.notes.paths()) == []


def test_new_keys_open_them_and_know_what_was_explained(said: tuple[Path, str]) -> None:
    folder, delivery = said
    settings = settings_for(folder)
    with opened(settings, AT, write=True, changing_keys=True) as home:
        ring = rotate(home, tokens=True).ring
    with opened(settings, AT, write=True) as home:
        assert texts(home) == [TEXT, PAPERS]
        assert set(sealed_under(replace(home, ring=ring))) == {ring.storage.current}
        assert explained_rules(home, delivery) == {OLD: 1, "document-missing": 4}
        assert explained_rules(home, deliver(home, students=101)) == {OLD: 1, "document-missing": 4}


def test_a_backup_has_them_and_what_nobody_knows_is_swept(said: tuple[Path, str]) -> None:
    with installation(said[0]) as home:
        stray = home.notes.write("прервано")
        with home.reading() as connection:
            belonging = set(files_of(home.settings, known_to(all_entries(connection))))
            home.notes.forget_strays(connection)
        assert {f"notes/{path.name}" for path in home.notes.paths()} <= belonging
        assert home.notes.read(stray) is None
        assert texts(home) == [TEXT, PAPERS]


@pytest.mark.parametrize("text", ["", " \n", "я" * (LONGEST + 1)])
def test_words_have_an_end(said: tuple[Path, str], text: str) -> None:
    with installation(said[0]) as home, pytest.raises(Misconfigured, match="Пояснение"):
        explain(home, said[1], "1", text, AT, "регистратор")
