"""One school that delivers, corrects itself and takes the correction back, with a release after each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.installations import installation, moscow, take
from tests.workbooks import PAIRS, submission, write
from warehouse.installation.home import Home
from warehouse.journal.decisions import withdraw
from warehouse.journal.journal import RELEASE, Journal
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table

AS_OF = date(2021, 12, 31)
CANARIES = ("Пробн", "Мнимый", "Учебная", "Ильич", "11223344595", "112-233-445", "29.02.2008", "2008-02-29")
TOTAL = (
    PAIRS
    + "    Итого   |               |                  |                      |           |             |                 | \n"
)
SPOILT = PAIRS.replace("01.10.2021  |                 ", "01.10.2021  | 01.09.2021      ")


@dataclass
class History:
    home: Home
    deliveries: list[str]  # the first and its correction


@contextmanager
def corrected_school(folder: Path, url: str | None = None) -> Iterator[History]:
    """NSH-S007 sends two pairs, release 1, then one pair only, release 2, then withdraws that; release 3."""
    with installation(folder / "home", url) as home:
        deliveries = []
        for number, pairs in enumerate((TOTAL, SPOILT), 1):
            at = moscow(f"2022-01-1{number} 12:00")
            write(home.settings.inbox / "NSH-S007" / f"{number}.xlsx", submission(Пары=pairs))
            (line,) = take(home, at).lines
            deliveries.append(line.delivery)
            freeze(home, number)
        with home.writing() as connection:
            withdraw(connection, deliveries[1], moscow("2022-01-13 12:00"))
        freeze(home, 3)
        yield History(home, deliveries)


def freeze(home: Home, number: int) -> None:
    """Number a release as `make_release` does, without the seconds its package takes to write."""
    name, at = f"{AS_OF}-{number}", moscow(f"2022-01-1{number} 18:00")
    with home.writing() as connection:
        journal = Journal(connection)
        entry = journal.add(RELEASE, name, at, as_of=AS_OF, definition="1.0")
        journal.write()
        row = {"release": name, "as_of": AS_OF, "seq": entry.seq, "known_at": entry.known_at, "definition": "1.0"}
        insert_rows(connection, table("releases"), [row | {"figures_sha256": ""}])
