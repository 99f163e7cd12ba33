"""Breaks of series in words: what happened to an institution, and what it does to its history."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa

from warehouse.release.contents import Contents
from warehouse.release.wording import HIDDEN, day

Row = dict[str, Any]
HAPPENED = {
    "rename": "переименование: {before} → {after}",
    "merge": "слияние: {before} → {after}",
    "split": "разделение: {before} → {after}",
    "close": "закрытие: {before}",
    "kind": "смена вида {scope_code}: {before} → {after}",
    "municipality": "смена муниципалитета {scope_code}: {before} → {after}",
    "region": "смена региона {scope_code}: {before} → {after}",
}
COMPOSITION = "изменился состав: организация перешла из {before} в {after}"
EFFECTS = {  # on the boundaries of the last day
    "rename": "; прежняя история {before} учтена под кодом {after}.",
    "merge": "; прежняя история {before} учтена под кодом {after}.",
    "split": "; прежняя история {before} остаётся под этим кодом, ряд {after} начинается с этого дня.",
    "close": "; ряд {before} кончается.",
    "kind": "; вся история {scope_code} учтена по новому виду.",
    "municipality": "; вся история {scope_code} учтена в новом муниципалитете.",
    "region": "; вся история {scope_code} учтена в новом регионе.",
}


def happened(row: Row) -> str:
    """Say what happened, and when."""
    words = HAPPENED[row["kind"]] if row["scope_type"] == "institution" else COMPOSITION
    return f"{day(row['happened_on'])}: " + words.format(**row)


def public_notes(contents: Contents) -> list[str]:
    """Say of a public package what is hidden and what is left out; nothing of an official one."""
    if contents.public is None:
        return []
    least, left_out = contents.public.least, contents.public.left_out
    notes = [
        f"Открытый пакет. «{HIDDEN.capitalize()}» — это не ноль и не пустая ячейка: значение говорит меньше чем о "
        f"{least} людях или позволяет такое значение вычислить. "
        "Показатели муниципалитета, региона и страны не изменены."
    ]
    if left_out:
        days = ", ".join(map(day, left_out))
        notes.append(f"Показатели на {days} остаются такими, как опубликованы раньше: здесь их нет.")
    return notes


def by_scope(breaks: pa.Table) -> dict[tuple[str, str], list[str]]:
    """Return what happened to each scope that has a break, oldest first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in breaks.sort_by("happened_on").to_pylist():
        found[row["scope_type"], row["scope_code"]].append(happened(row))
    return dict(found)


def of_institutions(breaks: pa.Table) -> list[Row]:
    """Return what happened to institutions, each event once, oldest first."""
    rows = [row for row in breaks.sort_by("happened_on").to_pylist() if row["scope_type"] == "institution"]
    moved = ("kind", "municipality", "region")
    once = {
        (row["happened_on"], row["kind"], row["before"], row["after"], row["kind"] in moved and row["scope_code"]): row
        for row in rows
    }
    return list(once.values())


def notes_on_boundaries(breaks: pa.Table) -> list[str]:
    """Say of every event how the series on today's boundaries counts the history before it."""
    return [happened(row) + EFFECTS[row["kind"]].format(**row) for row in of_institutions(breaks)]
