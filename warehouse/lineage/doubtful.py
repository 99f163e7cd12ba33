"""How far the clerk's open pairs could move one figure."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.home import Home
from warehouse.lineage.vintage import Vintage
from warehouse.persons.doubt import Doubt, doubts
from warehouse.persons.queue import open_queue
from warehouse.release.contents import REPORTED_KPI
from warehouse.storage.vault import may_read


def doubt_of(
    home: Home, connection: sa.Connection, indicator: str, scope: tuple[str, str], as_of: date, at: Vintage
) -> Doubt | None:
    """Return the doubt about a figure; None where no open pair moves it, and for any but the official one.

    None too for an account that may not read the vault. Of a release, what the vault still holds of those known then
    is compared.
    """
    if indicator != REPORTED_KPI or not may_read(home.vault):
        return None
    known = Knowledge.at(at.seq)
    found = doubts(connection, known, open_queue(connection, home.vault, known), [as_of])
    return next((one for one in found if (one.scope_type, one.scope_code) == scope), None)
