"""One declaration: change a property of a column, and every product that tells of it changes, and no other."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from expectations.arrow import staged_schemas
from expectations.dictionary import render_dictionary, render_rulebook
from expectations.form import FORM, STUDENT
from expectations.reading.limits import Limits
from expectations.reading.reading import read_delivery
from expectations.rules.cells import checks_of
from expectations.spellings import Kind
from expectations.structure import Column, Form, When
from expectations.template import Filling, write_template
from tests.form.filled import FILLED
from warehouse.tables.tables import tables_of

DELIVERED: list[Path] = []


def template(form: Form) -> str:
    output = io.BytesIO()
    write_template(output, form, Filling())
    return hashlib.sha256(output.getvalue()).hexdigest()


def arrow(form: Form) -> list[str]:
    return [schema.to_string(show_schema_metadata=True) for schema in staged_schemas(form).values()]


def sql(form: Form) -> list[str]:
    """Where each column is kept, its type, its comment."""
    tables = tables_of(form).tables.values()
    return [f"{c.table.fullname}.{c.name} {c.type!r} {c.nullable} {c.comment}" for t in tables for c in t.columns]


def great_expectations(form: Form) -> list[dict[str, Any]]:
    from expectations.suites import suite_of

    return [suite_of(checks).to_json_dict() for checks in checks_of(form).values()]


@pytest.fixture(scope="module", autouse=True)
def delivered(tmp_path_factory):
    """Two deliveries of the form as it is: with every column, and with the required ones alone."""
    folder = tmp_path_factory.mktemp("delivered")
    bare = replace(
        FORM, sheets=tuple(replace(s, columns=tuple(c for c in s.columns if c.required)) for s in FORM.sheets)
    )
    write_template(folder / "full.xlsx", FORM, FILLED)
    write_template(folder / "bare.xlsx", bare, Filling())
    DELIVERED[:] = sorted(folder.iterdir())


def reader(form: Form) -> list[object]:
    readings = [read_delivery(path, b"k" * 32, Limits(), form) for path in DELIVERED]
    return [[table.to_pylist() for table in (*r.sheets.values(), r.problems, r.places)] for r in readings]


PRODUCTS: dict[str, Callable[[Form], object]] = {
    "template": template,
    "dictionary": render_dictionary,
    "rulebook": render_rulebook,
    "checks": checks_of,
    "GX": great_expectations,
    "Arrow": arrow,
    "SQL": sql,
    "reader": reader,
}


@dataclass(frozen=True)
class Change:
    """A new value of one property of one column of the form."""

    property: str
    column: str  # "sheet.column"
    value: object
    also: tuple[tuple[str, object], ...] = ()  # what must change with it for the column to stay whole

    def applied(self, form: Form = FORM) -> Form:
        sheet_name, column_name = self.column.split(".")
        properties: dict[str, Any] = {self.property: self.value} | dict(self.also)
        sheets = tuple(
            replace(sheet, columns=tuple(
                replace(column, **properties) if (sheet.name, column.name) == (sheet_name, column_name) else column
                for column in sheet.columns
            ))
            for sheet in form.sheets
        )  # fmt: skip
        return replace(form, sheets=sheets)


CHANGES = {
    "name": Change("name", "documents.number", "paper_number"),
    "heading": Change("heading", "events.title", "Тема"),
    "kind: text → whole number": Change("kind", "documents.number", Kind.INTEGER),
    "kind: text → name": Change("kind", "events.title", Kind.NAME),
    "kind: text → list": Change("kind", "documents.number", Kind.CODE, also=(("codes", ("1", "2")),)),
    "required": Change("required", "documents.number", True),
    "codes": Change("codes", "surveys.stage", ("до", "во время", "после")),
    "minimum": Change("minimum", "events.attendees", 1),
    "maximum": Change("maximum", "events.attendees", 9_000),
    "max_length": Change("max_length", "events.title", 200),
    "required_when": Change("required_when", "participants.snils", When("category", (STUDENT,))),
    "limits_when": Change("limits_when", "events.hours", When("kind", ("обмен опытом",), 1, 8)),
    "at_most": Change("at_most", "practices.participants", "participants"),
    "unique": Change("unique", "practices.participants", "duplicate-age"),
    "refers_to": Change("refers_to", "events.title", "participants.participant_id"),
    "personal": Change("personal", "events.title", True),
    "hint": Change("hint", "events.title", "Коротко."),
}

# What must change (+) and what must not (·): a school never sees a name, a table never holds a hint.
EXPECTED = """
                          | template | dictionary | rulebook | checks | GX | Arrow | SQL | reader
name                      | ·        | +          | ·        | ·      | ·  | +     | +   | +
heading                   | +        | +          | +        | ·      | ·  | +     | +   | +
kind: text → whole number | +        | +          | ·        | ·      | ·  | +     | +   | +
kind: text → name         | +        | +          | +        | +      | +  | ·     | +   | ·
kind: text → list         | +        | +          | +        | +      | +  | ·     | +   | ·
required                  | +        | +          | +        | +      | +  | ·     | ·   | +
codes                     | +        | +          | +        | +      | +  | ·     | +   | ·
minimum                   | +        | +          | +        | +      | +  | ·     | +   | ·
maximum                   | +        | +          | +        | +      | +  | ·     | +   | ·
max_length                | +        | +          | +        | +      | +  | ·     | +   | ·
required_when             | +        | +          | +        | +      | +  | ·     | ·   | ·
limits_when               | +        | +          | +        | +      | +  | ·     | ·   | ·
at_most                   | +        | +          | +        | +      | +  | ·     | ·   | ·
unique                    | +        | +          | +        | +      | +  | ·     | ·   | ·
refers_to                 | +        | +          | +        | +      | +  | ·     | ·   | ·
personal                  | ·        | +          | ·        | ·      | ·  | ·     | +   | ·
hint                      | +        | +          | ·        | ·      | ·  | ·     | ·   | ·
"""


def expected() -> list[Any]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in EXPECTED.strip("\n").splitlines()]
    return [
        pytest.param(
            change,
            product,
            mark == "+",
            marks=[pytest.mark.slow] if product == "GX" else [],
            id=f"{change} ▸ {product}",
        )
        for change, *marks in lines
        for product, mark in zip(head[1:], marks, strict=True)
    ]


@cache
def unchanged(product: str) -> object:
    return PRODUCTS[product](FORM)


@pytest.mark.parametrize(("change", "product", "tells"), expected())
def test_a_change_of_the_form_shows_in(change, product, tells):
    assert (PRODUCTS[product](CHANGES[change].applied()) != unchanged(product)) is tells


def test_no_property_of_a_column_and_no_product_is_forgotten():
    assert [cell.strip() for cell in EXPECTED.split("\n")[1].split("|")[1:]] == list(PRODUCTS)
    assert {field.name for field in fields(Column)} == {change.property for change in CHANGES.values()}
    assert set(CHANGES) == {line.split("|")[0].strip() for line in EXPECTED.strip("\n").splitlines()[1:]}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_really_is_one(change):
    sheet, column = change.column.split(".")
    assert getattr(FORM.by_name[sheet].by_name[column], change.property) != change.value
