"""Random small towns: people put into institutions one by one, and counted from those sets alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa

from warehouse.disclosure.earlier import Earlier
from warehouse.disclosure.hiding import hide
from warehouse.indicators.trajectory import Plan
from warehouse.release import contents as release
from warehouse.release.contents import COMPLETENESS, FIGURES, FINDINGS, INSTITUTIONS, Contents

AS_OF = date(2021, 12, 31)
PLACES = pa.schema({
    "as_of": pa.date32(), "institution_code": pa.string(), "kind": pa.string(), "municipality": pa.string(),
    "region": pa.string(),
})  # fmt: skip
INDICATORS = (
    "students_involved_mentee", "students_involved_mentor", "students_involved_active", "students_involved_entered",
    "mentees_10_19", "mentors_15_19", "young_specialists_mentored", "educators_involved", "mentee_satisfaction",
    "pairs_completed", "plan_fulfilment", "students_involved_distinct",
)  # fmt: skip
ABOVE = (("municipality", "T"), ("region", "61"), ("country", "RU"))


@dataclass(frozen=True)
class Person:
    """One involved student; `homes` are the institutions that tell of them."""

    homes: frozenset[str]
    mentee: bool
    mentor: bool
    active: bool
    entered: bool
    age: int


@dataclass
class Made:
    """A town with its people; the rest are numbers of each institution."""

    kinds: dict[str, list[str]]
    people: list[Person]
    numbers: dict[str, dict[str, int]]
    indicators: frozenset[str] | None = None  # those that are published; None for all

    @property
    def added(self) -> bool:
        """Whether counts of different people add up exactly: nobody is told of by two institutions of a kind."""
        return all(len(one.homes.intersection(codes)) < 2 for one in self.people for codes in self.kinds.values())

    def scopes(self) -> list[tuple[str, str, list[list[str]]]]:
        """Every scope with its institutions, kind by kind: different people are told apart within a kind."""
        found = [("institution", code, [[code]]) for codes in self.kinds.values() for code in codes]
        found += [("kind", f"T/{kind}", [codes]) for kind, codes in self.kinds.items()]
        return found + [(*scope, list(self.kinds.values())) for scope in ABOVE]


def make_town(seed: int, *, small: bool = False) -> Made:
    """Make a town of up to eight institutions; a small one has up to five, and some indicators alone."""
    rng = random.Random(seed)
    kinds = {"ОУ": [f"T-S{n}" for n in range(rng.randint(1, 3 if small else 5))]}
    if rng.random() < 0.8:
        kinds["УДО"] = [f"T-D{n}" for n in range(rng.randint(1, 2 if small else 3))]
    codes = [code for group in kinds.values() for code in group]
    twice = rng.choice((0, 0.06))  # how many are told of by two institutions
    people = []
    for code in codes:
        for _ in range(int(rng.choice((0, 2, 4, 9, 20, 45)) * rng.random() * 2)):
            homes = {code} | ({rng.choice(codes)} if rng.random() < twice else set())
            role = rng.random()
            people.append(Person(
                frozenset(homes), role < 0.75, role > 0.68, rng.random() < 0.9, rng.random() < 0.6,
                rng.choice((8, 11, 13, 15, 16, 17, 19, 20)),
            ))  # fmt: skip
    numbers = {}
    for code in codes:
        told = sum(code in one.homes for one in people)
        older = sum(code in one.homes and one.age >= 15 for one in people)
        of_band = sum(code in one.homes and 10 <= one.age < 15 for one in people)
        enrolled_older = older + rng.choice((0, 1, 3, 20))
        band = enrolled_older + of_band + rng.choice((0, 2, 30))
        specialists, respondents, ended = rng.randint(0, 7), rng.choice((0, 2, 6, 15)), rng.choice((0, 3, 9))
        mentored = rng.randint(0, specialists)
        educators = mentored + rng.randint(0, 9)
        numbers[code] = {
            "students": max(band, told) + rng.choice((0, 1, 4, 60)), "band": band, "older": enrolled_older,
            "specialists": specialists, "mentored": mentored, "educators": educators,
            "teachers": max(educators, specialists) + rng.randint(0, 12), "respondents": respondents,
            "satisfied": rng.randint(0, respondents), "ended": ended, "completed": rng.randint(0, ended),
            "planned": rng.randint(1, 30),
        }  # fmt: skip
    chosen = frozenset({"students_involved", *rng.sample(INDICATORS, 3)}) if small else None
    return Made(kinds, people, numbers, chosen)


def _people(made: Made, groups: list[list[str]], **wanted: Any) -> int:
    def fits(one: Person) -> bool:
        band = wanted.get("ages", (0, 99))
        flags = all(getattr(one, name) for name in wanted.get("flags", ()))
        return flags and band[0] <= one.age <= band[1]

    return sum(
        any(code in one.homes for code in codes) for codes in groups for one in made.people if fits(one)
    )  # fmt: skip


def figures_of(made: Made) -> pa.Table:
    """Count every indicator of the town from its people."""
    rows = []
    for scope_type, scope_code, groups in made.scopes():
        codes = [code for group in groups for code in group]
        total = {name: sum(made.numbers[code][name] for code in codes) for name in made.numbers[codes[0]]}
        involved = _people(made, groups)
        told: dict[str, tuple[int, int]] = {
            "students_involved": (involved, total["students"]),
            "students_involved_mentee": (_people(made, groups, flags=["mentee"]), total["students"]),
            "students_involved_mentor": (_people(made, groups, flags=["mentor"]), total["students"]),
            "students_involved_active": (_people(made, groups, flags=["active"]), total["students"]),
            "students_involved_entered": (_people(made, groups, flags=["entered"]), total["students"]),
            "mentees_10_19": (_people(made, groups, flags=["mentee"], ages=(10, 19)), total["band"]),
            "mentors_15_19": (_people(made, groups, flags=["mentor"], ages=(15, 19)), total["older"]),
            "young_specialists_mentored": (total["mentored"], total["specialists"]),
            "educators_involved": (total["educators"], total["teachers"]),
            "mentee_satisfaction": (total["satisfied"], total["respondents"]),
            "pairs_completed": (total["completed"], total["ended"]),
        }
        if scope_type in ("institution", "kind", "municipality"):
            told["plan_fulfilment"] = (involved, total["planned"])
        else:
            told["students_involved_distinct"] = (len(made.people), _schools(made, "students"))
        if scope_type == "municipality":
            told["students_involved_distinct"] = (len(made.people), _schools(made, "students"))
        chosen = made.indicators or told.keys()
        told = {code: pair for code, pair in told.items() if code in chosen}
        rows += [_row(code, scope_type, scope_code, *pair, len(codes)) for code, pair in told.items()]
    return pa.Table.from_pylist(rows, FIGURES)


def _schools(made: Made, name: str) -> int:
    return sum(made.numbers[code][name] for code in made.kinds["ОУ"])


def _row(
    indicator: str, scope_type: str, scope_code: str, numerator: int, denominator: int, institutions: int
) -> dict[str, Any]:  # fmt: skip
    value = None
    if denominator:
        value = (Decimal(100 * numerator) / denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        "release": "2021-12-31-1", "indicator": indicator, "definition": "1.0", "scope_type": scope_type,
        "scope_code": scope_code, "as_of": AS_OF, "numerator": Decimal(numerator), "denominator": denominator,
        "value": value, "target": None, "meets_target": None, "status": "final", "expected": institutions,
        "reported": institutions, "coverage_students": Decimal(100), "low": None, "high": None,
    }  # fmt: skip


def places_of(made: Made) -> pa.Table:
    rows = [
        {"as_of": AS_OF, "institution_code": code, "kind": kind, "municipality": "T", "region": "61"}
        for kind, codes in made.kinds.items()
        for code in codes
    ]
    return pa.Table.from_pylist(rows, PLACES)


def contents_of(made: Made) -> Contents:
    institutions = [
        {"code": code, "name": code, "kind": kind, "level": kind, "municipality": "T", "region": "61"}
        for kind, codes in made.kinds.items()
        for code in codes
    ]
    indicators = [
        {"code": code, "definition": "1.0", "title": code, "wording": "", "unit": "%", "numerator_words": "",
         "denominator_words": "", "source": ""}
        for code in dict.fromkeys(figures_of(made)["indicator"].to_pylist())
    ]  # fmt: skip
    states = [
        {"institution_code": one["code"], "as_of": AS_OF, "state": "on_time", "received_on": AS_OF}
        for one in institutions
    ]
    return Contents(
        release="2021-12-31-1", as_of=AS_OF, known_at=datetime(2022, 1, 20, tzinfo=UTC), figures=figures_of(made),
        institutions=pa.Table.from_pylist(institutions, INSTITUTIONS),
        indicators=pa.Table.from_pylist(indicators, release.INDICATORS),
        completeness=pa.Table.from_pylist(states, COMPLETENESS), findings=FINDINGS.empty_table(),
    )  # fmt: skip


def published(made: Made, least: int = 5, before: Earlier | None = None) -> Contents:
    """Return the public contents of a made town."""
    return hide(contents_of(made), places_of(made), Plan({}, frozenset()), before or Earlier(), least)
