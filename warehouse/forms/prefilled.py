"""The template with what is known of an institution already written in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from expectations.form import CONTINUES, FORM
from expectations.template.filling import Filling
from expectations.template.workbook import write_template
from warehouse.collection.expected import calendar, register
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import in_force
from warehouse.storage.loading import fetch
from warehouse.storage.vault import read_vault
from warehouse.tables.tables import table

Row = dict[str, Any]
CURATOR = ("curator_name", "curator_phone", "curator_email")
NOT_YET = ("result",)  # what a pair has come to is told when it ends


def write_prefilled(home: Home, institution_code: str, as_of: date, output: Path) -> None:
    """Write the workbook an institution fills for a reporting date, nobody in it; Misconfigured for one not known."""
    _write(_filling(home, institution_code, as_of, {}), output)


def write_registry(home: Home, institution_code: str, as_of: date) -> Path:
    """Write the workbook with the institution's last registry: curator, participants, pairs that go on, partners.

    It holds names and goes into the institution's own folder, readable by its owner alone; return where. Those whose
    consent is missing or withdrawn are in no vault, and so not in it. Raises Misconfigured as `write_prefilled` does.
    """
    filling = _filling(home, institution_code, as_of, _registry(home, institution_code, as_of))
    output = home.settings.templates / institution_code / f"{institution_code}-{as_of}.xlsx"
    _write(filling, output)
    home.audit("template", f"{institution_code} {as_of.isoformat()}")
    return output


def _write(filling: Filling, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = output.with_name(f".{output.name}.partial")
    write_template(partial, FORM, filling)
    partial.replace(output)


def _filling(home: Home, institution_code: str, as_of: date, rows: dict[str, list[Row]]) -> Filling:
    with home.reading() as connection:
        seq = known_by(connection, None)
        entries = [one for one in register(connection, seq) if one.code == institution_code]
        dates = {day.as_of: day for day in calendar(connection, seq)}
    institution, day = next((one for one in entries if one.expected(as_of)), None), dates.get(as_of)
    if not entries:
        raise Misconfigured(f"Организации с кодом {institution_code} нет в реестре. Коды показывает nastavnik status.")
    if day is None:
        raise Misconfigured(f"{as_of:%d.%m.%Y} нет в календаре отчётных дат.")
    if institution is None:
        raise Misconfigured(f"Организация {institution_code} на {as_of:%d.%m.%Y} не действует.")
    return Filling(
        institution.code, institution.name, as_of, due_on=day.due_on, contact=home.settings.contact, rows=rows
    )


def _registry(home: Home, institution_code: str, as_of: date) -> dict[str, list[Row]]:
    """Rows by sheet from the newest delivery in force for this date or an earlier one; none where nothing is."""
    with home.reading() as connection:
        delivery = _last_told(connection, institution_code, as_of)
        if delivery is None:
            return {}
        stored = {name: _stored(connection, name, delivery) for name in ("participants", "pairs", "partners")}
    people = _named(home, "participants", stored["participants"], delivery)
    known = {row["participant_id"] for row in people}
    pairs = [
        row | dict.fromkeys(NOT_YET)
        for row in _named(home, "pairs", stored["pairs"], delivery)
        if row["outcome"] == CONTINUES and {row["mentor_id"], row["mentee_id"]} <= known
    ]
    curators = read_vault(home.vault, "organisation", CURATOR, [delivery]).to_pylist()
    return {
        "organisation": [{name: row[name] for name in CURATOR} for row in curators],
        "participants": people,
        "pairs": pairs,
        "partners": [_of_form("partners", row) for row in stored["partners"]],
    }


def _last_told(connection: sa.Connection, institution_code: str, as_of: date) -> str | None:
    now = in_force(known_by(connection, None))
    told = sa.select(now.c.delivery).where(now.c.institution_code == institution_code, now.c.as_of <= as_of)
    return connection.execute(told.order_by(now.c.as_of.desc()).limit(1)).scalar()


def _stored(connection: sa.Connection, name: str, delivery: str) -> list[Row]:
    rows = table(name)
    return fetch(connection, sa.select(rows).where(rows.c.delivery == delivery).order_by(rows.c.row)).to_pylist()


def _named(home: Home, name: str, stored: list[Row], delivery: str) -> list[Row]:
    """Join what the warehouse and the vault hold of a sheet; rows that are not in the vault are left out."""
    columns = [column.name for column in FORM.by_name[name].personal]
    kept = {row["row"]: row for row in read_vault(home.vault, name, columns, [delivery]).to_pylist()}
    return [_of_form(name, row | kept[row["row"]]) for row in stored if row["row"] in kept]


def _of_form(name: str, row: Row) -> Row:
    return {column.name: row[column.name] for column in FORM.by_name[name].columns}
