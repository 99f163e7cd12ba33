"""The order's documents written: under documents/<release>, or where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from warehouse.documents.monitoring import render_monitoring
from warehouse.documents.page import pages_of
from warehouse.documents.released import released_contents
from warehouse.installation.durable import write_durably
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.receipts.folders import folder_name
from warehouse.release.overview import overview_of

FOLDER, MONITORING, PAGES = "documents", "monitoring.docx", "pages"  # in the home; no names are in any


def make_monitoring(home: Home, release: str, output: Path | None = None, template: Path | None = None) -> Path:
    """Write the monitoring report of a release; return its path. An earlier file of that name is replaced whole."""
    path = output or home.settings.home / FOLDER / release / MONITORING
    _write(path, render_monitoring(released_contents(home, release), template))
    return path


def make_pages(
    home: Home, release: str, institution: str | None = None, output: Path | None = None,
    advance: Callable[[int, int], None] = lambda done, of: None,
) -> list[Path]:  # fmt: skip
    """Write the page of each institution expected, or of one; return the paths. `advance` is told how many are done."""
    overview = overview_of(released_contents(home, release))
    codes = list(overview.institutions) if institution is None else [institution]
    if not codes or codes[0] not in overview.institutions:
        raise Misconfigured(f"В выпуске {release} нет организации {institution or ''}.".replace(" .", "."))
    folder, pages, written = output or home.settings.home / FOLDER / release / PAGES, pages_of(overview), []
    for done, code in enumerate(codes, start=1):
        path = folder / f"{folder_name(code)}.pdf"
        _write(path, pages.render(code))
        written.append(path)
        advance(done, len(codes))
    return written


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(path, content)
