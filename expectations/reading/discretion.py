"""What of a file's own words a finding may quote: a heading or a sheet may be named after a person."""

from __future__ import annotations

import re
from dataclasses import replace

from expectations.reading.staged import Problem, StagedSheet
from expectations.spellings import Kind
from expectations.text import fold_heading

QUOTING = {"unknown-column", "unknown-sheet"}  # the rules whose detail is the school's own word
HIDDEN = "название скрыто, в нём личные сведения"
_FREE_TEXT = {"request", "result"}  # made of everybody's words
_WORD = re.compile(r"\w{3,}")
_CONTACT = re.compile(r"@|\d(?:[\s().-]*\d){6}")  # mail, a telephone, a СНИЛС


def without_people(problems: list[Problem], staged: list[StagedSheet]) -> list[Problem]:
    """Hide the names of columns and sheets that hold a word of the same submission's people, or a contact."""
    if not any(one.rule in QUOTING for one in problems):
        return problems
    people = _words_of_people(staged)
    return [_hidden(one) if one.rule in QUOTING and _names(one.detail or "", people) else one for one in problems]


def _names(text: str, people: set[str]) -> bool:
    return bool(_CONTACT.search(text)) or not people.isdisjoint(_WORD.findall(fold_heading(text)))


def _hidden(problem: Problem) -> Problem:
    if problem.rule == "unknown-sheet":
        return replace(problem, sheet=HIDDEN, detail=HIDDEN)
    return replace(problem, detail=HIDDEN)


def _words_of_people(staged: list[StagedSheet]) -> set[str]:
    return {
        word
        for one in staged
        for column in one.sheet.personal
        if column.kind in (Kind.NAME, Kind.TEXT, Kind.SNILS) and column.name not in _FREE_TEXT
        for value in set(one.columns.get(column.name, ()))
        if isinstance(value, str)
        for word in _WORD.findall(fold_heading(value))
    }
