"""Who is one person, by the words of the specification: a plain second implementation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple


class Identity(NamedTuple):
    """What a row tells of a person."""

    snils: Hashable | None
    name: Hashable  # full name and birth date, as they are compared


def owners(rows: Iterable[Identity]) -> dict[Hashable, set[Hashable]]:
    """Return, for every name, the persons with a СНИЛС who bear it."""
    bearers = defaultdict(set)
    for row in rows:
        if row.snils is not None:
            bearers[row.name].add(row.snils)
    return bearers


def person(row: Identity, bearers: dict[Hashable, set[Hashable]]) -> tuple[str, Hashable]:
    """Rows with the same СНИЛС are one person; one without is the only bearer of the name, or those without one."""
    if row.snils is not None:
        return "snils", row.snils
    known = bearers.get(row.name, set())
    return ("snils", next(iter(known))) if len(known) == 1 else ("name", row.name)
