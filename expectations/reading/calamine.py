"""Sheets of Excel workbooks, read by calamine, with the faults it leaves blank put back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from expectations.reading.archive import Archive
from expectations.reading.limits import Limits
from expectations.reading.pages import Cell, Fault, Page, Wanted, check_extent, numbered
from expectations.reading.refusal import Refused, too_large, unreadable
from expectations.reading.shared_texts import COPY_BYTES, POINTER_BYTES, check_copies, longest_item
from expectations.reading.workbook_xml import count_cells, look_over, sheet_parts
from expectations.reading.xls_records import OLD_EXCEL_ROWS, scan_xls
from expectations.reading.xml_parts import check_xml

Faults = Mapping[tuple[int, int], Fault]
FaultsOf = Callable[[str, int], Faults]  # by title and position of a sheet
DAMAGED = "книга повреждена"
ENCRYPTED = "книга зашифрована"


def read_xlsx(content: bytes, archive: Archive, limits: Limits, wanted: Wanted) -> list[Page]:
    """Read the wanted sheets of an .xlsx or .xlsm workbook; macros and embedded files are never touched."""
    suspects = _check_parts(archive, limits)
    parts = _sheet_parts(archive) if suspects else {}

    def faults(title: str, _: int) -> Faults:
        part = parts.get(title)
        return count_cells(archive.read(part)).faults if part in suspects else {}

    return _read(content, limits, wanted, faults)


def _check_parts(archive: Archive, limits: Limits) -> set[str]:
    """Verify every entry; return the sheets that may hold faults."""
    suspects, sheets = set(), []
    strings, longest, sheet_bytes = "", 0, 0
    for entry, part in archive.unpack():
        name = entry.filename
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        check_xml(part)
        if name.startswith("xl/worksheets/") or b"<sheetData" in part[:8192]:
            sheets.append(name)
            sheet_bytes += len(part)
            if look_over(part, limits):
                suspects.add(name)
        elif name.endswith("haredStrings.xml") or b"<sst" in part[:512]:
            strings, longest = name, longest_item(part, limits)
    if longest * (sheet_bytes // POINTER_BYTES) * COPY_BYTES > limits.memory_bytes:
        check_copies(archive.read(strings), map(archive.read, sheets), limits)
    return suspects


def _sheet_parts(archive: Archive) -> dict[str, str]:
    return sheet_parts(archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels"))


def read_xls(content: bytes, limits: Limits, wanted: Wanted) -> list[Page]:
    """Read the wanted sheets of an .xls workbook of Excel 5 and later."""
    sheets = scan_xls(content, limits)

    def faults(title: str, index: int) -> Faults:
        return sheets[index].faults if index < len(sheets) else {}

    pages = _read(content, limits, wanted, faults)
    if any(sheet.rows == OLD_EXCEL_ROWS for sheet in sheets):
        raise too_large(f"лист упёрся в предел формата .xls ({OLD_EXCEL_ROWS} строк), строки могли пропасть")
    return pages


def _read(content: bytes, limits: Limits, wanted: Wanted, faults_of: FaultsOf) -> list[Page]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        kinds = workbook.sheets_metadata
        if len(kinds) > limits.sheets:
            raise too_large(f"больше {limits.sheets} листов")
        pages = []
        for index, page in enumerate(map(_unread, kinds)):
            if page.worksheet and not page.hidden and wanted(page.title):
                page = numbered(
                    page.title,
                    _rows(workbook.get_sheet_by_index(index), faults_of(page.title, index), limits),
                )
            if kinds[index].typ != SheetTypeEnum.ChartSheet:  # a picture of cells that stand elsewhere
                pages.append(page)
        return pages
    except PasswordError:
        raise Refused("password-protected", ENCRYPTED) from None
    except (CalamineError, ValueError, OSError):
        raise unreadable(DAMAGED) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # pyo3's, no Exception and not to be imported
            raise unreadable(DAMAGED) from None
        raise


def _unread(kind: SheetMetadata) -> Page:
    hidden = kind.visible != SheetVisibleEnum.Visible
    return Page(kind.name, hidden=hidden, worksheet=kind.typ == SheetTypeEnum.WorkSheet)


def _rows(sheet: CalamineSheet, faults: Faults, limits: Limits) -> list[list[Cell]]:
    end = sheet.end or (-1, -1)
    check_extent(end[0] + 1, end[1] + 1, limits)
    rows = sheet.to_python(skip_empty_area=False)
    if faults:
        _lay_over(rows, faults)
    return rows


def _lay_over(rows: list[list[Cell]], faults: Faults) -> None:
    """Put faults where calamine left blanks, beyond its last row and column too."""
    height = max(row for row, _ in faults) + 1
    width = max(len(rows[0]) if rows else 0, max(column for _, column in faults) + 1)
    rows.extend([] for _ in range(height - len(rows)))
    for row in rows:
        row.extend([""] * (width - len(row)))
    for (at, column), fault in faults.items():
        rows[at][column] = fault
