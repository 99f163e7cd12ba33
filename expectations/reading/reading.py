"""A delivered file as typed sheets with problems, whatever the file is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from expectations.arrow import COUNTS, PLACES, PROBLEMS, TOKENS, staged_schema
from expectations.form import FORM
from expectations.reading.container import read_pages
from expectations.reading.discretion import without_people
from expectations.reading.headings import Headings
from expectations.reading.limits import Limits
from expectations.reading.pages import Page
from expectations.reading.persons import person_tokens
from expectations.reading.refusal import Refused, label
from expectations.reading.sheets import SheetReader
from expectations.reading.staged import Problem, StagedSheet
from expectations.sealing import Opening
from expectations.structure import Form, Sheet

# The key of tokens may change and rows may move: the content is the same.
POSITIONS_AND_TOKENS = {"row"} | {field.name for fields in TOKENS.values() for field in fields}
OUT_OF_MEMORY = "для чтения не хватило памяти"


class Reading(NamedTuple):
    """One delivery as read; see expectations.arrow for the columns.

    `sheets` holds every sheet of the form by name, empty where absent. `content_hash` is the same for
    the same typed rows and problems, wherever on the sheets they stand.
    """

    sheets: dict[str, pa.Table]
    problems: pa.Table
    places: pa.Table
    counts: pa.Table
    content_hash: str


def read_delivery(path: Path, key: bytes, limits: Limits, form: Form = FORM) -> Reading:
    """Read a delivered file in this process; a bad file gives a problem, never an exception.

    `key` makes the tokens of participants. A parser that crashes takes this process with it:
    `pool.read_many` survives that.
    """
    try:
        return read_within_memory(path, key, limits, form)
    except MemoryError:
        return unreadable("too-large", OUT_OF_MEMORY, form)


def read_within_memory(
    path: Path, key: bytes, limits: Limits, form: Form = FORM, sealed: Opening | None = None
) -> Reading:
    """Read as `read_delivery` does, but let MemoryError out: another process may have more left.

    A file that is `sealed` is opened in memory alone; Damaged is raised where it is not what was sealed.
    """
    plan = _plan(form, limits.characters)
    try:
        pages = read_pages(path, limits, plan.headings, sealed=sealed)
        problems, found = _match(pages, plan.headings, form)
        staged = [plan.readers[name].stage(page) for name, page in found.items()]
    except Refused as refusal:
        return unreadable(refusal.rule, refusal.detail, form)
    return _assemble(problems, staged, key, plan)


def unreadable(rule: str, detail: str, form: Form = FORM) -> Reading:
    """Return the reading of a file of which nothing could be read but why."""
    return _assemble([Problem(None, None, None, None, rule, detail)], [], b"", _plan(form, 0))


class _Plan:
    """What of a form is the same for every delivery."""

    def __init__(self, form: Form, longest: int) -> None:
        self.headings = Headings(form)
        self.readers = {
            sheet.name: SheetReader(sheet, self.headings.columns[sheet.name], longest) for sheet in form.sheets
        }
        self.schemas = {sheet.name: staged_schema(sheet) for sheet in form.sheets}
        self.empty = {name: schema.empty_table() for name, schema in self.schemas.items()}


_plan = lru_cache(maxsize=8)(_Plan)


def _match(pages: Iterable[Page], headings: Headings, form: Form) -> tuple[list[Problem], dict[str, Page]]:
    """Tell which page is which sheet of the form, and what is missing, twice there or not ours."""
    problems: list[Problem] = []
    found: dict[str, list[Page]] = {}
    hidden: dict[str, Page] = {}
    for page in pages:
        sheet = headings.sheet(page.title)
        if sheet is not None and page.worksheet and not page.hidden:
            found.setdefault(sheet.name, []).append(page)
        elif sheet is not None and sheet.required and page.hidden:
            hidden[sheet.name] = page
        elif not headings.ignores(page.title):
            problems.append(_not_loaded(page))
    problems += [_not_loaded(page) for name, page in hidden.items() if name in found]
    for sheet in form.sheets:
        problems += _check_presence(sheet, found.get(sheet.name, []), sheet.name in hidden)
    return problems, {sheet.name: found[sheet.name][0] for sheet in form.sheets if len(found.get(sheet.name, ())) == 1}


def _not_loaded(page: Page) -> Problem:
    title = label(page.title)
    return Problem(title, None, None, None, "unknown-sheet", f"{title} (лист скрыт)" if page.hidden else title)


def _check_presence(sheet: Sheet, pages: list[Page], hidden: bool) -> list[Problem]:
    if len(pages) > 1:
        return [Problem(sheet.title, None, None, None, "duplicate-sheet", sheet.title)]
    if not pages and sheet.required:
        detail = f"{sheet.title} (лист скрыт)" if hidden else sheet.title
        return [Problem(sheet.title, None, None, None, "missing-sheet", detail)]
    return []


def _assemble(problems: list[Problem], staged: list[StagedSheet], key: bytes, plan: _Plan) -> Reading:
    problems = without_people(problems + [problem for sheet in staged for problem in sheet.problems], staged)
    sheets = plan.empty | {one.sheet.name: _table(one, plan.schemas[one.sheet.name], key) for one in staged if one.rows}
    places = [(one.sheet.name, *place) for one in staged for place in one.places]
    counts = [(one.sheet.name, one.read, one.skipped) for one in staged]
    rows = [(one.sheet, one.row, one.column, one.letter, one.rule, one.detail) for one in problems]
    return Reading(
        sheets,
        _rows(rows, PROBLEMS),
        _rows(places, PLACES),
        _rows(counts, COUNTS),
        _content_hash(problems, sheets),
    )


def _table(staged: StagedSheet, schema: pa.Schema, key: bytes) -> pa.Table:
    values = {"row": staged.rows, "unread": staged.unread, **staged.columns, **person_tokens(staged, key)}
    arrays = [
        pa.array(values[field.name], field.type) if values.get(field.name) else pa.nulls(len(staged.rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _rows(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _content_hash(problems: list[Problem], sheets: dict[str, pa.Table]) -> str:
    """Hash what was said, not where: a column without a value is as no column, a moved row is the same."""
    digest = hashlib.sha256()
    for name, table in sheets.items():
        for field, column in zip(table.schema, table.columns, strict=True):
            if field.name not in POSITIONS_AND_TOKENS and column.null_count < len(column):
                digest.update(f"{name}.{field.name} {len(column)}\n".encode())
                _update(digest, column.chunk(0))
    said = sorted((one.sheet or "", one.column or "", one.rule, one.detail or "") for one in problems)
    digest.update(repr(said).encode())
    return digest.hexdigest()


def _update(digest: hashlib._Hash, array: pa.Array) -> None:
    """Add an array by its buffers, whose layout the Arrow format fixes; builders leave zeros under nulls."""
    for buffer in array.buffers():
        digest.update(buffer if buffer is not None else b"-")
