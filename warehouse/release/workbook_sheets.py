"""The sheets of kpi.xlsx that are laid out for reading: title, passports, series."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from warehouse.release.changes import happened, of_institutions, public_notes
from warehouse.release.contents import PERCENT, PROVISIONAL
from warehouse.release.overview import Figure, Overview, waiting_of
from warehouse.release.wording import HIDDEN, NO, OF_INSTITUTIONS, STATUSES, YES, counted, day, moment, percent
from warehouse.release.workbook_charts import series_chart
from warehouse.release.workbook_styles import ROW_HEIGHT, Cell, Styles, add_head, put, told

if TYPE_CHECKING:
    from xlsxwriter import Workbook


NOTES = (
    "Достижение цели проверено по точному отношению: числитель × 100 ≥ цель × знаменатель, без округления.",
    "Предварительный показатель сосчитан по организациям, которые сдали сведения. Нижняя и верхняя границы: "
    "каким он станет, если среди обучающихся остальных организаций не вовлечён никто или вовлечены все.",
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
    notes = [*NOTES, *public_notes(overview.contents), *_breaks(overview)]
    for offset, note in enumerate(notes, start=row + 2):
        sheet.set_row(offset, 28)
        sheet.merge_range(offset, 0, offset, 1, note, styles["note"])
    sheet.print_area(0, 0, row + 1 + len(notes), 1)


def _breaks(overview: Overview) -> list[str]:
    events = of_institutions(overview.contents.breaks)
    return [f"Разрыв ряда. {happened(event).rstrip('.')}." for event in events]


def _title_rows(overview: Overview) -> list[tuple[str, Cell]]:
    contents, figure = overview.contents, overview.figure(overview.top)
    rows = [
        ("Номер выпуска", Cell(contents.release)),
        ("Отчётная дата", Cell(contents.as_of, "left_date")),
        ("По сведениям, известным на", Cell(moment(contents.known_at))),
    ]
    if figure is None:
        return rows
    if contents.waiting.num_rows:
        rows.append(("Ждут подтверждения", Cell("; ".join(waiting_of(overview)))))
    expected = counted(figure.expected, OF_INSTITUTIONS)
    rows += [
        ("Статус", Cell(f"{STATUSES[figure.status]}: сведения сдали {figure.reported} из {expected}")),
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
            ("Границы с учётом тех, кто не сдал", Cell(f"от {percent(figure.low, 2)} до {percent(figure.high, 2)}"))
        )
    return rows


def _sheets(overview: Overview) -> list[tuple[str, str]]:
    sheets = [
        ("Показатели", "что означает каждый показатель: формулировка, формула, источник"),
        ("Ряд", "доля вовлечённых обучающихся по отчётным датам и её цели"),
        ("Сколько ещё нужно", "сколько человек не хватает до целей, темп и прогноз"),
        ("Территории", "доля вовлечённых обучающихся по территориям"),
        ("Организации", "организации по доле вовлечённых обучающихся"),
        ("Разрезы", "пары и люди по формам наставничества, возрастам и категориям"),
        ("Пересмотры", "что изменилось с прошлого выпуска и почему"),
        ("Все показатели", "каждый показатель выпуска: те же строки, что в kpi.csv и kpi.parquet"),
    ]
    absent = set() if overview.folded else {"Территории"}
    if overview.contents.public:
        absent |= {"Разрезы", "Пересмотры"}
    return [sheet for sheet in sheets if sheet[0] not in absent]


PASSPORT = {
    "Показатель": 28, "Код": 20, "Версия": 8, "Формулировка": 38, "Как считается": 34, "Единица": 8,
    "Источник": 24,
}  # fmt: skip
LINE_HEIGHT = 13.5  # points of a wrapped line


def add_passports(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Показатели»: the passport of each indicator with its present value."""
    sheet = book.add_worksheet("Показатели")
    columns = PASSPORT | {f"На {day(overview.contents.as_of)}": 11, "Цель, %": 8}
    add_head(sheet, styles, "Паспорта показателей", columns)
    for row, words in enumerate(overview.contents.indicators.to_pylist(), start=3):
        figure, ratio = overview.figure(overview.top, indicator=words["code"]), words["denominator_words"]
        formula = " ".join([words["numerator_words"] or "", *(["÷", ratio] if ratio else [])])
        formula += " × 100" if ratio and words["unit"] == PERCENT else ""
        texts = [*(words[name] for name in ("title", "code", "definition", "wording")), formula]
        texts += [words["unit"], words["source"]]
        now = figure and (figure.value if ratio else figure.numerator)
        put(
            sheet,
            styles,
            row,
            [
                *(Cell(text, "wrapped") for text in texts),
                Cell(now, "fixed" if ratio else "number"),
                Cell(figure and figure.target, "fixed"),
            ],
        )
        lines = (-(-len(text or "") // (width - 2)) for text, width in zip(texts, PASSPORT.values(), strict=True))
        sheet.set_row(row, LINE_HEIGHT * max(lines) + 3)
    sheet.print_area(0, 0, 2 + overview.contents.indicators.num_rows, len(columns) - 1)


SERIES_HEADINGS = (
    "Отчётная дата", "Вовлечено обучающихся", "Всего обучающихся", "Доля, %", "Цель, %", "Цель достигнута",
    "Не хватает до цели, человек", "Статус", "Сдали организаций", "Нижняя граница, %", "Верхняя граница, %",
)  # fmt: skip
CHART_ROWS = 17
CHARTS_WIDTH = 1280  # pixels that the columns of the series take


def add_series(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Ряд»: the reported indicator by date against its targets, a chart for each scope that has them."""
    sheet = book.add_worksheet("Ряд")
    widths = (32, *(13,) * 7, 16, *(13,) * 3)
    heading_row = CHART_ROWS + 3
    styles.set_page(sheet, widths, heading_row)
    sheet.write_string(0, 0, "Обучающиеся, вовлечённые в наставничество", styles["title"])
    sheet.write_string(1, 0, f"{overview.top.title}: доля от всех обучающихся и цели приказа", styles["subtitle"])
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
        figures = [overview.figure(scope, as_of) for as_of in overview.dates]
        if any(figure and "value" in figure.hidden for figure in figures):  # Excel would draw the word as a zero
            note = f"{scope.title}: графика нет, часть значений скрыта"
            sheet.write_string(2, 1 + 4 * place, note, styles["subtitle"])
        else:
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
        told(figure, "numerator", "whole"),
        told(figure, "denominator", "whole"),
        told(figure, "value", "fixed"),
        Cell(figure.target, "fixed"),
        Cell(HIDDEN if "meets_target" in figure.hidden else _yes(figure.meets_target), "centre"),
        Cell(HIDDEN, "centre") if "meets_target" in figure.hidden else Cell(figure.people_missing, "whole"),
        Cell(STATUSES[figure.status], "centre"),
        Cell(f"{figure.reported} из {figure.expected}", "centre"),
        told(figure, "low", "fixed"),
        told(figure, "high", "fixed"),
    ]


def _yes(met: bool | None) -> str | None:
    return None if met is None else YES if met else NO
