"""The pages of docs/reference/: as the code would write them, and nothing left out."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from flows.cli.reference_pages import PAGES
from tests.cli.test_help import pages
from warehouse.installation.settings import Settings
from warehouse.installation.settings_known import GROUPS, KNOWN
from warehouse.tables.tables import tables_of

REFERENCE = Path(__file__).parents[2] / "docs/reference"
# Settings of one command or of a library, and fields made of several settings or of none.
NO_FIELD = {"inbox", "sign_passphrase", "key_file", "key_command", "new_key_command"}
NO_SETTING = {"channels", "limits"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_the_one_the_code_would_write(page: str) -> None:
    assert (REFERENCE / page).read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def test_every_command_has_its_chapter() -> None:
    chapters = [line for line in PAGES["cli.md"]().splitlines() if line.startswith("## ")]
    ends = [path for path in pages() if path and not any(other[: len(path)] == path != other for other in pages())]
    assert sorted(chapters) == sorted(f"## nastavnik {' '.join(path)}" for path in ends)


def test_every_table_has_its_chapter() -> None:
    page = PAGES["tables.md"]()
    assert [name for name in tables_of().tables if f"\n## {name}\n" not in page] == []


def test_settings_are_told_once_and_read() -> None:
    named = [setting.name for group in GROUPS for setting in group.settings]
    assert len(named) == len(KNOWN)
    read = {name.removeprefix("NASTAVNIK_").lower() for name in named}
    assert {field.name for field in fields(Settings)} - NO_SETTING <= read | {"inbox"}
    assert read - {field.name for field in fields(Settings)} <= NO_FIELD
    assert [
        setting.page for group in GROUPS for setting in group.settings if not (REFERENCE.parent / setting.page).exists()
    ] == []
