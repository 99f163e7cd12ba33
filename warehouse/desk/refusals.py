"""Why a question was refused, in words of ours: what a driver says of it may quote values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import duckdb

from warehouse.desk.asking import NotReading
from warehouse.installation.faults import fault_of

ONLY_READ = "здесь только читают: один запрос SELECT, WITH или EXPLAIN"
NOT_WRITTEN_RIGHT = "запрос записан с ошибкой"
NO_TABLE, NO_COLUMN = "нет такой таблицы или представления", "нет такого столбца"
NO_FUNCTION = "нет такой функции, или ей дано не то"
NO_RIGHT, NO_TIME = "на это нет прав", "время вышло: запрос прерван"
WRONG_VALUE, AMBIGUOUS = "значение не того вида или размера", "столбец есть в нескольких таблицах: назовите таблицу"
NOT_GROUPED = "столбца нет в GROUP BY"
WORDS = {
    "42601": NOT_WRITTEN_RIGHT, "42P01": NO_TABLE, "3F000": NO_TABLE, "42703": NO_COLUMN, "42883": NO_FUNCTION,
    "42501": NO_RIGHT, "25006": ONLY_READ, "57014": NO_TIME, "42702": AMBIGUOUS, "42803": NOT_GROUPED,
    "42804": WRONG_VALUE,
    "Parser": NOT_WRITTEN_RIGHT, "SYNTAX_ERROR": NOT_WRITTEN_RIGHT, "COLUMN_NOT_FOUND": NO_COLUMN,
    "Catalog/Table": NO_TABLE, "Catalog/Scalar Function": NO_FUNCTION, "Catalog/Table Function": NO_FUNCTION,
    "NO_MATCHING_FUNCTION": NO_FUNCTION, "AMBIGUOUS_REFERENCE": AMBIGUOUS,
    "Permission": NO_RIGHT, "INTERRUPT": NO_TIME, "Interrupt": NO_TIME, "Conversion": WRONG_VALUE,
    "Out of Range": WRONG_VALUE,
}  # fmt: skip
NAME = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)  # a name of ours; what is quoted or Russian may be a value


@dataclass(frozen=True)
class Refusal:
    """What is wrong with a question: a sentence, the engine's code, and the place in the question, from 0."""

    sentence: str
    code: str
    place: int | None = None

    @property
    def late(self) -> bool:
        """Whether the question was right and took too long."""
        return self.sentence == NO_TIME

    def told(self, sql: str) -> str:
        """Say it, with the line and the name that it is about; nothing else of the question is repeated."""
        where = "" if self.place is None else f" Строка {sql.count(chr(10), 0, self.place) + 1}"
        if self.place is not None:
            where += f", знак {self.place - sql.rfind(chr(10), 0, self.place)}"
            name = NAME.match(sql, self.place)
            where += f": {name.group()}." if name else "."
        return f"Запрос не выполнен: {self.sentence}.{where} Код: {self.code}."


def refusal_of(error: Exception) -> Refusal | None:
    """Tell what an engine's error says of the question; None where the error is none of its."""
    if isinstance(error, NotReading):
        return Refusal(ONLY_READ, "read-only")
    if isinstance(error, duckdb.Error):
        return _of_duckdb(error)
    if state := getattr(error, "sqlstate", None):
        position = getattr(getattr(error, "diag", None), "statement_position", None)
        sentence = WRONG_VALUE if state.startswith("22") else WORDS.get(state)
        return Refusal(sentence or "база его не приняла", state, int(position) - 1 if position else None)
    return None


def _of_duckdb(error: Exception) -> Refusal:
    """Take kind and place out of an error that is worded as JSON; its sentence is left where it is."""
    _, brace, rest = str(error).partition("{")
    try:
        told = json.loads(brace + rest)
    except ValueError:
        told = {}
    kind = told.get("exception_type") or type(error).__name__.removesuffix("Exception")
    sort = told.get("error_subtype", "")
    known = (sort, f"{kind}/{told.get('type', '')}", kind)
    sentence = next((WORDS[one] for one in known if one in WORDS), "база его не приняла")
    code = "/".join(filter(None, (fault_of(error).code, sort)))
    position = told.get("position", "")
    return Refusal(sentence, code, int(position) if position.isdigit() else None)
