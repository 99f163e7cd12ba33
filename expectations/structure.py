"""What a form is made of: sheets of columns, each with its constraints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from expectations.spellings import SPELLINGS, Kind, Spelling


@dataclass(frozen=True)
class When:
    """A constraint that holds only where another column of the row has one of the values."""

    column: str
    values: tuple[str, ...]
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Column:
    """One column of a sheet: heading, kind of value, constraints, wording.

    `unique` and `refers_to` name the rule and the column they are judged by; `personal` columns
    are kept in the vault and never reach the warehouse, the lake or an extract.
    """

    name: str
    heading: str
    kind: Kind
    required: bool = False
    codes: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    required_when: When | None = None
    limits_when: When | None = None
    at_most: str | None = None  # a column of the same row that this one may not exceed
    unique: str | None = None  # id of the rule broken by a repeated value
    refers_to: str | None = None  # "sheet.column"
    personal: bool = False
    hint: str = ""

    def __post_init__(self) -> None:
        if (self.kind is Kind.CODE) != bool(self.codes):
            raise TypeError(f"column {self.name}: a code list goes with kind CODE, and only with it")

    @property
    def spelling(self) -> Spelling:
        return SPELLINGS[self.kind]

    @property
    def allowed(self) -> str:
        """What may stand in a cell, in Russian, for hints, messages and the dictionary."""
        words = [" · ".join(self.codes) if self.codes else self.spelling.russian]
        if self.minimum is not None and self.maximum is not None:
            words.append(f"от {self.minimum} до {self.maximum}")
        elif self.minimum is not None:
            words.append(f"не меньше {self.minimum}")
        elif self.maximum is not None:
            words.append(f"не больше {self.maximum}")
        if self.max_length is not None:
            words.append(f"не длиннее {self.max_length} знаков")
        return ", ".join(words)


@dataclass(frozen=True)
class Sheet:
    """One sheet of the form; `vertical` means label in the first column, value in the second."""

    name: str
    title: str
    columns: tuple[Column, ...]
    required: bool = False
    vertical: bool = False
    description: str = ""
    source: str = ""  # item of the order

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def stored(self) -> tuple[Column, ...]:
        """Columns that may leave the vault."""
        return tuple(column for column in self.columns if not column.personal)

    @property
    def personal(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.personal)


@dataclass(frozen=True)
class Form:
    """One version of the submission."""

    version: str
    sheets: tuple[Sheet, ...]
    ignored_sheets: tuple[str, ...] = ()  # sheets of our own template that carry nothing
    answer_sheet: str = ""  # the sheet that we add to a marked workbook, which may come back with it

    @cached_property
    def by_name(self) -> dict[str, Sheet]:
        return {sheet.name: sheet for sheet in self.sheets}
