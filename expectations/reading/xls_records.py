"""The records of an .xls workbook that calamine passes over: error cells, encryption, real extent."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from expectations.reading.limits import Limits
from expectations.reading.pages import Fault, check_extent
from expectations.reading.refusal import Refused, unreadable

OLD_EXCEL_ROWS, OLD_EXCEL_COLUMNS = 65_536, 256
BOF, EOF, BOUNDSHEET, FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F
FORMULA, BOOLERR, DIMENSIONS = 0x0006, 0x0205, 0x0200
_CLAIM = struct.Struct("<IIHH")  # first row, last row + 1, first column, last column + 1
# Records whose first words are row and column: NUMBER, LABEL, RSTRING, LABELSST, RK, MULRK, FORMULA, BOOLERR.
# BLANK and MULBLANK are left out: a formatted empty cell is no cell.
CELLS = frozenset((0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x00BD, FORMULA, BOOLERR))
_HEAD, _PLACE = struct.Struct("<HH"), struct.Struct("<HH")
_OFFSET = struct.Struct("<I")
DAMAGED = "книга .xls повреждена"
# What olefile lets out on a damaged file besides its own OSError.
OLEFILE_FAILS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)


@dataclass
class XlsSheet:
    """Extent of the filled cells of a sheet and its error cells by (row, column), both from 0."""

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)


def scan_xls(content: bytes, limits: Limits) -> list[XlsSheet]:
    """Walk the records of every sheet, in workbook order; refuse what is encrypted or too large."""
    stream = _workbook_stream(content)
    sheets = [_scan_sheet(stream, offset) for offset in _sheet_offsets(stream)]
    for sheet in sheets:
        check_extent(sheet.rows, sheet.columns, limits)
    return sheets


def _workbook_stream(content: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            names = {"/".join(path): path for path in ole.listdir()}
            if "EncryptedPackage" in names or "EncryptionInfo" in names:
                raise Refused("password-protected", "книга зашифрована")
            name = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in names), None)
            if name is None:
                raise unreadable(_other_document(set(names)))
            return ole.openstream(names[name]).read()
    except OLEFILE_FAILS:
        raise unreadable(DAMAGED) from None


def _other_document(names: set[str]) -> str:
    kinds = {"WordDocument": "это документ Word", "PowerPoint Document": "это презентация"}
    return next((kind for name, kind in kinds.items() if name in names), "это не книга Excel")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield (kind, start, end) of the records from `at` to the end of their substream."""
    depth = 0
    while at + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, at)
        start, at = at + _HEAD.size, at + _HEAD.size + length
        if at > len(stream):
            break
        depth += (kind == BOF) - (kind == EOF)
        yield kind, start, at
        if depth <= 0:
            return
    raise unreadable(f"{DAMAGED} или передана не целиком")


def _sheet_offsets(stream: bytes) -> list[int]:
    offsets = []
    for kind, start, end in _records(stream, 0):
        if kind == FILEPASS:
            raise Refused("password-protected", "книга зашифрована")
        if kind == BOUNDSHEET and end - start >= _OFFSET.size:
            offsets.append(_OFFSET.unpack_from(stream, start)[0])
    return offsets


def _scan_sheet(stream: bytes, offset: int) -> XlsSheet:
    sheet = XlsSheet()
    for kind, start, end in _records(stream, offset):
        if kind == DIMENSIONS and end - start >= _CLAIM.size:
            _check_claim(*_CLAIM.unpack_from(stream, start))
        if kind not in CELLS or end - start < 6:
            continue
        row, column = _PLACE.unpack_from(stream, start)
        sheet.rows, sheet.columns = max(sheet.rows, row + 1), max(sheet.columns, column + 1)
        if _is_error(stream[start:end], kind):
            sheet.faults[row, column] = Fault.ERROR
    return sheet


def _check_claim(_: int, rows: int, __: int, columns: int) -> None:
    """Refuse an extent no .xls can have: calamine reserves room for all of it, and the process dies."""
    if rows > OLD_EXCEL_ROWS or columns > OLD_EXCEL_COLUMNS:
        raise unreadable(DAMAGED)


def _is_error(record: bytes, kind: int) -> bool:
    if kind == BOOLERR:
        return len(record) >= 8 and record[7] == 1
    # The cached result of a formula that is no number ends in FFFF; its first byte 2 says «error».
    return kind == FORMULA and len(record) >= 14 and record[12:14] == b"\xff\xff" and record[6] == 2
