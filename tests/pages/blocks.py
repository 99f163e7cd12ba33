"""What the pages tell to type: their fenced blocks of shell, in order."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fenced(page: Path) -> list[tuple[str, str]]:
    """Return the language and the text of every fenced block."""
    return FENCED.findall(page.read_text(encoding="utf-8"))


def shell_of(page: Path) -> str:
    """Return all that a page tells to type."""
    return "".join(text for language, text in fenced(page) if language == "sh")


WITH_SHELL = {name_of(page): shell for page in PAGES if (shell := shell_of(page))}


def typed_lines(page: str) -> list[str]:
    """Return the commands of a page, a line each: one that ends with a backslash goes on in the next."""
    return re.sub(r" +#", " #", WITH_SHELL[page].replace("\\\n", " ")).splitlines()


def said_commands(page: Path) -> list[str]:
    """Return the commands that stand in the sentences of a page."""
    return re.findall(r"`(nastavnik [a-z][^`]*)`", FENCED.sub("", page.read_text(encoding="utf-8")))
