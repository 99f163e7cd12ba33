"""What an analyst starts from: views of what is in force now, the series as a function, the star."""

from __future__ import annotations

import sqlalchemy as sa

from expectations.form import FORM
from warehouse.journal.ledger import in_force
from warehouse.tables.tables import MENTORING, table

FOR_EVER = 2**62  # a journal number no entry reaches


def _view(connection: sa.Connection, name: str, statement: sa.Select) -> None:
    text = statement.compile(connection, compile_kwargs={"literal_binds": True})
    connection.execute(sa.text(f"CREATE OR REPLACE VIEW {MENTORING}.{name}{readers_rights(connection)} AS {text}"))


def readers_rights(connection: sa.Connection) -> str:
    """The words by which a view asks the rights of whoever reads it, where the engine has rights."""
    return " WITH (security_invoker = true)" if connection.dialect.name == "postgresql" else ""


def create_views(connection: sa.Connection) -> None:
    """Create `in_force` (one delivery per institution and date), `<sheet>_in_force` with its rows, `kpi` and `kpi_now`.

    `kpi(as_of, known_at, definition)` is the series as a table function (`warehouse/indicators/functions.py`); the
    views of the star are declared in `warehouse/star/`.
    """
    from warehouse.indicators.functions import create_functions

    now = in_force(FOR_EVER)
    _view(connection, "in_force", sa.select(now))
    for name in [sheet.name for sheet in FORM.sheets] + ["participations"]:
        rows = table(name)
        facts = [column for column in rows.c if column.name not in now.c]
        statement = sa.select(now.c.institution_code, now.c.as_of, rows.c.delivery, *facts)
        _view(connection, f"{name}_in_force", statement.select_from(rows.join(now, now.c.delivery == rows.c.delivery)))
    create_functions(connection)
    _create_star(connection)


def _create_star(connection: sa.Connection) -> None:
    from warehouse.star.declared import commented
    from warehouse.star.views import dimensions, facts

    star = (*dimensions(), *facts())
    for view in star:
        _view(connection, view.name, view.statement())
    commented(connection, MENTORING, star)
