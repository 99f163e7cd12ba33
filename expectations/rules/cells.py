"""The checks of single cells, all derived from the form."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rules.structure import Check
from expectations.spellings import Kind
from expectations.structure import Column, Form, Sheet, When

# Found while reading, where the raw cell still is; the staged problem is then judged like any row.
READING_RULES = (
    "unreadable-file", "password-protected", "too-large", "unsafe-archive", "missing-sheet", "duplicate-sheet",
    "missing-column", "duplicate-column", "wrong-type", "formula-without-value", "excel-error-value",
    "mixed-alphabet", "unknown-column", "unknown-sheet",
)  # fmt: skip
READING = "reading"

SNILS_GOOD = (
    # Eleven zeros have the right sum, but would make one person of all whose СНИЛС is not known.
    "regexp_full_match({c}, '[0-9]+') AND length({c}) = 11 AND {c} <> '00000000000' AND "
    "(" + " + ".join(f"TRY_CAST(substr({{c}}, {i + 1}, 1) AS INTEGER) * {9 - i}" for i in range(9)) + ") % 101 % 100"
    " = TRY_CAST(substr({c}, 10, 2) AS INTEGER)"
)
INN_WEIGHTS = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
NAME_GOOD = r"regexp_full_match({c}, '[\pL][\pL\pM .''’ʼ‐‑‒–—-]*')"


def text_literal(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(values: tuple[str, ...]) -> str:
    """Quote texts as SQL literals, to stand in an IN or a list."""
    return ", ".join(map(text_literal, values))


def _applies(when: When) -> str:
    return f"coalesce({when.column} IN ({listed(when.values)}), FALSE)"


def _inn_digit(weights: tuple[int, ...]) -> str:
    total = " + ".join(f"TRY_CAST(substr({{c}}, {i + 1}, 1) AS INTEGER) * {w}" for i, w in enumerate(weights))
    return f"({total}) % 11 % 10 = TRY_CAST(substr({{c}}, {len(weights) + 1}, 1) AS INTEGER)"


def _inn_good(column: str) -> str:
    lengths = " WHEN ".join(
        f"{length} THEN {' AND '.join(map(_inn_digit, weights))}" for length, weights in INN_WEIGHTS.items()
    )
    template = (
        "{c} IS NULL OR regexp_full_match({c}, '[0-9]+') AND CASE length({c}) WHEN " + lengths + " ELSE FALSE END"
    )
    return template.format(c=column)


def _filled(column: Column) -> str:
    return f"{column.name} IS NOT NULL OR coalesce(list_contains(unread, '{column.name}'), FALSE)"


def _nearest(column: Column) -> str:
    """SQL for the allowed value most like the one written."""
    closeness = f"jaro_winkler_similarity(lower({column.name}), code)"
    return f"(SELECT max_by(code, {closeness}) FROM (SELECT unnest([{listed(column.codes)}]) AS code))"


def _bounds(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"от {low} до {high}"
    return f"не меньше {low}" if low is not None else f"не больше {high}"


def _range_checks(sheet: Sheet, column: Column) -> Iterator[Check]:
    def out_of_range(good: str, words: str) -> Check:
        return Check("out-of-range", sheet.name, good, sheet.name, column.name, text_literal(words))

    name, low, high = column.name, column.minimum, column.maximum
    parts = [f"{name} >= {low}" if low is not None else "", f"{name} <= {high}" if high is not None else ""]
    inside = " AND ".join(filter(None, parts)) or "TRUE"
    if low is not None or high is not None:
        yield out_of_range(inside, _bounds(low, high))
    if column.max_length is not None:
        yield out_of_range(f"length({name}) <= {column.max_length}", f"не длиннее {column.max_length} знаков")
    if (when := column.limits_when) is not None:
        within = f"{name} BETWEEN {when.minimum} AND {when.maximum}"
        # A value already outside the column's own bounds is told once.
        yield out_of_range(
            f"NOT {_applies(when)} OR {within} OR NOT ({inside})",
            f"{_bounds(when.minimum, when.maximum)} ({', '.join(when.values)})",
        )
    if column.at_most is not None:
        other = sheet.by_name[column.at_most]
        # A limit that breaks its own bound is told there, and one that is absent limits nothing.
        no_limit = f"{other.name} < {other.minimum} OR " if other.minimum is not None else ""
        yield out_of_range(f"{no_limit}{name} <= {other.name}", f"не больше, чем «{other.heading}»")


def _column_checks(sheet: Sheet, column: Column) -> Iterator[Check]:
    def check(rule: str, good: str, detail: str | None = None) -> Check:
        return Check(rule, sheet.name, good, sheet.name, column.name, detail)

    if column.required:
        yield check("required-cell-empty", _filled(column))
    if column.required_when is not None:
        yield check("required-cell-empty", f"NOT {_applies(column.required_when)} OR {_filled(column)}")
    if column.codes:
        yield check("not-in-list", f"{column.name} IN ({listed(column.codes)})", _nearest(column))
    if column.kind is Kind.SNILS:
        yield check("bad-snils", SNILS_GOOD.format(c=column.name))
    if column.kind is Kind.INN:
        yield check("bad-inn", _inn_good(column.name))
    if column.kind is Kind.NAME:
        yield check("bad-name", NAME_GOOD.format(c=column.name))
    if column.unique is not None:
        yield check(column.unique, f"{column.name} IS NULL OR {column.name}_repeats = 1")
    if column.refers_to is not None:
        # Where nobody could be read, the sheet they should stand on is to blame, not every ID.
        read = f"read_{column.refers_to.partition('.')[0]}"
        known = f"{column.name} IS NULL OR {column.name}_row IS NOT NULL"
        yield check("unknown-participant", f"NOT {read} OR {known}")
    yield from _range_checks(sheet, column)


def checks_of(form: Form) -> dict[str, list[Check]]:
    """Return the checks of every sheet's cells, by sheet name, and of reading itself under READING."""
    checks = {
        sheet.name: [c for column in sheet.columns for c in _column_checks(sheet, column)] for sheet in form.sheets
    }
    return {READING: [Check(rule, READING, f"rule <> '{rule}'") for rule in READING_RULES]} | checks
