"""Values that stand under a neighbour's heading: rows moved by some columns, two columns exchanged."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import NamedTuple

from expectations.reading.staged import letter
from expectations.reading.workbook_xml import column_number
from expectations.rules.wording import Finding, compact_rows
from expectations.structure import Sheet
from warehouse.marked.evidence import SHEETS, Evidence
from warehouse.marked.fits import fits
from warehouse.marked.grouping import Grouping
from warehouse.marked.raw_cells import RawRow

SHOWN_BY = frozenset(
    {"wrong-type", "not-in-list", "bad-name", "bad-snils", "bad-inn", "out-of-range", "required-cell-empty"}
)
SHIFTS = (1, -1, 2, -2)  # columns that values have moved to the right
FEWER = 3  # times fewer misfits there must be where a row is read as shifted
MOSTLY = 0.8  # of the rows with faults in two columns, where these are exchanged


class Shift(NamedTuple):
    """How a row's values have moved: by how many columns, from which 0-based position on."""

    by: int
    begin: int


def shifted_rows(grouping: Grouping, evidence: Evidence) -> None:
    """Rows whose values fit the headings only when read some columns aside are one cause."""
    for title, sheet in SHEETS.items():
        if sheet.vertical or title not in evidence.headings:
            continue
        places = evidence.headings[title].columns
        faulty = _faulty_columns(grouping, title)
        shifts: dict[int, list[tuple[int, Shift]]] = defaultdict(list)
        rows_read = evidence.cells.get(title, {})
        for row, columns in faulty.items():
            if row in rows_read and len(columns) > 1 and (shift := _shift_of(sheet, places, rows_read[row])):
                shifts[shift.by].append((row, shift))
        known = {row for rows in shifts.values() for row, _ in rows}
        for row in faulty.keys() & rows_read.keys() - known if shifts else ():  # shifted too, and by chance few show it
            if (shift := _shift_of(sheet, places, rows_read[row], least=1)) and shift.by in shifts:
                shifts[shift.by].append((row, shift))
        for by, rows in shifts.items():
            _claim_shifted(grouping, title, by, dict(sorted(rows)), places)


def _faulty_columns(grouping: Grouping, title: str) -> dict[int, set[str]]:
    """Return the columns with faults that a shift could be seen by, by row."""
    found: dict[int, set[str]] = defaultdict(set)
    for _, one in grouping.left(*SHOWN_BY, sheet=title):
        if one.row is not None and one.column is not None and one.letter is not None:
            found[one.row].add(one.column)
    return found


def _shift_of(sheet: Sheet, places: dict[str, int], cells: RawRow, least: int = 2) -> Shift | None:
    """Return the shift under which a row's cells fit, if they do not as they stand and nearly all do then."""
    in_order = sorted(places.items(), key=lambda item: item[1])
    stands = {name: fits(sheet.by_name[name], cells.get(place)) for name, place in in_order}
    misfits = sum(not good for good in stands.values())
    best: tuple[int, Shift] | None = None
    for by in SHIFTS:
        moved = {name: fits(sheet.by_name[name], cells.get(place + by)) for name, place in in_order}
        for begin in range(len(in_order)):
            before, after = in_order[:begin], in_order[begin:]
            lost = after[: max(0, -by)]  # values shifted to the left fell on these and took their place
            kept = after[max(0, -by) :]
            left = sum(not stands[name] for name, _ in before) + sum(not moved[name] for name, _ in kept)
            filled = sum(cells.get(place + by) is not None for _, place in kept)
            if lost is not after and filled > 1 and (best is None or left < best[0]):
                best = left, Shift(by, in_order[begin][1])
    if misfits < least or best is None or best[0] * FEWER > misfits:
        return None
    wrong = [name for name, good in stands.items() if not good]
    exchanged = any(_cross(sheet, places, cells, *pair) for pair in combinations(wrong, 2))
    return None if exchanged and misfits - 2 <= best[0] else best[1]


def _claim_shifted(grouping: Grouping, title: str, by: int, rows: dict[int, Shift], places: dict[str, int]) -> None:
    last = max(places.values())

    def within(one: Finding) -> bool:
        if one.sheet != title or one.letter is None:
            return False
        place = column_number(one.letter) - 1
        if one.rule == "unknown-column":  # what was pushed out beyond the last heading
            return last < place <= last + by
        return one.row in rows and place >= rows[one.row].begin

    begin = Counter(shift.begin for shift in rows.values()).most_common(1)[0][0]
    side = "вправо" if by > 0 else "влево"
    count = "столбец" if abs(by) == 1 else "два столбца"
    grouping.claim(
        ("shift", title, by),
        [number for number, one in grouping.left() if within(one)],
        f"Значения сдвинуты на {count} {side}, начиная со столбца {letter(begin)} (строки {compact_rows(rows)}).",
        "Верните значения этих строк под свои заголовки: лишняя или удалённая ячейка сдвинула остальные.",
    )


def exchanged_columns(grouping: Grouping, evidence: Evidence) -> None:
    """Two columns each of whose faulty values fits the other are exchanged."""
    for title, sheet in SHEETS.items():
        if sheet.vertical or title not in evidence.headings:
            continue
        places = evidence.headings[title].columns
        together: Counter[tuple[str, str]] = Counter()
        crossed: Counter[tuple[str, str]] = Counter()
        for row, columns in _faulty_columns(grouping, title).items():
            cells = evidence.cells.get(title, {}).get(row, {})
            for one, other in combinations(sorted(columns, key=lambda name: places.get(name, -1)), 2):
                if one in places and other in places:
                    together[one, other] += 1
                    crossed[one, other] += _cross(sheet, places, cells, one, other)
        for (one, other), count in together.most_common():
            if count > 1 and crossed[one, other] >= MOSTLY * count:
                _claim_exchanged(grouping, title, one, other)


def _cross(sheet: Sheet, places: dict[str, int], cells: RawRow, one: str, other: str) -> bool:
    here, there = cells.get(places[one]), cells.get(places[other])
    if here is None and there is None:
        return False
    return fits(sheet.by_name[one], there) and fits(sheet.by_name[other], here)


def _claim_exchanged(grouping: Grouping, title: str, one: str, other: str) -> None:
    numbers = [n for n, f in grouping.left(sheet=title) if f.column in (one, other) and f.letter is not None]
    if numbers:
        first, second = (SHEETS[title].by_name[name].heading for name in (one, other))
        words = f"Столбцы «{first}» и «{second}», судя по всему, перепутаны местами: значения одного стоят в другом."
        grouping.claim(("exchanged", title, one, other), numbers, words, "Поменяйте местами заголовки или значения.")
