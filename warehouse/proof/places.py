"""Who was to report on which date, what holds of what they sent, and what the silent ones told last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from warehouse.proof.facts import Facts, Row


@dataclass(frozen=True)
class Place:
    """One institution on one reporting date.

    `delivery` is the one in force, `last_told` the newest one of an earlier date where nothing is in force.
    """

    as_of: date
    institution_code: str
    kind: str
    municipality: str
    region: str
    delivery: str | None
    on_time: bool
    last_told: str | None

    @property
    def reported(self) -> bool:
        return self.delivery is not None


def accepted(facts: Facts) -> list[Row]:
    """Return the accepted deliveries that nobody withdrew and that are not held, in the order in which files came."""
    found = [
        row for row in facts.deliveries
        if row["verdict"].startswith("accepted") and row["delivery"] not in facts.laid_aside
    ]  # fmt: skip
    return sorted(found, key=lambda row: row["arrived_seq"] or row["seq"])


def holding(facts: Facts) -> dict[tuple[str, date], str]:
    """Return the delivery in force by institution and date: the newest of those accepted."""
    return {(row["institution_code"], row["as_of"]): row["delivery"] for row in accepted(facts)}


def places(facts: Facts, dates: Iterable[date]) -> list[Place]:
    """Return a place for every institution whose entry in the register covers a date."""
    in_force = holding(facts)
    told: dict[str, dict[date, str]] = {}
    for (code, as_of), delivery in in_force.items():
        told.setdefault(code, {})[as_of] = delivery
    in_time = {(row["institution_code"], row["as_of"]) for row in accepted(facts) if row["late"] is False}
    found = []
    for as_of in dates:
        for entry in facts.reference["institutions"]:
            if entry["valid_from"] <= as_of and (entry["valid_to"] is None or entry["valid_to"] >= as_of):
                code = entry["code"]
                now = in_force.get((code, as_of))
                earlier = [day for day in told.get(code, {}) if day < as_of]
                last = told[code][max(earlier)] if now is None and earlier else None
                where = (entry["kind"], entry["municipality"], entry["region"])
                found.append(Place(as_of, code, *where, now, (code, as_of) in in_time, last))
    return sorted(found, key=lambda place: (place.as_of, place.institution_code))
