"""Statements in the words of Spark, parted into steps that it computes once each; sqlglot translates (`make spark`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

Asked = Callable[[str], date | int | None]  # one value, by a statement in the words of DuckDB
Step = tuple[str, str]  # a name, and the statement whose rows it names


def translated(statement: sa.ClauseElement, asked: Asked) -> tuple[list[Step], str]:
    """Return what a statement names more than once, in order, and the statement over these names.

    Spark would put a named subquery into every place that names it, and run a job for each single value that the
    statement looks up (a day of the roadmap): values are looked up beforehand, and stand in it as they are.
    """
    import sqlglot

    text = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    tree = sqlglot.parse_one(str(text), read="postgres")
    _look_up(tree, asked)
    _rename(tree)
    return _in_steps(tree)


def view(schema: str, name: str) -> str:
    """Name the view that stands for a table."""
    return f"{schema}_{name}"


def _look_up(tree: Any, asked: Asked) -> None:
    """Put in place of each subquery that is one value, whatever the row, that value."""
    from sqlglot import exp

    for one in list(tree.find_all(exp.Subquery)):  # the outer before the inner
        if isinstance(one.parent, exp.From | exp.Join | exp.CTE | exp.In | exp.SetOperation) or one.root() is not tree:
            continue
        known = {source.alias_or_name for source in one.find_all(exp.Table, exp.Subquery)}
        if {column.table for column in one.find_all(exp.Column)} <= known:
            one.replace(exp.convert(asked(one.this.sql(dialect="duckdb"))))


def _rename(tree: Any) -> None:
    """Name views in place of tables, and types as Spark does."""
    from sqlglot import exp

    for one in tree.find_all(exp.Table):
        if one.db:
            one.replace(exp.to_table(view(one.db, one.name), alias=one.alias or one.name))
    for one in tree.find_all(exp.CTE):
        one.set("materialized", None)  # Spark plans as it likes
    for one in tree.find_all(exp.Column):
        one.set("db", None)  # a view's alias is the bare name of its table
    for one in tree.find_all(exp.Cast):
        if one.to.is_type("uuid"):
            one.set("to", exp.DataType.build("text"))


def _in_steps(tree: Any) -> tuple[list[Step], str]:
    from sqlglot import exp

    named = Counter(one.name for one in tree.find_all(exp.Table))
    steps, once = list[Step](), list[Any]()
    for part in list(tree.ctes):
        if named[part.alias] == 1:
            once.append(part)
            continue
        step = part.this.copy()
        for other in once:
            step = step.with_(other.alias, other.this.copy(), copy=False)
        steps.append((part.alias, step.sql(dialect="spark")))
        part.pop()
    if not tree.ctes:
        tree.set("with_", None)
    return steps, tree.sql(dialect="spark")
