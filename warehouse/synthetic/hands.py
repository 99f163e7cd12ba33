"""The habits of the clerks who fill the form in: media, headings, ways to write a date or a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from expectations.spellings import Kind
from expectations.structure import Column
from warehouse.synthetic.numbers import written_snils

RUSSIAN_DATE, ISO_DATE = "%d.%m.%Y", "%Y-%m-%d"


@dataclass(frozen=True)
class Hand:
    """How one institution writes; everything here is allowed by submission.md."""

    name: str
    file_name: str = "Наставничество {institution} {as_of}"
    csv: bool = False  # a zip of CSV files in cp1251 instead of a workbook
    titles: bool = False  # a title above and a total below every table
    headings: str = "{heading}"
    required: str = "{heading}"
    capitals: bool = False  # of headings
    text_dates: str = ""  # a format of strftime: dates typed as text
    shuffled: bool = False  # columns in an order of one's own
    number_ids: bool = False  # IDs typed as numbers
    plain_dashes: bool = False  # «ученик - ученик»
    bare_snils: bool = False  # 11223344595
    number_inn: bool = False
    without_yo: bool = False
    id_prefix: str = "У-"
    renamed: tuple[tuple[str, str], ...] = ()  # headings that are not the form's any more, by column name

    def heading(self, column: Column) -> str:
        """Write the heading of a column."""
        heading = dict(self.renamed).get(column.name, column.heading)
        text = (self.required if column.required else self.headings).format(heading=heading)
        return text.upper() if self.capitals else text

    def cell(self, column: Column, value: Any) -> Any:
        """Write a value of a column: what goes into the cell, a date, a number or a text."""
        if value is None:
            return None
        if isinstance(value, date):
            return value.strftime(self.text_dates) if self.text_dates else value
        if column.kind is Kind.SNILS and not self.bare_snils and len(value) == 11:
            return written_snils(value)
        if column.kind is Kind.INN and self.number_inn and value.isdecimal():
            return int(value)
        if column.kind is Kind.CODE and self.plain_dashes:
            return value.replace("–", "-").capitalize()
        if self.number_ids and isinstance(value, str) and value.isdecimal() and column.kind is Kind.TEXT:
            return int(value)
        return value

    def plain(self, column: Column) -> bool:
        """Whether `cell` leaves every value of the column as it is."""
        changed = {
            Kind.DATE: bool(self.text_dates),
            Kind.SNILS: not self.bare_snils,
            Kind.INN: self.number_inn,
            Kind.CODE: self.plain_dashes,
            Kind.TEXT: self.number_ids,
        }
        return not changed.get(column.kind, False)


TIDY = Hand("tidy", required="{heading} *")
HANDS = (
    TIDY,
    TIDY,
    Hand("old school", file_name="Сведения о наставничестве", titles=True, bare_snils=True),
    Hand("archive", file_name="сведения", csv=True, without_yo=True),
    Hand("text dates", text_dates=RUSSIAN_DATE, bare_snils=True),
    TIDY,
    Hand("loose headings", headings=" {heading} :", required="{heading}  *", plain_dashes=True),
    TIDY,
    Hand("capitals", file_name="ОТЧЕТ", capitals=True, without_yo=True, bare_snils=True),
    Hand("own order", shuffled=True),
    TIDY,
    Hand("numbers", number_ids=True, number_inn=True, id_prefix=""),
    TIDY,
    Hand("machine", text_dates=ISO_DATE, id_prefix="P", file_name="export"),
)


def hand_of(seed: int, number: int) -> Hand:
    """Return the hand of the institution with a number: each stands once in every len(HANDS)."""
    order = list(HANDS)
    Random(f"{seed}/hands/{number // len(HANDS)}").shuffle(order)
    return order[number % len(HANDS)]
