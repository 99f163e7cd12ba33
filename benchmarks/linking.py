"""What the clerk's queue finds of people written down twice, and what it asks about in vain; the truth is known.

usage: python benchmarks/linking.py [--people 10000] [--seed 1] [--region]

Nobody has a СНИЛС: whatever is found is found by names and birth dates. The rows stand in a warehouse and a vault as
an intake leaves them, everybody in one pair; the queue is then made by the function behind `nastavnik persons queue`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import sqlalchemy as sa

from expectations.text import fold_name
from expectations.tokens import name_token
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import read_settings
from warehouse.journal.journal import RECEIVED, Journal, known_by
from warehouse.persons.linking import NAMES
from warehouse.persons.queue import open_pairs
from warehouse.register.reference import load_reference, shipped_reference
from warehouse.storage.loading import bulk_insert, insert_rows
from warehouse.storage.vault import keep_identities
from warehouse.synthetic import write_region_reference
from warehouse.synthetic.doubles import MISTAKES, Told, people_told
from warehouse.tables.tables import table

AT, AS_OF = datetime(2022, 1, 10, 9, tzinfo=UTC), date(2021, 12, 31)
REGION = 300_000  # people
A_PLACE = 400  # people an institution tells of, as children of a school who take part
Place = tuple[str, int]  # delivery, row


def measure(folder: Path, people: int, seed: int) -> dict[str, object]:
    """Return precision and recall of the queue, recall by mistake, and seconds."""
    institutions = max(4, people // A_PLACE)
    told = people_told(seed, people, institutions)
    with _town(folder, institutions, seed) as home:
        places = _store(home, told)
        with home.reading() as connection:
            known = Knowledge.at(known_by(connection, None))
            wall, cpu = time.perf_counter(), time.process_time()
            pairs = open_pairs(connection, home.vault, known)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    queued = {frozenset(two) for two in _places_of(pairs)}
    return {"people": people, "records": len(told)} | _judged(told, places, queued) | {
        "seconds": round(wall, 1), "cpu_seconds": round(cpu, 1),
    }  # fmt: skip


@contextmanager
def _town(folder: Path, institutions: int, seed: int) -> Iterator[Home]:
    settings = read_settings({"NASTAVNIK_HOME": str(folder / "home")})
    write_region_reference(folder / "reference", shipped_reference(), seed, institutions)
    with opened(settings, AT, write=True) as home:
        with home.writing() as connection:
            load_reference(connection, home.received, folder / "reference", AT)
        yield home


def _store(home: Home, told: list[Told]) -> list[Place]:
    """Write the rows where an intake would; return where each stands."""
    with home.writing() as connection:
        register = table("institutions")
        codes = sorted(set(connection.execute(sa.select(register.c.code)).scalars()))
        codes = [code for code in codes if code.startswith("R")][: max(one.place for one in told) + 1]
        journal = Journal(connection)
        entries = [journal.add(RECEIVED, code, AT) for code in codes]
        journal.write()
        deliveries = [f"{entry.seq:016}" for entry in entries]
        places = [(deliveries[one.place], row) for row, one in enumerate(told)]
        insert_rows(connection, table("deliveries"), [
            {
                "seq": entry.seq, "delivery": delivery, "institution_code": code, "as_of": AS_OF, "known_at": AT,
                "received_at": AT, "sha256": "", "verdict": "accepted", "ruleset": "", "basis": "", "rows_read": 0,
                "rows_stored": 0, "rows_quarantined": 0, "rows_skipped": 0,
            }
            for entry, delivery, code in zip(entries, deliveries, codes, strict=True)
        ])  # fmt: skip
        count = len(told)
        rows = pa.table({
            "delivery": [delivery for delivery, _ in places],
            "row": pa.array(range(count), pa.int32()),
            "name_token": [str(UUID(name_token(home.ring.tokens, *one.written))) for one in told],
            "category": ["обучающийся"] * count,
        })  # fmt: skip
        bulk_insert(connection, table("participants"), rows)
        parts = rows.append_column("participant_row", rows["row"])
        for name, value in (("role", "наставляемый"), ("form", "иная"), ("started_on", date(2021, 9, 1))):
            parts = parts.append_column(name, pa.array([value] * count))
        bulk_insert(connection, table("participations"), parts)
    names = {part: [getattr(one.written, part) for one in told] for part in (*NAMES, "birth_date")}
    people = pa.table({"delivery": rows["delivery"], "row": rows["row"]} | names)
    keep_identities(home.vault, {"participants": people}, deliveries)
    return places


def _places_of(pairs: pa.Table) -> Iterator[tuple[Place, Place]]:
    columns = (pairs[name].to_pylist() for name in ("left_delivery", "left_row", "right_delivery", "right_row"))
    for left, left_row, right, right_row in zip(*columns, strict=True):
        yield (left, left_row), (right, right_row)


def _judged(told: list[Told], places: list[Place], queued: set[frozenset[Place]]) -> dict[str, object]:
    """Hold what was found against the truth: a second record is found if the rule or the queue puts it to the first."""
    by_place = dict(zip(places, told, strict=True))
    firsts = {one.person: place for place, one in by_place.items() if not one.mistake}
    written = defaultdict(set)  # who is written so, as people are compared
    for one in told:
        written[_folded(one)].add(one.person)
    linked = {frozenset(_folded(by_place[place]) for place in two) for two in queued}
    found: dict[str, list[bool]] = {name: [] for name in MISTAKES}
    for one in told:
        if one.mistake:
            two = frozenset((_folded(by_place[firsts[one.person]]), _folded(one)))
            found[one.mistake].append(len(two) == 1 or two in linked)
    rightly = sum(bool(written[a] & written[b]) for a, b in (tuple(two) for two in linked))
    every = [hit for hits in found.values() for hit in hits]
    return {
        "written_twice": len(every),
        "recall": round(sum(every) / len(every), 4),
        "queued": len(linked),
        "precision": round(rightly / len(linked), 4),
        "recall_by_mistake": {name: round(sum(hits) / len(hits), 4) for name, hits in found.items()},
        "namesakes_of_one_day": sum(len(people) - 1 for people in written.values()),
    }


def _folded(one: Told) -> tuple[object, ...]:
    return (*(fold_name(text) for text in one.written[:3]), one.written.birth_date)


def main() -> None:
    """Measure in a folder that is removed afterwards; print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--region", action="store_true", help=f"{REGION} people")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        people = REGION if chosen.region else chosen.people
        print(json.dumps(measure(Path(temporary), people, chosen.seed), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
