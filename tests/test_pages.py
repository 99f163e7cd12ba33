"""Pages for people: links lead somewhere, the index names every page, tests that a page cites exist."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)(?:#[^)]*)?\)")
ITEM = re.compile(r"(?:[-*+]|\d+\.) ")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ROOT.glob("docs/**/*.md"), ids=lambda page: page.name)
def test_a_list_or_table_stands_apart_from_what_is_before_it(page: Path) -> None:
    """The site's Markdown takes it for more of the paragraph otherwise."""
    lines = re.sub(r"```.*?```", "```", page.read_text(encoding="utf-8"), flags=re.DOTALL).splitlines()
    ran_together = [
        after
        for before, after in pairwise(lines)
        if before.strip()
        and (
            (ITEM.match(after) and not ITEM.match(before) and not before.startswith((" ", "#")))
            or (after.startswith("|") and not before.startswith(("|", "#")))
        )
    ]
    assert ran_together == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(ROOT / "docs")) for page in ROOT.glob("docs/*/*.md")}
    assert pages - set(LINK.findall(index)) == set()


def test_tests_that_promises_cite_exist() -> None:
    cited = re.findall(r"`(tests/[\w/]+(?:\.py)?)", (ROOT / "docs/engineers/security.md").read_text(encoding="utf-8"))
    assert len(cited) > 20
    assert [path for path in cited if not (ROOT / path).exists()] == []


def test_pictures_are_small_and_shown() -> None:
    """A page loads on a school's line; a picture that no page shows is nobody's."""
    shown = {Path(link).name for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))}
    pictures = [path for path in (ROOT / "docs/pictures").iterdir() if path.suffix in {".png", ".svg"}]
    assert [path.name for path in pictures if path.name not in shown] == []
    assert [path.name for path in pictures if path.suffix == ".png" and path.stat().st_size > 150_000] == []
