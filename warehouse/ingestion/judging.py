"""What a batch is judged against, as known at a journal number."""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from expectations.staging import CONTEXT
from expectations.text import fold_institution
from warehouse.journal import ledger
from warehouse.register.reference import known_reference
from warehouse.storage.loading import fetch


def judging_context(
    connection: sa.Connection, institutions: list[str], seq: int, past: int | None = None
) -> dict[str, pa.Table]:
    """Return the tables of `CONTEXT`, the past of these institutions among them.

    With `past`, an earlier number, theirs as it was known then.
    """

    def known(name: str, *columns: str) -> pa.Table:
        reference = known_reference(name, seq)
        return fetch(connection, sa.select(*(reference.c[column] for column in columns)))

    register = known("institutions", "code", "name", "aliases", "kind", "level", "valid_from", "valid_to").to_pylist()
    for row in register:
        names = [row["name"], *(row["aliases"] or "").split("|")]
        row["names"] = [fold_institution(name) for name in names if name]
    plans = known("plans", "institution_code", "school_year", "planned_participants")
    return {
        "register": pa.Table.from_pylist(register, schema=CONTEXT["register"]),
        "calendar": known("reporting_dates", "as_of", "due_on"),
        "plans": plans.rename_columns(CONTEXT["plans"].names),
        "milestones": known("milestones", "code", "due_on"),
        "past": ledger.past(connection, institutions, seq if past is None else past),
    }
