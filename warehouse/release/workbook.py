"""The workbook of a release, kpi.xlsx: for people who read figures in Excel."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from warehouse.release.contents import Contents
from warehouse.release.overview import overview_of
from warehouse.release.workbook_figures import add_figures
from warehouse.release.workbook_parts import add_breakdowns, add_trajectory
from warehouse.release.workbook_ranking import add_ranking
from warehouse.release.workbook_revisions import add_revisions
from warehouse.release.workbook_sheets import add_passports, add_series, add_title
from warehouse.release.workbook_styles import Styles

MANY_FIGURES = 20_000  # from here rows go to the disk as they are written; charts are then drawn when opened


def write_workbook(contents: Contents, path: Path) -> None:
    """Write kpi.xlsx; what is text in the contents is text in its cells, never a formula or a link."""
    import xlsxwriter

    options = {
        "constant_memory": contents.figures.num_rows > MANY_FIGURES,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    overview = overview_of(contents)
    with xlsxwriter.Workbook(path, options) as book:
        created = contents.known_at.astimezone(UTC).replace(tzinfo=None)
        title = f"Показатели наставничества, выпуск {contents.release}"
        book.set_properties({"title": title, "author": "", "company": "", "comments": "", "created": created})
        styles = Styles(book)
        add_title(book, styles, overview)
        add_passports(book, styles, overview)
        add_series(book, styles, overview)
        add_trajectory(book, styles, overview)
        if overview.folded:
            add_ranking(book, styles, overview, overview.parts, "Территории")
        add_ranking(book, styles, overview, [place.scope for place in overview.institutions.values()], "Организации")
        if contents.public is None:
            add_breakdowns(book, styles, overview)
            add_revisions(book, styles, overview)
        add_figures(book, styles, contents)
