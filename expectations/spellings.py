"""How each kind of value is spelled in Arrow, in SQL, in a workbook and in Russian."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What a cell of a column holds (submission.md, «Sheets and columns»)."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    SNILS = "snils"
    INN = "inn"
    URL = "url"


@dataclass(frozen=True)
class Spelling:
    """One kind in every language the product speaks."""

    arrow: pa.DataType
    sql: str  # the standard's name of the type
    excel: str  # number format of the column in a template
    russian: str  # what a school reads: «ожидается …»


SPELLINGS: dict[Kind, Spelling] = {
    Kind.TEXT: Spelling(pa.string(), "TEXT", "@", "текст"),
    Kind.NAME: Spelling(pa.string(), "TEXT", "@", "имя буквами"),
    Kind.CODE: Spelling(pa.string(), "TEXT", "@", "значение из списка"),
    Kind.INTEGER: Spelling(pa.int64(), "BIGINT", "0", "целое число"),
    Kind.NUMBER: Spelling(pa.float64(), "DOUBLE", "General", "число"),
    Kind.DATE: Spelling(pa.date32(), "DATE", "DD.MM.YYYY", "дата ДД.ММ.ГГГГ"),
    Kind.SNILS: Spelling(pa.string(), "TEXT", "@", "СНИЛС: 11 цифр"),
    Kind.INN: Spelling(pa.string(), "TEXT", "@", "ИНН: 10 или 12 цифр"),
    Kind.URL: Spelling(pa.string(), "TEXT", "@", "адрес, который начинается с http:// или https://"),
}

if set(SPELLINGS) != set(Kind):
    raise TypeError("a kind of value has no spelling")
