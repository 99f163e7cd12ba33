"""A small collection to be judged anew, and what is asked of it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import sqlalchemy as sa

from expectations.rules.ruleset import Ruleset, changed
from tests.installations import moscow, state, take
from tests.workbooks import PAIRS, PEOPLE, submission, write
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.journal.ledger import EVER
from warehouse.journal.ledger import in_force as holding
from warehouse.restatement.backfill import Asked, backfill
from warehouse.restatement.restating import Restatement

AS_OF = date(2021, 12, 31)
AGED = PEOPLE.replace("05.05.2009", "05.05.1999")  # a pupil of 22: doubted, and counted
FEWER = "\n".join(line for line in PAIRS.splitlines() if "П-2" not in line)
STRICT = changed([("age-implausible", "error")])


def collect(home: Home) -> None:
    """A pupil too old in one school; another whose second submission has one pair instead of two; one unregistered."""
    sent(home, "NSH-S007/a.zip", "NSH-S007", Участники=AGED)
    sent(home, "NSH-S008/a.zip", "NSH-S008", Участники=AGED)
    sent(home, "NSH-N001/a.zip", "NSH-N001")
    take(home, moscow("2022-01-10 12:00"))
    sent(home, "NSH-S008/b.zip", "NSH-S008", Участники=AGED, Пары=FEWER)
    take(home, moscow("2022-01-11 12:00"))


def sent(home: Home, name: str, institution: str, **sheets: str) -> None:
    write(home.settings.inbox / name, submission(institution, "31.12.2021", **sheets))  # type: ignore[arg-type]


def restated(home: Home, rules: Ruleset | None, at: str) -> Restatement:
    done, _ = backfill(home, Asked(AS_OF, AS_OF, rules), moscow(at), "проверка")
    return done


def share(told: pa.Table, code: str) -> str | None:
    found = [
        row["value"] for row in told.to_pylist()
        if row["indicator"] == "students_involved" and row["scope_code"] == code and row["as_of"] == AS_OF
    ]  # fmt: skip
    return str(found[0]) if found else None


def turned(done: Restatement) -> list[tuple[str, str, str]]:
    return sorted((one.institution_code, one.before, one.after) for one in done.turned)


def in_force(home: Home) -> dict[str, str]:
    now = holding(EVER)
    with home.reading() as connection:
        return dict(connection.execute(sa.select(now.c.institution_code, now.c.delivery)).tuples().all())


def rebuilt_alike(home: Home) -> None:
    before = state(home)
    rebuild(home)
    assert state(home) == before
