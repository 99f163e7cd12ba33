"""Explanations and traces as lines for other programs, and rows counted by place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from expectations.rules.wording import message_of
from warehouse.findings.listing import json_value
from warehouse.lineage.explained import Delivered, Explanation, Side
from warehouse.lineage.rows import adds
from warehouse.lineage.traced import Traced
from warehouse.lineage.words import SIDES, conditions
from warehouse.release.extract import render_csv

PARTICIPANTS = "Участники"


@dataclass
class Place:
    """What one sheet of one delivery gave to a side of a figure; a reference file stands for a sheet as well."""

    institution: str
    delivery: str | None
    sheet: str | None
    rows: set[int] = field(default_factory=set)
    participant_rows: set[int] = field(default_factory=set)  # of «Участники»
    cells: set[str] = field(default_factory=set)
    counted: set[int] = field(default_factory=set)
    amount: Decimal | None = None


def places(rows: pa.Table) -> list[Place]:
    """Gather the rows of a side by institution, delivery and sheet, in their order."""
    found: dict[tuple, Place] = {}
    columns = (rows[name].to_pylist() for name in rows.column_names if name not in ("kind", "role"))
    for institution, delivery, sheet, row, participant_row, cell, counted, amount in zip(*columns, strict=True):
        place = found.get(key := (institution, delivery, sheet))
        if place is None:
            place = found[key] = Place(*key)
        for values, value in (
            (place.rows, row), (place.participant_rows, participant_row), (place.cells, cell), (place.counted, counted),
        ):  # fmt: skip
            if value is not None:
                values.add(value)
        if amount is not None:
            place.amount = amount + (place.amount or 0)
    return list(found.values())


def explanation_csv(explained: Explanation) -> str:
    """Write every row of both sides, with what is known of its delivery.

    `counted` numbers different people (partners, institutions) within a side: no number means anything outside it.
    """
    sides = [
        side.rows.add_column(0, "side", pa.array([name] * side.rows.num_rows, pa.string()))
        for name, side in zip(SIDES, explained.sides, strict=False)
    ]
    rows = pa.concat_tables(sides)
    place = rows.column_names.index("sheet")
    for number, (name, values) in enumerate(_of_deliveries(explained, rows).items()):
        rows = rows.add_column(place + number, name, values)
    return render_csv(rows).decode()


def _of_deliveries(explained: Explanation, rows: pa.Table) -> dict[str, pa.Array]:
    """What is known of the delivery or reference file of every row."""
    known = explained.deliveries | explained.references
    keys = pc.coalesce(rows["delivery"], rows["sheet"]).combine_chunks()
    places_ = pc.index_in(keys, pa.array(known, pa.string()))
    columns = {
        "sha256": [one.sha256 for one in known.values()],
        "received_at": [_moment(one.received_at) for one in known.values()],
        "verdict": [one.verdict or None for one in known.values()],
        "restates": [one.restates or None for one in known.values()],
    }
    return {name: pa.array(values, pa.string()).take(places_) for name, values in columns.items()}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def explanation_json(explained: Explanation) -> str:
    """Write a figure with its definition, deliveries and rows by sheet."""
    one, figure = explained.indicator, explained.figure
    told = {
        "indicator": one.code, "definition": one.definition, "title": one.title, "wording": one.wording,
        "source": one.source, "unit": one.unit, "release": explained.vintage.release or None,
        "journal_entry": explained.vintage.seq,
        **{name: json_value(figure[name]) for name in (
            "scope_type", "scope_code", "as_of", "numerator", "denominator", "value", "target", "meets_target",
            "status", "expected", "reported",
        )},
        "sides": {name: _side(side) for name, side in zip(SIDES, explained.sides, strict=False)},
        "deliveries": {name: _delivered(one) for name, one in explained.deliveries.items()},
        "references": {name: _delivered(one) for name, one in explained.references.items()},
    }  # fmt: skip
    return as_json(told)


def as_json(told: object) -> str:
    """Write a value as JSON, lists of numbers on one line."""
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return re.sub(r"\[[\d\s,]+\]", lambda numbers: re.sub(r"\s+", " ", numbers[0]), text)


def summary(rows: pa.Table) -> list[dict]:
    """Count the rows of a side by institution, delivery and sheet, in their order: rows, different, amount."""
    asked = [("row", "count_distinct"), ("cell", "count_distinct"), ("counted", "count_distinct"), ("amount", "sum")]
    found = rows.group_by(["institution", "delivery", "sheet"], use_threads=False).aggregate(asked).to_pylist()
    return [
        {name: one[name] for name in ("institution", "delivery", "sheet")}
        | {
            "rows": one["row_count_distinct"] or one["cell_count_distinct"],
            "different": one["counted_count_distinct"],
            "amount": one["amount_sum"],
        }
        for one in found
    ]


def rows_named(side: Side) -> int:
    """Count the rows of a side; one that counts two people is one row."""
    return sum(one["rows"] for one in summary(side.rows))


def _side(side: Side) -> dict[str, object]:
    different = None if adds(side.measure) else len(side.rows["counted"].unique())
    return {
        "words": side.words,
        "conditions": conditions(side.measure),
        "rows": rows_named(side),
        "different": different,
        "places": [_place(place, side) for place in places(side.rows)],
    }


def _place(place: Place, side: Side) -> dict[str, object]:
    told: dict[str, object] = {
        "institution": place.institution, "delivery": place.delivery, "sheet": place.sheet,
        "rows": sorted(place.rows), "participant_rows": sorted(place.participant_rows), "cells": sorted(place.cells),
    }  # fmt: skip
    counted = {"amount": json_value(place.amount)} if adds(side.measure) else {"different": len(place.counted)}
    return {name: value for name, value in told.items() if value not in (None, [])} | counted


def _delivered(one: Delivered) -> dict[str, object]:
    told = {
        "institution": one.institution or None, "sha256": one.sha256, "known_at": _moment(one.known_at),
        "received_at": _moment(one.received_at), "verdict": one.verdict or None, "restates": one.restates or None,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def trace_csv(traced: Traced) -> str:
    """Write every figure a row touched; release is empty for what is known now."""
    return render_csv(traced.touched).decode()


def trace_json(traced: Traced) -> str:
    """Write what became of a row and every figure it touched."""
    known = traced.delivery
    told = {
        "delivery": {
            "delivery": known.delivery, "institution": known.institution_code, "as_of": json_value(known.as_of),
            "sha256": known.sha256, "received_at": _moment(known.received_at), "verdict": known.verdict,
            "duplicate_of": known.duplicate_of,
        },
        "sheet": traced.sheet.title, "row": traced.row, "fate": traced.fate, "findings": said(traced),
        "held": traced.held
        and {"waits": traced.held.waits, "before": traced.held.drop.before, "after": traced.held.drop.after},
        "restated": traced.restated._asdict(),
        "in_force": [{"release": release or None, "in_force": holds} for release, holds in traced.holds.items()],
        "figures": [
            {name: json_value(value) for name, value in row.items()} | {"release": row["release"] or None}
            for row in traced.touched.to_pylist()
        ],
    }  # fmt: skip
    return as_json(told)


def said(traced: Traced) -> list[dict[str, object]]:
    """Word the findings on a row."""
    return [
        {"rule": rule, "severity": severity, "column": letter,
         "message": message_of(rule, column, detail, sheet=sheet, row=row, letter=letter)}
        for sheet, row, letter, column, rule, severity, detail in traced.findings
    ]  # fmt: skip
