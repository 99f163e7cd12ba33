"""Figures of two origins held against each other, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.proof import Unproved
from warehouse.release.contents import KEY

SHOWN = 5  # disagreements that are told in full; the rest are counted


class EnginesDisagree(Unproved):
    """The warehouse and the second engine counted different figures."""

    def __init__(self, lines: list[str]) -> None:
        rest = [f"… и ещё {len(lines) - SHOWN}."] if len(lines) > SHOWN else []
        super().__init__(
            "\n".join(
                [
                    "Выпуск не сделан: хранилище и вторая машина счёта (по файлам озера) разошлись.",
                    *lines[:SHOWN],
                    *rest,
                ]
            )
        )


def require_agreement(warehouse: pa.Table, second: pa.Table) -> None:
    """Raise EnginesDisagree unless both tables (FIGURES, sorted by key) are equal figure for figure."""
    if lines := list(disagreements(warehouse, second, "в хранилище", "по озеру")):
        raise EnginesDisagree(lines)


def disagreements(one: pa.Table, other: pa.Table, in_one: str, in_other: str) -> Iterator[str]:
    """Tell every cell that differs, in Russian, with both values; nothing where the tables are equal."""
    if one.equals(other):
        return
    ours, theirs = ({figure_key(row): row for row in table.to_pylist()} for table in (one, other))
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            yield f"{title(key)}: есть {in_one}, нет {in_other}."
        elif key not in ours:
            yield f"{title(key)}: есть {in_other}, нет {in_one}."
        else:
            for name, value in ours[key].items():
                if value != theirs[key][name]:
                    yield f"{title(key)}: {name} {in_one} {_shown(value)}, {in_other} {_shown(theirs[key][name])}."
    if len(ours) != one.num_rows or len(theirs) != other.num_rows:
        yield "Один показатель записан дважды."


def figure_key(row: dict[str, Any]) -> tuple:
    """Return what tells a figure from the others."""
    return tuple(row[column] for column in KEY)


def title(key: tuple) -> str:
    """Name a figure by its key: «indicator (definition), scope_type scope_code, date»."""
    _, indicator, definition, scope_type, scope_code, as_of = key
    return f"{indicator} ({definition}), {scope_type} {scope_code}, {as_of}"


def _shown(value: object) -> str:
    if value is None:
        return "пусто"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
