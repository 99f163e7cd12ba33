"""Figures and breakdowns of two origins held against each other, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.proof import Unproved
from warehouse.release.contents import BREAKDOWN_KEY, KEY

SHOWN = 5  # disagreements that are told in full; the rest are counted


class EnginesDisagree(Unproved):
    """The warehouse and the second engine counted different figures or breakdowns."""

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


def require_agreement(*pairs: tuple[pa.Table, pa.Table]) -> None:
    """Raise EnginesDisagree unless the tables of every pair, the warehouse's and the second engine's, are equal.

    Of FIGURES or BREAKDOWNS, sorted by key.
    """
    told = (disagreements(warehouse, second, "в хранилище", "по озеру") for warehouse, second in pairs)
    if lines := [line for lines in told for line in lines]:
        raise EnginesDisagree(lines)


def disagreements(one: pa.Table, other: pa.Table, in_one: str, in_other: str) -> Iterator[str]:
    """Tell every cell that differs, in Russian, with both values; nothing where the tables are equal."""
    if one.equals(other):
        return
    columns = BREAKDOWN_KEY if "breakdown" in one.column_names else KEY
    ours, theirs = ({tuple(row[name] for name in columns): row for row in of.to_pylist()} for of in (one, other))
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            yield f"{title(ours[key])}: есть {in_one}, нет {in_other}."
        elif key not in ours:
            yield f"{title(theirs[key])}: есть {in_other}, нет {in_one}."
        else:
            for name, value in ours[key].items():
                if value != (counted := theirs[key][name]):
                    yield f"{title(ours[key])}: {name} {in_one} {_shown(value)}, {in_other} {_shown(counted)}."
    for keyed, rows, where in ((ours, one, in_one), (theirs, other, in_other)):
        if len(keyed) != rows.num_rows:
            yield f"Один показатель записан дважды {where}."


def title(row: dict[str, Any]) -> str:
    """Name a figure «indicator (definition), scope_type scope_code, date»; a breakdown begins «form/other/pairs (…»."""
    what = f"{row['breakdown']}/{row['member']}/{row['measure']}" if "breakdown" in row else row["indicator"]
    return f"{what} ({row['definition']}), {row['scope_type']} {row['scope_code']}, {row['as_of']}"


def _shown(value: object) -> str:
    if value is None:
        return "пусто"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
