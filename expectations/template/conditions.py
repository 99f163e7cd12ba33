"""The form's constraints as Excel formulas: what a good cell fulfils."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from expectations.spellings import Kind
from expectations.structure import Column, When
from expectations.template.grid import Grid

FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2100, 12, 31)  # what the reader takes for a date
INN_SIGNS = "MOD(MOD(SUMPRODUCT(MID({digits},inn_places,1)*inn_weights),11),10)={sign}*1"
BARE_SNILS = 'SUBSTITUTE(SUBSTITUTE({c},"-","")," ","")'


def _date(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


# Named ranges (lists.py) stand for arrays: Excel takes no array constant in a data validation.
KIND_FORMULAS: dict[Kind, str | None] = {
    Kind.TEXT: None,
    Kind.CODE: None,  # its list says it
    Kind.NAME: "SUMPRODUCT(--ISNUMBER(FIND(digits,{c})))=0",
    Kind.INTEGER: "AND(ISNUMBER({c}),{c}=INT({c}))",
    Kind.NUMBER: "ISNUMBER({c})",
    Kind.DATE: f"AND(ISNUMBER({{c}}),{{c}}>={_date(FIRST_DATE)},{{c}}<{_date(LAST_DATE)}+1)",
    Kind.SNILS: f"AND(LEN({BARE_SNILS})=11,MOD(MOD(SUMPRODUCT(MID({BARE_SNILS},snils_places,1)"
    f"*(10-snils_places)),101),100)=RIGHT({BARE_SNILS},2)*1)",
    # The ten-digit weights are the tail of the twelve-digit ones: padded with zeros, one formula reads both.
    Kind.INN: "AND(OR(LEN({c})=10,LEN({c})=12),"
    + INN_SIGNS.format(digits='RIGHT("00"&{c},12)', sign="RIGHT({c},1)")
    + ",IF(LEN({c})=10,TRUE,"
    + INN_SIGNS.format(digits='("0"&{c})', sign="MID({c},11,1)")
    + "))",
    Kind.URL: 'OR(LEFT({c},7)="http://",LEFT({c},8)="https://")',
}  # fmt: skip
NUMERIC = (Kind.INTEGER, Kind.NUMBER, Kind.DATE)  # what a workbook keeps as a number
KIND_RULES = {Kind.NAME: "bad-name", Kind.SNILS: "bad-snils", Kind.INN: "bad-inn"}  # any other: wrong-type

if set(KIND_FORMULAS) != set(Kind):
    raise TypeError("a kind of value has no check in the template")


@dataclass(frozen=True)
class Condition:
    """A formula that is true of a good filled cell, and the rule broken where it is false."""

    rule: str
    formula: str
    asked: bool = True  # asked while typing; False: only shown, since it concerns other rows


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def any_of(when: When, grid: Grid) -> str:
    """Return the formula «the other column has one of the values»."""
    return "OR(" + ",".join(f"{grid.cell(when.column)}={_quoted(value)}" for value in when.values) + ")"


def list_name(column: Column, grid: Grid) -> str | None:
    """Return the named range of the values a column may take, None where any value of its kind will do."""
    if column.codes:
        return f"codes_{grid.sheet.name}_{column.name}"
    if column.refers_to is not None:
        return "ids_" + column.refers_to.replace(".", "_")
    return None


def _bounds(limits: Column | When) -> list[str]:
    low, high = limits.minimum, limits.maximum
    return [f"{{c}}>={low}"] * (low is not None) + [f"{{c}}<={high}"] * (high is not None)


def conditions_of(column: Column, grid: Grid) -> list[Condition]:
    """Return every constraint on a filled cell of the column; an empty cell is `missing_formula`'s matter."""
    cell = grid.cell(column.name)
    return [Condition(c.rule, c.formula.replace("{c}", cell), c.asked) for c in _conditions(column, grid)]


def _conditions(column: Column, grid: Grid) -> Iterator[Condition]:
    if (of_kind := KIND_FORMULAS[column.kind]) is not None:
        yield Condition(KIND_RULES.get(column.kind, "wrong-type"), of_kind)
    if (values := list_name(column, grid)) is not None:
        rule = "not-in-list" if column.codes else "unknown-participant"
        yield Condition(rule, f"SUMPRODUCT(--({values}={{c}}))>0")
    for bound in _bounds(column):
        yield Condition("out-of-range", bound)
    if column.max_length is not None:
        yield Condition("out-of-range", f"LEN({{c}})<={column.max_length}")
    if (when := column.limits_when) is not None:
        yield Condition("out-of-range", f"IF({any_of(when, grid)},AND({','.join(_bounds(when))}),TRUE)")
    if column.at_most is not None:
        other = grid.cell(column.at_most)
        yield Condition("out-of-range", f'IF({other}="",TRUE,{{c}}<={other})')
    if column.unique is not None:
        # «=» takes letters of either case for one; EXACT of numbers differs between Excel and LibreOffice.
        area = grid.area(column.name)
        same = f"({area}={{c}})" if column.kind in NUMERIC else f"EXACT({area},{{c}})"
        yield Condition(column.unique, f"SUMPRODUCT(--{same})=1", asked=False)


def missing_formula(column: Column, grid: Grid) -> str | None:
    """Return the formula «this cell is empty and must not be», None where it may be empty."""
    empty = f"LEN(TRIM({grid.cell(column.name)}))=0"
    begun = [f"COUNTA({grid.row_cells})>0"] if column.required and not grid.sheet.vertical else []
    asked = [any_of(column.required_when, grid)] if column.required_when is not None else []
    if not begun + asked:
        return None
    return f"AND(OR({','.join(begun + asked)}),{empty})"


def broken_formula(conditions: list[Condition], cell: str) -> str | None:
    """Return the formula «this cell is filled and breaks a constraint», None where nothing constrains it."""
    if not conditions:
        return None
    return f"AND(LEN({cell})>0,NOT(IFERROR(AND({','.join(c.formula for c in conditions)}),FALSE)))"
