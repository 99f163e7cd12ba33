"""The second engine: all that a release counts, without a statement of the warehouse, over the lake's files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.definitions import Definitions
from warehouse.proof.added import Book, amounts, enrolled
from warehouse.proof.distinct import people
from warehouse.proof.evidence import DELIVERIES, Evidence, reference_schema
from warehouse.proof.facts import Facts, read_facts
from warehouse.proof.lake_rows import Lake
from warehouse.proof.parts import parts
from warehouse.proof.persons import persons
from warehouse.proof.places import Place, places
from warehouse.proof.recorded import described, named_measures


def gather_evidence(connection: sa.Connection, lake: Path, seq: int, counted: Mapping[date, Definitions]) -> Evidence:
    """Count the reporting dates, each under its version of the definitions, as known at a journal number.

    Raises LakeDamaged where a file of the lake is not what was stored.
    """
    facts = read_facts(connection, seq)
    here, files, measures = places(facts, counted), Lake(lake, facts), named_measures(counted)
    book, known = Book(here, files, facts), persons(facts, files)
    part_people, part_amounts = parts(here, files, known, book, counted)
    return Evidence(
        places=enrolled(here, book),
        amounts=amounts(here, book, measures),
        people=people(here, files, known, measures),
        breakdown_people=part_people,
        breakdown_amounts=part_amounts,
        deliveries=_deliveries(facts, here),
        institutions=_reference(facts, "institutions"),
        targets=_reference(facts, "targets"),
        definitions=described(counted),
    )


def _deliveries(facts: Facts, here: list[Place]) -> pa.Table:
    received = {row["delivery"]: row["sha256"] for row in facts.deliveries}
    rows = [
        {
            "as_of": place.as_of, "institution_code": place.institution_code,
            "delivery": place.delivery, "sha256": received[place.delivery],
        }
        for place in here
        if place.delivery is not None
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=DELIVERIES)


def _reference(facts: Facts, name: str) -> pa.Table:
    schema = reference_schema(name)
    return pa.Table.from_pylist(
        [{column: row[column] for column in schema.names} for row in facts.reference[name]], schema
    )
