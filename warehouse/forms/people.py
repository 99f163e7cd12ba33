"""One delivery's people and pairs, named from the vault: no row of another delivery is read there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from expectations.form import EDUCATOR, STUDENT, YOUNG_SPECIALIST
from warehouse.collection.expected import register
from warehouse.forms.bases import Pair, Person
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import in_force
from warehouse.storage.vault import read_vault
from warehouse.tables.tables import table

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The delivery that the forms are made of, and whose it is."""

    delivery: str
    institution_code: str
    institution_name: str
    as_of: date
    known_at: datetime


def source_of(connection: sa.Connection, institution_code: str, as_of: date | None) -> Source:
    """Find the delivery in force on a reporting date, the newest date for None; raise Misconfigured for none."""
    seq = known_by(connection, None)
    entries = [one for one in register(connection, seq) if one.code == institution_code]
    if not entries:
        raise Misconfigured(f"Организации с кодом {institution_code} нет в реестре. Коды показывает nastavnik status.")
    now = in_force(seq)
    columns = (now.c.delivery, now.c.as_of, now.c.known_at)
    rows = connection.execute(
        sa.select(*columns).where(now.c.institution_code == institution_code).order_by(now.c.as_of)
    ).all()
    if not rows:
        raise Misconfigured(f"У организации {institution_code} нет принятых сведений.")
    found = [row for row in rows if row.as_of == (as_of or rows[-1].as_of)]
    if not found:
        dates = ", ".join(f"{row.as_of:%d.%m.%Y}" for row in rows)
        raise Misconfigured(
            f"У организации {institution_code} нет принятых сведений на {as_of:%d.%m.%Y}. Есть: {dates}."
        )
    (row,) = found
    names = [one.name for one in entries if one.expected(row.as_of)] or [entries[-1].name]
    return Source(row.delivery, institution_code, names[-1], row.as_of, row.known_at)


def pairs_of(home: Home, source: Source, on: date) -> list[Pair]:
    """Return the counted pairs of a delivery; on day `on`, people whose consent is withdrawn are not named."""
    with home.reading() as connection:
        participants = _rows(connection, table("participants"), source)
        pairs = _rows(connection, table("pairs"), source)
        partners = {row["inn"]: row["name"] for row in _rows(connection, table("partners"), source)}
        withdrawn = _withdrawn(connection, source, on)
    kept = _kept(home, "participants", ("surname", "given_name", "patronymic", "birth_date"), source)
    texts = _kept(home, "pairs", ("request", "result"), source)
    named = {row["row"]: kept[row["row"]] for row in participants
             if row["row"] in kept and not {row["snils_token"], row["name_token"]} & withdrawn}  # fmt: skip
    people = {row["row"]: _person(row, named.get(row["row"]), source, partners) for row in participants}
    return [_pair(row, people, texts.get(row["row"], {})) for row in pairs if row["counted"]]


def _kept(home: Home, sheet: str, columns: tuple[str, ...], source: Source) -> dict[int, Row]:
    """Read what the vault keeps of the one delivery, by row."""
    return {row["row"]: row for row in read_vault(home.vault, sheet, columns, [source.delivery]).to_pylist()}


def _rows(connection: sa.Connection, rows: sa.Table, source: Source) -> list[Row]:
    """Read a sheet's rows of the one delivery."""
    statement = sa.select(rows).where(rows.c.delivery == source.delivery).order_by(rows.c.row)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _withdrawn(connection: sa.Connection, source: Source, on: date) -> set[str]:
    """Return the tokens of those who withdrew their consent by a day, as the institution told of this date or later."""
    now, rows = in_force(known_by(connection, None)), table("participants")
    statement = (
        sa.select(rows.c.snils_token, rows.c.name_token)
        .join(now, now.c.delivery == rows.c.delivery)
        .where(now.c.institution_code == source.institution_code, now.c.as_of >= source.as_of)
        .where(rows.c.consent_withdrawn <= on)
    )
    return {token for row in connection.execute(statement) for token in row if token}


def _person(row: Row, kept: Row | None, source: Source, partners: dict[str, str]) -> Person:
    if kept is None:
        return Person(row["row"], None, None, None)
    name = " ".join(part for part in (kept["surname"], kept["given_name"], kept["patronymic"]) if part)
    return Person(row["row"], name, kept["birth_date"].year, _place(row, source, partners))


def _place(row: Row, source: Source, partners: dict[str, str]) -> str | None:
    """Where somebody works or studies, as far as the form tells."""
    if row["partner_inn"]:
        return partners.get(row["partner_inn"], f"ИНН {row['partner_inn']}")
    if row["category"] == STUDENT:
        return ", ".join(filter(None, (source.institution_name, row["group_name"])))
    return source.institution_name if row["category"] in (EDUCATOR, YOUNG_SPECIALIST) else None


def _pair(row: Row, people: dict[int, Person], texts: Row) -> Pair:
    return Pair(
        row["row"], people[row["mentor_row"]], people[row["mentee_row"]], row["form"], row["started_on"],
        row["ended_on"], row["outcome"], texts.get("request"), texts.get("result"),
    )  # fmt: skip
