"""Native charts of kpi.xlsx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.release.workbook_styles import ACCENT, FONT, INK, LINE, MUTED, PAPER, TARGET

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

MOST_BARS = 60  # more cannot be told apart on a page
SMALL = {"name": FONT, "size": 9, "color": MUTED}
GRID = {"visible": True, "line": {"color": LINE, "width": 0.5}}
PERCENT_AXIS = {
    "num_format": '0"%"',
    "min": 0,
    "major_gridlines": GRID,
    "num_font": SMALL,
    "line": {"none": True},
}
DATE, VALUE, TARGET_VALUE = 1, 4, 5  # columns of the sheet «Ряд»


def series_chart(book: Workbook, title: str, sheet: str, first: int, last: int) -> Chart:
    """Chart rows `first` to `last` of the series: values as columns, targets as a line over them."""
    chart = book.add_chart({"type": "column"})
    dates = [sheet, first, DATE, last, DATE]
    chart.add_series(
        {
            "name": "Доля вовлечённых",
            "categories": dates,
            "values": [sheet, first, VALUE, last, VALUE],
            "fill": {"color": ACCENT},
            "gap": 60,
            "data_labels": {
                "value": True,
                "num_format": "0.0",
                "position": "inside_base",
                "font": SMALL | {"color": PAPER},
            },
        }
    )
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Цель",
            "categories": dates,
            "values": [sheet, first, TARGET_VALUE, last, TARGET_VALUE],
            "line": {"color": TARGET, "width": 1.75, "dash_type": "dash"},
            "marker": {"type": "diamond", "size": 6, "fill": {"color": TARGET}, "border": {"color": TARGET}},
        }
    )
    chart.combine(line)
    chart.show_blanks_as("gap")
    chart.set_x_axis({"text_axis": True, "num_format": "dd.mm.yyyy", "num_font": SMALL, "line": {"color": LINE}})
    chart.set_y_axis(PERCENT_AXIS)
    _finish(chart, title, {"position": "bottom", "font": SMALL})
    return chart


def ranking_chart(book: Workbook, sheet: str, first: int, last: int, column: int) -> Chart:
    """Chart the ranking as horizontal bars in its own order, the best on top."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Доля вовлечённых",
            "categories": [sheet, first, 1, last, 1],
            "values": [sheet, first, column, last, column],
            "fill": {"color": ACCENT},
            "gap": 45,
            "data_labels": {"value": True, "num_format": "0.0", "font": SMALL | {"color": INK}},
        }
    )
    chart.set_y_axis(
        {"reverse": True, "num_font": SMALL, "line": {"color": LINE}, "major_gridlines": {"visible": False}}
    )
    chart.set_x_axis(PERCENT_AXIS | {"visible": False})
    _finish(chart, "Доля вовлечённых обучающихся, %", {"none": True})
    return chart


def _finish(chart: Chart, title: str, legend: dict[str, Any]) -> None:
    chart.set_title(
        {"name": title, "overlay": False, "name_font": {"name": FONT, "size": 11, "bold": True, "color": INK}}
    )
    chart.set_legend(legend)
    chart.set_chartarea({"border": {"color": LINE}})
