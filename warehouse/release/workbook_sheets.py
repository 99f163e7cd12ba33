"""The sheets of kpi.xlsx that are laid out for reading: title, passports, series, ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from warehouse.release.contents import PERCENT, PROVISIONAL
from warehouse.release.overview import Figure, Overview, Scope, Standing
from warehouse.release.wording import (
    NO,
    OF_INSTITUTIONS,
    SCOPES,
    STATES,
    STATUSES,
    YES,
    counted,
    day,
    moment,
    percent,
)
from warehouse.release.workbook_charts import MOST_BARS, ranking_chart, series_chart
from warehouse.release.workbook_styles import Styles

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet


class Cell(NamedTuple):
    """A value and the style it is shown in."""

    value: str | Decimal | int | date | None
    style: str = "text"


def put(sheet: Worksheet, styles: Styles, row: int, cells: Sequence[Cell], first: int = 0) -> None:
    """Write a row of typed cells; text is always text and None an empty cell with its border."""
    for column, (value, style) in enumerate(cells, start=first):
        if value is None:
            sheet.write_blank(row, column, None, styles[style])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, styles[style])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, styles[style])
        else:
            sheet.write_number(row, column, value, styles[style])


NOTES = (
    "Достижение цели проверено по точному отношению: числитель × 100 ≥ цель × знаменатель, без округления.",
    "Предварительный показатель сосчитан по организациям, которые сдали сведения. Нижняя и верхняя границы: каким он "
    "станет, если среди обучающихся остальных организаций не вовлечён никто или вовлечены все.",
    "Пустая ячейка: показателя нет (например, знаменатель равен нулю). Это не 0 %.",
)


def add_title(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Титул»: what this release is and what it says in one figure."""
    contents = overview.contents
    sheet = book.add_worksheet("Титул")
    styles.set_page(sheet, [34, 100])
    sheet.write_string(0, 0, "Показатели наставничества", styles["title"])
    sheet.write_string(1, 0, f"{overview.top.title}, отчётная дата {day(contents.as_of)}", styles["subtitle"])
    row = 3
    for label, cell in _title_rows(overview):
        put(sheet, styles, row, [Cell(label, "label"), cell])
        row += 1
    sheet.write_string(row + 1, 0, "Листы книги", styles["section"])
    row += 2
    for name, about in _sheets(overview):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", styles["link"], name)
        sheet.write_string(row, 1, about, styles["plain"])
        row += 1
    sheet.write_string(row + 1, 0, "Как читать", styles["section"])
    for offset, note in enumerate(NOTES, start=row + 2):
        sheet.set_row(offset, 28)
        sheet.merge_range(offset, 0, offset, 1, note, styles["note"])
    sheet.print_area(0, 0, row + 1 + len(NOTES), 1)


def _title_rows(overview: Overview) -> list[tuple[str, Cell]]:
    contents, figure = overview.contents, overview.figure(overview.top)
    rows = [
        ("Номер выпуска", Cell(contents.release)),
        ("Отчётная дата", Cell(contents.as_of, "left_date")),
        ("По сведениям, известным на", Cell(moment(contents.known_at))),
    ]
    if figure is None:
        return rows
    reported = f"{STATUSES[figure.status]}: сведения сдали {figure.reported} из {counted(figure.expected, OF_INSTITUTIONS)}"
    rows += [
        ("Статус", Cell(reported)),
        ("Вовлечено обучающихся", Cell(figure.numerator, "left_whole")),
        ("Всего обучающихся", Cell(figure.denominator, "left_whole")),
        ("Доля вовлечённых", Cell(figure.value, "left_fixed")),
    ]
    if figure.target is not None:
        rows += [
            ("Цель", Cell(figure.target, "left_fixed")),
            ("Цель достигнута", Cell(_yes(figure.meets_target))),
            ("Не хватает до цели, человек", Cell(figure.people_missing, "left_whole")),
        ]
    if figure.status == PROVISIONAL and figure.low is not None:
        rows.append(
            ("Границы с учётом несданных", Cell(f"от {percent(figure.low, 2)} до {percent(figure.high, 2)}"))
        )
    return rows


def _sheets(overview: Overview) -> list[tuple[str, str]]:
    sheets = [
        ("Показатели", "что означает каждый показатель: формулировка, формула, источник"),
        ("Ряд", "доля вовлечённых обучающихся по отчётным датам и её цели"),
        ("Территории", "доля вовлечённых обучающихся по территориям"),
        ("Организации", "организации по доле вовлечённых обучающихся"),
        ("Все показатели", "каждый показатель выпуска: те же строки, что в kpi.csv и kpi.parquet"),
    ]
    return [sheet for sheet in sheets if overview.folded or sheet[0] != "Территории"]


def add_passports(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Показатели»: the passport of each indicator with its present value."""
    sheet = book.add_worksheet("Показатели")
    widths = (32, 26, 9, 38, 36, 9, 30, 12)
    headings = (
        "Показатель",
        "Код",
        "Версия",
        "Формулировка",
        "Как считается",
        "Единица",
        "Источник",
        f"На {day(overview.contents.as_of)}",
    )
    _head(sheet, styles, "Паспорта показателей", headings, widths)
    for row, words in enumerate(overview.contents.indicators.to_pylist(), start=3):
        figure = overview.figure(overview.top, indicator=words["code"])
        counted_as = words["numerator_words"] or ""
        if words["denominator_words"]:
            counted_as = f"{counted_as} ÷ {words['denominator_words']}" + (
                " × 100" if words["unit"] == PERCENT else ""
            )
        texts = [
            words["title"],
            words["code"],
            words["definition"],
            words["wording"],
            counted_as,
            words["unit"],
            words["source"],
        ]
        now = None if figure is None else figure.value if words["denominator_words"] else figure.numerator
        put(
            sheet,
            styles,
            row,
            [
                *(Cell(text, "wrapped") for text in texts),
                Cell(now, "fixed" if words["denominator_words"] else "number"),
            ],
        )
        tallest = max(-(-len(text or "") // (width - 2)) for text, width in zip(texts, widths, strict=False))
        sheet.set_row(row, 13.5 * tallest + 3)
    sheet.print_area(0, 0, 2 + overview.contents.indicators.num_rows, len(headings) - 1)


SERIES_HEADINGS = (
    "Отчётная дата", "Вовлечено обучающихся", "Всего обучающихся", "Доля, %", "Цель, %", "Цель достигнута",
    "Не хватает до цели, человек", "Статус", "Сдали организаций", "Нижняя граница, %", "Верхняя граница, %",
)  # fmt: skip
CHART_ROWS = 17
CHARTS_WIDTH = 1280  # pixels that the columns of the series take
ROW_HEIGHT = 20  # pixels of a row that nobody set


def add_series(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Ряд»: the reported indicator by date against its targets, a chart for each scope that has them."""
    sheet = book.add_worksheet("Ряд")
    widths = (32, *(13,) * 7, 16, *(13,) * 3)
    heading_row = CHART_ROWS + 3
    styles.set_page(sheet, widths, heading_row)
    sheet.write_string(0, 0, "Обучающиеся, вовлечённые в наставничество", styles["title"])
    sheet.write_string(
        1, 0, f"{overview.top.title}: доля от всех обучающихся и цели приказа", styles["subtitle"]
    )
    sheet.set_row(heading_row, 45)
    put(sheet, styles, heading_row, [Cell(text, "heading") for text in ("Кто", *SERIES_HEADINGS)])
    row, scopes = heading_row + 1, (overview.top, *overview.kinds)
    for place, scope in enumerate(scopes):
        for offset, as_of in enumerate(overview.dates):
            put(
                sheet,
                styles,
                row + offset,
                [Cell(scope.title), *_series_cells(overview.figure(scope, as_of), as_of)],
            )
        chart = series_chart(book, scope.title, sheet.name, row, row + len(overview.dates) - 1)
        width = CHARTS_WIDTH // len(scopes)
        chart.set_size({"width": width - 10, "height": ROW_HEIGHT * CHART_ROWS - 12})
        sheet.insert_chart(2, 0, chart, {"x_offset": width * place, "y_offset": 8})
        row += len(overview.dates)
    sheet.print_area(0, 0, row - 1, len(SERIES_HEADINGS))


def _series_cells(figure: Figure | None, as_of: date) -> list[Cell]:
    if figure is None:
        return [Cell(as_of, "date"), *(Cell(None) for _ in SERIES_HEADINGS[1:])]
    return [
        Cell(as_of, "date"),
        Cell(figure.numerator, "whole"),
        Cell(figure.denominator, "whole"),
        Cell(figure.value, "fixed"),
        Cell(figure.target, "fixed"),
        Cell(None if figure.target is None else _yes(figure.meets_target), "centre"),
        Cell(figure.people_missing, "whole"),
        Cell(STATUSES[figure.status], "centre"),
        Cell(f"{figure.reported} из {figure.expected}", "centre"),
        Cell(figure.low, "fixed"),
        Cell(figure.high, "fixed"),
    ]


TERRITORY = "Территория"
RANKING = {
    "Место": 7, "Кто": 36, "Вид": 15, TERRITORY: 18, "Обучающихся": 13, "Вовлечено": 11, "Доля, %": 9,
    "Изменение, п. п.": 12, "План приказа, %": 11, "Сведения": 15, "Статус": 17,
}  # fmt: skip


def add_ranking(
    book: Workbook, styles: Styles, overview: Overview, scopes: Sequence[Scope], name: str
) -> None:
    """Add a sheet of scopes ranked by the reported indicator, with a bar chart when they are few enough to read."""
    sheet = book.add_worksheet(name)
    standings = overview.rank(scopes)
    columns = {
        heading: width for heading, width in RANKING.items() if overview.folded or heading != TERRITORY
    }
    since = f"«Изменение»: с {day(overview.previous)}. " if overview.previous else ""
    note = f"{since}«План приказа»: вовлечено к числу участников по перечню приказа."
    _head(
        sheet,
        styles,
        f"{name} по доле вовлечённых обучающихся на {day(overview.contents.as_of)}",
        tuple(columns),
        tuple(columns.values()),
        note,
    )
    for row, standing in enumerate(standings, start=3):
        cells = _ranking_cells(overview, standing)
        put(sheet, styles, row, [cells[heading] for heading in columns])
    last = 2 + len(standings)
    sheet.autofilter(2, 0, last, len(columns) - 1)
    sheet.freeze_panes(3, 2)
    valued = sum(standing.place is not None for standing in standings)  # the rest stand last
    few = 0 < valued <= MOST_BARS
    if few:
        chart = ranking_chart(book, name, 3, 2 + valued, column=list(columns).index("Доля, %"))
        chart.set_size({"width": 8 * 64, "height": ROW_HEIGHT * (len(standings) + 6)})
        sheet.insert_chart(2, len(columns), chart, {"x_offset": 16, "y_offset": 0})
    sheet.print_area(0, 0, last + (6 if few else 0), len(columns) - 1 + (9 if few else 0))


def _ranking_cells(overview: Overview, standing: Standing) -> dict[str, Cell]:
    figure, institution = standing.figure, overview.institutions.get(standing.scope.code)
    municipality = institution.municipality if institution else ""
    return {
        "Место": Cell(standing.place, "centre"),
        "Кто": Cell(standing.scope.title),
        "Вид": Cell(institution.kind if institution else SCOPES[standing.scope.type], "centre"),
        TERRITORY: Cell(overview.contents.scope_titles.get(municipality, municipality)),
        "Обучающихся": Cell(figure and figure.denominator, "whole"),
        "Вовлечено": Cell(figure and figure.numerator, "whole"),
        "Доля, %": Cell(figure and figure.value, "fixed"),
        "Изменение, п. п.": Cell(standing.change, "change"),
        "План приказа, %": Cell(institution and institution.plan, "fixed"),
        "Сведения": Cell(
            STATES[institution.state]
            if institution
            else figure and f"{figure.reported} из {figure.expected}",
            "centre",
        ),
        "Статус": Cell(figure and STATUSES[figure.status], "centre"),
    }


def _head(
    sheet: Worksheet,
    styles: Styles,
    title: str,
    headings: Sequence[str],
    widths: Sequence[int],
    note: str = "",
) -> None:
    styles.set_page(sheet, widths, heading_row=2)
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, note, styles["subtitle"])
    sheet.set_row(2, 34)
    put(sheet, styles, 2, [Cell(text, "heading") for text in headings])


def _yes(met: bool | None) -> str | None:
    return None if met is None else YES if met else NO
