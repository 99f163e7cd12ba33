"""PostgreSQL's plans for what an intake asks: nothing reads all that came before.

The history is that of a region over 20 dates, written by SQL with its statistics, so that the planner has a choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from warehouse.installation.engine import create_schema, open_engine
from warehouse.journal import ledger
from warehouse.journal.journal import arrivals, last_entry
from warehouse.receipts.contents import receipts_of
from warehouse.tables.tables import tables_of

pytestmark = pytest.mark.slow

SENDERS, DATES = 1500, 20
SEQ = SENDERS * DATES
HISTORY = f"""
    INSERT INTO journal.entries (seq, known_at, event, subject, sha256, arrival)
    SELECT n, '2022-01-10', 'received', 'S' || n % {SENDERS}, md5(n::text), md5('a' || n) FROM generate_series(1, {SEQ}) n;
    INSERT INTO mentoring.deliveries (seq, delivery, institution_code, as_of, known_at, received_at, sha256, content_hash,
        verdict, ruleset, basis, rows_read, rows_stored, rows_quarantined, rows_skipped, enrolled, involved)
    SELECT n, md5('d' || n), 'S' || n % {SENDERS}, date '2021-12-31' - 366 * (n / {SENDERS}), '2022-01-10', '2022-01-10',
        md5(n::text), md5('c' || n), 'accepted', '1.0', '', 1, 1, 0, 0, 100, 50 FROM generate_series(1, {SEQ}) n;
    INSERT INTO mentoring.findings (delivery, number, ruleset, rule, severity)
    SELECT md5('d' || n), m, '1.0', 'consent-missing', 'warning'
    FROM generate_series(1, {SEQ}) n, generate_series(1, 3) m;
    INSERT INTO mentoring.sheet_counts
    SELECT md5('d' || n), 'participants', 1, 1, 0, 0 FROM generate_series(1, {SEQ}) n;
    ANALYZE
"""
GROWING = {"entries", "deliveries", "findings", "sheet_counts"}
ONE, SENDER = "md5('d7')", "S7"
ASKED: dict[str, Callable[[sa.Connection, str], object]] = {
    "the last number of the journal": lambda c, _: last_entry(c),
    "the files that lie in an inbox": lambda c, _: arrivals(c).intersection(["0" * 32, "1" * 32]),
    "bytes that came before": lambda c, _: ledger.earlier_deliveries(c, ["0" * 32, "1" * 32]),
    "contents told": lambda c, _: ledger.contents_told(c, [SENDER, "S8"], SEQ),
    "the past of a sender": lambda c, _: ledger.past(c, [SENDER, "S8"], SEQ),
    "receipts": lambda c, delivery: list(receipts_of(c, [delivery], ZoneInfo("UTC"))),
}


@pytest.fixture(scope="module")
def history(postgres_database: str) -> Iterator[sa.Connection]:
    engine = open_engine(postgres_database)
    with engine.connect() as connection:
        create_schema(connection, tables_of())
        for statement in HISTORY.split(";"):
            connection.execute(sa.text(statement))
        yield connection
        connection.rollback()
    engine.dispose()


def plans(connection: sa.Connection, ask: Callable[[sa.Connection, str], object]) -> list[dict]:
    """Return the plan of every statement that a question consists of."""
    delivery = connection.execute(sa.text(f"SELECT {ONE}")).scalar_one()
    asked: list[tuple[str, dict]] = []

    def note(_: sa.Connection, __: object, statement: str, parameters: dict, *___: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        ask(connection, delivery)
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    cursor = connection.connection.cursor()
    found = []
    for statement, parameters in asked:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (told,) = cursor.fetchone()
        found.append((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
    return found


def scanned(plan: dict) -> Iterator[str]:
    """Yield the growing tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in GROWING:
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scanned(below)


@pytest.mark.parametrize("question", ASKED)
def test_an_intake_reads_what_it_needs_of_the_history(history: sa.Connection, question: str) -> None:
    told = plans(history, ASKED[question])
    assert told
    assert [name for plan in told for name in scanned(plan)] == []


def test_a_scan_of_the_history_would_be_seen(history: sa.Connection) -> None:
    (plan,) = plans(history, lambda c, _: c.execute(sa.text("SELECT max(involved) FROM mentoring.deliveries")))
    assert list(scanned(plan)) == ["deliveries"]
    assert date(2021, 12, 31) == history.execute(sa.text("SELECT max(as_of) FROM mentoring.deliveries")).scalar()
