"""The sheets of kpi.xlsx that rank institutions and territories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.release.overview import Overview, Scope, Standing, territory
from warehouse.release.wording import HIDDEN, SCOPES, STATES, STATUSES, day
from warehouse.release.workbook_charts import MOST_BARS, ranking_chart
from warehouse.release.workbook_styles import ROW_HEIGHT, Cell, Styles, add_head, put, told

if TYPE_CHECKING:
    from xlsxwriter import Workbook

TERRITORY, PLAN = "Территория", "План приказа, %"
RANKING = {
    "Место": 7, "Кто": 30, "Вид": 8, TERRITORY: 18, "Обучающихся": 12, "Вовлечено": 11, "Доля, %": 8,
    "Изменение, п. п.": 11, PLAN: 9, "Сведения": 13, "Статус": 16,
}  # fmt: skip
CHART_COLUMNS, COLUMN_WIDTH = 6, 64  # beside the table; pixels of a column that nobody set
ROWS_AROUND = 6  # rows that the chart's title and margins take


def add_ranking(book: Workbook, styles: Styles, overview: Overview, scopes: Sequence[Scope], name: str) -> None:
    """Add a sheet of scopes ranked by the reported indicator; a bar chart when few enough to tell apart."""
    sheet = book.add_worksheet(name)
    standings = overview.rank(scopes)
    empty = {TERRITORY: not overview.folded, PLAN: not overview.planned}
    columns = {heading: width for heading, width in RANKING.items() if not empty.get(heading)}
    title = f"{name} по доле вовлечённых обучающихся на {day(overview.contents.as_of)}"
    since = f"«Изменение»: с {day(overview.previous)}. " if overview.previous else ""
    note = since + ("«План приказа»: вовлечено к числу участников по перечню приказа." if overview.planned else "")
    add_head(sheet, styles, title, columns, note)
    for row, standing in enumerate(standings, start=3):
        cells = _ranking_cells(overview, standing)
        put(sheet, styles, row, [cells[heading] for heading in columns])
    last, right = 2 + len(standings), len(columns) - 1
    sheet.autofilter(2, 0, last, right)
    sheet.freeze_panes(3, 2)
    valued = sum(standing.place is not None for standing in standings)  # the rest stand last
    if 0 < valued <= MOST_BARS:
        chart = ranking_chart(book, name, 3, 2 + valued, column=list(columns).index("Доля, %"))
        chart.set_size({"width": CHART_COLUMNS * COLUMN_WIDTH, "height": ROW_HEIGHT * (valued + ROWS_AROUND)})
        sheet.insert_chart(2, right + 1, chart, {"x_offset": 16})
        last, right = max(last, 2 + valued + ROWS_AROUND), right + 1 + CHART_COLUMNS
    sheet.print_area(0, 0, last, right)


def _ranking_cells(overview: Overview, standing: Standing) -> dict[str, Cell]:
    figure, scope = standing.figure, standing.scope
    institution = overview.institutions[scope.code] if scope.type == "institution" else None
    reported = f"{figure.reported} из {figure.expected}" if figure else None
    return {
        "Место": Cell(standing.place, "centre"),
        "Кто": Cell(scope.title),
        "Вид": Cell(institution.kind if institution else SCOPES[scope.type], "centred"),
        TERRITORY: Cell(
            territory(overview.contents, "municipality", institution.municipality).title if institution else None
        ),
        "Обучающихся": told(figure, "denominator", "whole"),
        "Вовлечено": told(figure, "numerator", "whole"),
        "Доля, %": told(figure, "value", "fixed"),
        "Изменение, п. п.": Cell(standing.change, "change"),
        PLAN: Cell(HIDDEN, "centre")
        if institution and institution.plan_hidden
        else Cell(institution and institution.plan, "fixed"),
        "Сведения": Cell(STATES[institution.state] if institution else reported, "centre"),
        "Статус": Cell(figure and STATUSES[figure.status], "centre"),
    }
