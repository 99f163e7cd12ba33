"""The template with what is known of an institution already written in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expectations.form import FORM
from expectations.template.filling import Filling
from expectations.template.workbook import write_template
from warehouse.expected import calendar, register
from warehouse.home import Home
from warehouse.journal import known_by
from warehouse.settings import Misconfigured


def write_prefilled(home: Home, institution_code: str, as_of: date, output: Path) -> None:
    """Write the workbook an institution fills for a reporting date; raise Misconfigured for one not known."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        entries = [one for one in register(connection, seq) if one.code == institution_code]
        dates = {day.as_of: day for day in calendar(connection, seq)}
    institution, day = next((one for one in entries if one.expected(as_of)), None), dates.get(as_of)
    if not entries:
        raise Misconfigured(f"Организации с кодом {institution_code} нет в реестре.")
    if day is None:
        raise Misconfigured(f"{as_of:%d.%m.%Y} нет в календаре отчётных дат.")
    if institution is None:
        raise Misconfigured(f"Организация {institution_code} на {as_of:%d.%m.%Y} не действует.")
    filling = Filling(institution.code, institution.name, as_of, due_on=day.due_on)
    partial = output.with_name(f".{output.name}.partial")
    write_template(partial, FORM, filling)
    partial.replace(output)
