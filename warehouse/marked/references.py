"""Causes behind IDs: a bad row of a participant leads to every place that refers to it, and one ID to another."""

from __future__ import annotations

import re
from collections import defaultdict

from expectations.rules.wording import Finding
from warehouse.marked.evidence import PAIRS, PARTICIPANTS, REFERENCES, Evidence
from warehouse.marked.grouping import Cause, Grouping

NEARLY_ALL = 0.8  # of the IDs of a column unknown: it is not this or that one that is wrong
SEVERAL = 3
MOVED = ("shift", "exchanged")  # causes in which whole rows do not say whom they name
UNKNOWN, ALONE = "unknown-participant", "participant-without-pair"
_NUMBER = re.compile(r"\d+")
_CELL_RULES = ("wrong-type", "excel-error-value", "formula-without-value", "required-cell-empty", "self-mentoring")


def unknown_participants(grouping: Grouping, evidence: Evidence) -> None:
    """Put every unknown ID under the bad row it names, the spelling of all IDs, or the ID itself."""
    _led_by_rows(grouping, evidence)
    _all_ids(grouping, evidence)
    missing = _missing_ids(grouping, evidence)
    _led_by_lost_ids(grouping, evidence, missing)
    for code, numbers in _missing_ids(grouping, evidence).items():
        if len({(grouping.findings[n].sheet, grouping.findings[n].column) for n in numbers}) > 1:
            grouping.claim(("id", code), numbers)


def _id_of(finding: Finding, evidence: Evidence) -> str | None:
    value = evidence.value(finding.sheet, finding.row, finding.column)
    return value if isinstance(value, str) else None


def _led_by_rows(grouping: Grouping, evidence: Evidence) -> None:
    """An ID of a participant's row that has errors is unknown because of these."""
    causes: dict[int, Cause] = {}
    for cause in grouping.causes.values():
        for number in (*cause.own, *cause.led):
            one = grouping.findings[number]
            if one.sheet == PARTICIPANTS and one.severity == "error" and one.row is not None:
                known = causes.get(one.row)
                causes[one.row] = cause if known is None or known.size < cause.size else known
    led: dict[int, list[int]] = defaultdict(list)
    by_id: dict[int, Cause] = {}
    for number, one in grouping.left(UNKNOWN):
        rows = evidence.rows_of_id.get(_id_of(one, evidence) or "", [])
        found = next((causes[row] for row in rows if row in causes), None)
        if found is not None:
            by_id[id(found)] = found
            led[id(found)].append(number)
    for key, numbers in led.items():
        grouping.lead(by_id[key], numbers)


def _all_ids(grouping: Grouping, evidence: Evidence) -> None:
    """Where nearly all IDs of a column are unknown, they are spelled another way: one cause for all such columns."""
    by_column: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for number, one in grouping.left(UNKNOWN):
        by_column[one.sheet, one.column].append(number)
    several: list[int] = []
    for (title, column), numbers in by_column.items():
        filled = sum(value is not None for value in evidence.staged.get(title or "", {}).get(column or "", []))
        if len(numbers) >= max(SEVERAL, NEARLY_ALL * filled):
            several += numbers
    if several:
        cause = grouping.claim(
            ("ids",),
            several,
            "Почти все ID здесь — не те, что на листе «Участники»: они записаны иначе или взяты из другой книги.",
            "Приведите ID к тем, что на листе «Участники» (или наоборот), и сохраните книгу.",
        )
        grouping.lead(cause, [number for number, _ in grouping.left(ALONE)])


def _missing_ids(grouping: Grouping, evidence: Evidence) -> dict[str, list[int]]:
    """Return the findings left on IDs that stand on no row of participants, by ID."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, one in grouping.left(UNKNOWN):
        code = _id_of(one, evidence)
        if code is not None and code not in evidence.rows_of_id:
            found[code].append(number)
    return found


def _led_by_lost_ids(grouping: Grouping, evidence: Evidence, missing: dict[str, list[int]]) -> None:
    """A participant whose own ID is empty, repeated or unreadable leaves an unknown one behind in the pairs."""
    for cause in grouping.causes_with(_spoils_id):
        rows = [row for n in cause.own if (row := grouping.findings[n].row) is not None]
        repeated = grouping.findings[cause.own[0]].rule == "duplicate-participant-id"
        ids = {evidence.value(PARTICIPANTS, row, "participant_id") for row in rows}
        room = len(rows) - len(ids) if repeated else len(rows)
        likely = sorted(missing, key=lambda code: _distance(code, rows, evidence))
        for code in likely[: max(0, room)]:
            if _distance(code, rows, evidence) <= SEVERAL:
                grouping.lead(cause, missing.pop(code))


def _spoils_id(finding: Finding) -> bool:
    return (finding.sheet, finding.column, finding.severity) == (PARTICIPANTS, "participant_id", "error")


def _distance(code: str, rows: list[int], evidence: Evidence) -> int:
    """How far the number of an ID is from those on the rows around some rows; IDs mostly rise down the sheet."""
    number = _number(code)
    around = [evidence.value(PARTICIPANTS, row + step, "participant_id") for row in rows for step in (-1, 1)]
    known = [n for one in around if isinstance(one, str) and (n := _number(one)) is not None]
    return min((abs(number - one) for one in known), default=0) if number is not None and known else 0


def _number(code: str) -> int | None:
    numbers = _NUMBER.findall(code)
    return int(numbers[-1]) if numbers and len(numbers[-1]) < 10 else None


def participants_alone(grouping: Grouping, evidence: Evidence) -> None:
    """A participant without a pair is who a wrong ID left alone, as many of them as IDs are wrong."""
    doubled = {
        grouping.findings[n].row: cause
        for cause in grouping.causes_with(lambda f: f.rule == "duplicate-person")
        for n in cause.own
    }
    for number, one in list(grouping.left(ALONE)):
        if one.row in doubled:
            grouping.lead(doubled[one.row], [number])
    for cause in grouping.causes_with(lambda f: _breaks_reference(f, evidence)):
        broken = [f for n in cause.own if _breaks_reference(f := grouping.findings[n], evidence)]
        moved = isinstance(cause.key, tuple) and cause.key[0] in MOVED
        room = len(grouping.findings) if moved else _referred(broken, evidence)
        grouping.lead(cause, [n for n, _ in grouping.left(ALONE)][:room])


def _breaks_reference(finding: Finding, evidence: Evidence) -> bool:
    if finding.rule == UNKNOWN:
        return finding.sheet == PAIRS and _id_of(finding, evidence) not in evidence.rows_of_id
    return finding.sheet == PAIRS and (finding.sheet, finding.column) in REFERENCES and finding.rule in _CELL_RULES


def _referred(broken: list[Finding], evidence: Evidence) -> int:
    """How many participants wrong IDs can stand for: one each different ID, one each cell that names none."""
    ids = {_id_of(one, evidence) for one in broken if one.rule == UNKNOWN}
    return len(ids) + sum(one.rule != UNKNOWN for one in broken)
