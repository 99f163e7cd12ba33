"""The generated pages: current, complete, in the form's words."""

from pathlib import Path

import pytest

from expectations.dictionary import render_dictionary, render_rulebook
from expectations.form import FORM
from expectations.rules import RULES

DOCS = Path(__file__).parents[2] / "docs/reference"


@pytest.mark.parametrize(("page", "render"), [("dictionary.md", render_dictionary), ("rules.md", render_rulebook)])
def test_the_page_in_docs_is_the_one_the_code_would_write(page, render):
    assert (DOCS / page).read_text(encoding="utf-8") == render(), "run `make docs`"


def test_the_dictionary_holds_every_column_with_its_types():
    lines = render_dictionary().splitlines()
    for sheet in FORM.sheets:
        for column in sheet.columns:
            spelling = column.spelling
            stored = [
                line for line in lines if f"| `{column.name}` |" in line and line.startswith(f"| {column.heading} |")
            ]
            assert any(f"| `{spelling.sql}` | `{spelling.arrow}` | `{spelling.excel}` |" in line for line in stored), (
                sheet.name,
                column.name,
            )


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_rulebook_quotes_the_sentence_a_school_receives(rule):
    page = render_rulebook()
    assert f"| {rule.severity.russian} | {rule.title} | {rule.problem} | {rule.remedy} |" in page
    assert page.count(f'<a id="{rule.id}"></a>') == 1


def test_every_row_of_a_table_has_as_many_cells_as_its_heading():
    for page in (render_dictionary(), render_rulebook()):
        width = 0
        for line in page.splitlines():
            cells = line.replace("\\|", "").count("|") - 1
            width = 0 if not line.startswith("|") else width or cells
            assert not line.startswith("|") or cells == width, line
