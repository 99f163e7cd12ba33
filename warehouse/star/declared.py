"""What a view of the star is: its rows, and each column with its expression and its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass(frozen=True)
class Column:
    """One column: what it is computed from, and what it says in Russian."""

    name: str
    expression: sa.ColumnElement
    comment: str
    key: bool = False  # part of what tells rows apart
    of: str | None = None  # the dimension whose key it is


@dataclass(frozen=True)
class View:
    """A fact or a dimension. Keys of dimensions have one name everywhere."""

    name: str
    title: str
    grain: str  # what one row is
    columns: tuple[Column, ...]
    rows: sa.FromClause
    where: tuple[sa.ColumnElement[bool], ...] = field(default=())

    @property
    def comment(self) -> str:
        return f"{self.title}. Строка — {self.grain}"

    def statement(self) -> sa.Select:
        """Return the query that the view is."""
        columns = (column.expression.label(column.name) for column in self.columns)
        return sa.select(*columns).select_from(self.rows).where(*self.where)


def commented(connection: sa.Connection, schema: str, views: Iterable[View]) -> None:
    """Write the comments of views and of their columns: both engines know the same words."""
    for view in views:
        connection.exec_driver_sql(f"COMMENT ON VIEW {schema}.{view.name} IS {_literal(view.comment)}")
        for column in view.columns:
            place = f"{schema}.{view.name}.{column.name}"
            connection.exec_driver_sql(f"COMMENT ON COLUMN {place} IS {_literal(column.comment)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
