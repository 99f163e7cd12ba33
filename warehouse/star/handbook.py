"""The pages about the star, written out of its declaration: a reference with a picture, and DBML."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from expectations.markdown import page_templates
from warehouse.star.declared import Column, View
from warehouse.star.views import dimensions, facts
from warehouse.tables.tables import MENTORING

TYPES: dict[type[sa.types.TypeEngine], str] = {
    sa.Text: "text", sa.Integer: "int", sa.BigInteger: "int", sa.Double: "float", sa.Date: "date",
    sa.Boolean: "bool", sa.Uuid: "uuid",
}  # fmt: skip


def render_star() -> str:
    """Return the reference of all views, with the picture, as Markdown."""
    templates = page_templates("warehouse.star")
    templates.filters["type"] = type_of
    return templates.get_template("star.md.j2").render(facts=facts(), dimensions=dimensions(), mermaid=render_mermaid())


def type_of(column: Column) -> str:
    """Name the type of a column, the same on every engine; a type nobody named stops here."""
    return TYPES[type(column.expression.type)]


def render_mermaid() -> str:
    """Return the entity-relationship diagram in the words of Mermaid, which forges draw."""
    lines = ["erDiagram"]
    for view in facts():
        lines += [f"    {column.of} ||--o{{ {view.name} : {column.name}" for column in view.columns if column.of]
    for view in (*facts(), *dimensions()):
        lines += [f"    {view.name} {{", *(f"        {line}" for line in _attributes(view)), "    }"]
    return "\n".join(lines)


def _attributes(view: View) -> Iterator[str]:
    for column in view.columns:
        keys = ", ".join(word for word, held in (("PK", column.key), ("FK", column.of)) if held)
        yield f"{type_of(column)} {column.name} {keys}".rstrip()


def render_dbml() -> str:
    """Return the views as DBML, for programs that draw schemas."""
    tables = ["\n".join(_table(view)) for view in (*facts(), *dimensions())]
    keys = {view.name: next(column.name for column in view.columns if column.key) for view in dimensions()}
    refs = [
        f"Ref: {MENTORING}.{view.name}.{column.name} > {MENTORING}.{column.of}.{keys[column.of]}"
        for view in facts()
        for column in view.columns
        if column.of
    ]
    return "\n\n".join([*tables, "\n".join(refs)]) + "\n"


def _table(view: View) -> Iterator[str]:
    keys = [column.name for column in view.columns if column.key]
    yield f"Table {MENTORING}.{view.name} {{"
    for column in view.columns:
        pk = "pk, " if keys == [column.name] else ""
        yield f"  {column.name} {type_of(column)} [{pk}note: {_quoted(column.comment)}]"
    if len(keys) > 1:
        yield f"  indexes {{ ({', '.join(keys)}) [pk] }}"
    yield f"  Note: {_quoted(view.comment)}"
    yield "}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


PAGES = {"star.md": render_star, "star.dbml": render_dbml}


if __name__ == "__main__":
    for name, render in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(render(), encoding="utf-8", newline="\n")
