"""Excel's input checks: what a cell takes while it is being typed."""

from __future__ import annotations

import textwrap

from expectations.rules import RULES
from expectations.spellings import Kind
from expectations.structure import Column
from expectations.template.conditions import FIRST_DATE, LAST_DATE, conditions_of, list_name
from expectations.template.grid import Grid

TITLE_LIMIT, MESSAGE_LIMIT = 32, 255  # Excel's own, for a validation's texts and formulas
WHOLE_LIMIT = 2**53  # an integer beyond it is no longer exact in a workbook
NUMERIC = {Kind.INTEGER: "integer", Kind.NUMBER: "decimal"}


def explanation(column: Column) -> str:
    """Return what to enter in the column's cells, in Russian."""
    what = "Выберите значение из списка." if column.codes else f"{capital(column.allowed)}."
    return " ".join(filter(None, [f"{obligation(column)}.", what, column.hint]))


def obligation(column: Column) -> str:
    """Return whether a cell must be filled, in Russian."""
    if column.required:
        return "Обязательно"
    if (when := column.required_when) is not None:
        return f"Обязательно, если указано: {', '.join(when.values)}"
    return "Необязательно"


def validation_of(column: Column, grid: Grid) -> dict[str, object]:
    """Return xlsxwriter's options of the column's data validation: the check, the hint, the refusal."""
    return _check(column, grid) | _texts(column, grid)


def _check(column: Column, grid: Grid) -> dict[str, object]:
    if (values := list_name(column, grid)) is not None:
        return {"validate": "list", "source": f"={values}"}
    asked = [condition for condition in conditions_of(column, grid) if condition.asked]
    if not asked:
        return {"validate": "any"}
    related = column.limits_when is not None or column.at_most is not None
    if column.kind in NUMERIC and column.max_length is None and not related:
        return {"validate": NUMERIC[column.kind]} | _between(column)
    if column.kind is Kind.DATE and len(asked) == 1:
        return {"validate": "date", "criteria": "between", "minimum": FIRST_DATE, "maximum": LAST_DATE}
    if column.kind is Kind.TEXT and len(asked) == 1 and column.max_length is not None:
        return {"validate": "length", "criteria": "<=", "value": column.max_length}
    formula = f"=AND({','.join(condition.formula for condition in asked)})"
    if len(formula) > MESSAGE_LIMIT:
        raise ValueError(f"the check of column {column.name} is longer than Excel takes")
    return {"validate": "custom", "value": formula}


def _between(column: Column) -> dict[str, object]:
    if column.minimum is not None and column.maximum is None:
        return {"criteria": ">=", "value": column.minimum}
    if column.maximum is not None and column.minimum is None:
        return {"criteria": "<=", "value": column.maximum}
    low = -WHOLE_LIMIT if column.minimum is None else column.minimum
    high = WHOLE_LIMIT if column.maximum is None else column.maximum
    return {"criteria": "between", "minimum": low, "maximum": high}


def _texts(column: Column, grid: Grid) -> dict[str, object]:
    conditions = conditions_of(column, grid)
    refusal = RULES[conditions[0].rule] if conditions else RULES["wrong-type"]
    return {
        "input_title": _short(column.heading, TITLE_LIMIT),
        "input_message": _short(explanation(column), MESSAGE_LIMIT),
        "error_title": _short(refusal.title, TITLE_LIMIT),
        "error_message": _short(f"Ожидается: {column.allowed}. {refusal.remedy}", MESSAGE_LIMIT),
    }


def _short(text: str, limit: int) -> str:
    return textwrap.shorten(text, limit, placeholder="…")


def capital(text: str) -> str:
    """Return a sentence that begins with a capital, the rest as it is."""
    return text[:1].upper() + text[1:]
