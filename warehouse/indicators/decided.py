"""What decisions about people come to, kept by journal number so that SQL alone can tell it."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from warehouse.indicators.identity import NO_SNILS, Identity, People, changed_people, owners
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.ledger import Number
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import decisions, entries, table

Persons = dict[Identity, str]  # of the identities that decisions took from the person the rule alone would give


def keep_decided(connection: sa.Connection, since: int) -> None:
    """Bring `decided_people` up to the journal's end, given that it was true of every number up to `since`.

    What became known at one time became known at once: it is told as of that time's last number.
    """
    start = _start(connection, since)
    if start is None:
        return
    kept = table("decided_people")
    connection.execute(kept.delete().where(kept.c.from_seq >= start))
    before, rows = _decided_at(connection, start - 1), list[dict[str, object]]()
    for number in list(_moments(connection, start)):
        after = changed_people(connection, Knowledge.at(number))
        different = sorted((one for one in before.keys() | after.keys() if before.get(one) != after.get(one)), key=str)
        rows += [
            {"from_seq": number, "snils_token": one.snils or NO_SNILS, "name_token": one.name, "person": after.get(one)}
            for one in different
        ]
        before = after
    insert_rows(connection, kept, rows)


def _start(connection: sa.Connection, since: int) -> int | None:
    """The first number of the time that number `since` + 1 or the first decision became known at; None for none."""
    made, journal = decisions(), entries()
    first = connection.execute(sa.select(sa.func.min(made.c.seq))).scalar()
    if first is None:
        return None
    time = sa.select(journal.c.known_at).where(journal.c.seq == max(first, since + 1)).scalar_subquery()
    return connection.execute(sa.select(sa.func.min(journal.c.seq)).where(journal.c.known_at == time)).scalar()


def _moments(connection: sa.Connection, start: int) -> Iterator[int]:
    journal = entries()
    last = sa.func.max(journal.c.seq)
    yield from connection.execute(
        sa.select(last).where(journal.c.seq >= start).group_by(journal.c.known_at).order_by(last)
    ).scalars()


def _decided_at(connection: sa.Connection, number: int) -> Persons:
    rows = connection.execute(sa.select(_latest(number)))
    return {
        Identity(None if row.snils_token == NO_SNILS else row.snils_token, row.name_token): row.person for row in rows
    }


def _latest(number: Number) -> sa.Subquery:
    """The identities whose person decisions changed, as of a journal number."""
    kept = table("decided_people")
    rank = sa.func.row_number().over(
        partition_by=(kept.c.snils_token, kept.c.name_token), order_by=kept.c.from_seq.desc()
    )
    ranked = sa.select(kept, rank.label("rank")).where(kept.c.from_seq <= number).subquery("ranked")
    columns = (ranked.c.snils_token, ranked.c.name_token, ranked.c.person)
    return sa.select(*columns).where(ranked.c.rank == 1, ranked.c.person.is_not(None)).subquery("latest")


def people_decided(known: Knowledge) -> People:
    """Tell people apart as `people_known` does, by statements alone: the numbers of `known` may be expressions."""
    return People(owners(known), sa.select(_latest(known.decisions)).cte("decided"))
