"""The states of knowledge a lineage is asked of: now, a time, a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import ACCEPTED, laid_aside, place
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Vintage:
    """What was known up to a journal number; of a release also its name, its date and the last definitions there were.

    A release has the reporting dates up to its own.
    """

    seq: int
    release: str = ""  # empty: as known
    as_of: date | None = None
    newest: str | None = None


def vintage(connection: sa.Connection, known_at: datetime | None = None, release: str | None = None) -> Vintage:
    """Return what was known at a time or for a release, by default now; Misconfigured for a release not made."""
    if release is None:
        return Vintage(known_by(connection, known_at))
    made = table("releases")
    row = connection.execute(sa.select(made).where(made.c.release == release)).first()
    if row is None:
        names = ", ".join(connection.execute(sa.select(made.c.release).order_by(made.c.seq)).scalars())
        raise Misconfigured(f"Выпуска «{release}» нет. {f'Есть: {names}.' if names else 'Выпусков ещё не было.'}")
    return Vintage(row.seq, row.release, row.as_of, row.definition)


def vintages_of(connection: sa.Connection, as_of: date) -> list[Vintage]:
    """Return every release whose series has the reporting date, in the order of their making, and now."""
    made = table("releases")
    held = connection.execute(sa.select(made).where(made.c.as_of >= as_of).order_by(made.c.seq))
    return [*(Vintage(row.seq, row.release, row.as_of, row.definition) for row in held), vintage(connection)]


def release_deliveries() -> sa.Select:
    """Select what was in force for every release: release, as_of, institution_code, delivery.

    Nothing is stored for it: a release's journal number says it all.
    """
    made, ledger = table("releases"), table("deliveries")
    newest = sa.func.row_number().over(
        partition_by=(made.c.release, ledger.c.institution_code, ledger.c.as_of), order_by=place(ledger).desc()
    )
    told = sa.and_(ledger.c.seq <= made.c.seq, ledger.c.as_of <= made.c.as_of, ledger.c.verdict.in_(ACCEPTED))
    ranked = (
        sa.select(made.c.release, ledger.c.as_of, ledger.c.institution_code, ledger.c.delivery, newest.label("newest"))
        .select_from(made.join(ledger, told))
        .where(~laid_aside(ledger, made.c.seq))
        .subquery("ranked")
    )
    return sa.select(*(column for column in ranked.c if column.name != "newest")).where(ranked.c.newest == 1)
