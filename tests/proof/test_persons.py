"""Who is one person, told in small tables: СНИЛС a, b; names X, Y; decisions «same» and «different»."""

from __future__ import annotations

import pytest

from warehouse.proof.persons import DIFFERENT, SAME, Identity, Persons


def groups(heard: str, *decided: str) -> set[frozenset[str]]:
    """Group identities written «aX» (СНИЛС and name) or «-X» (no СНИЛС); decisions are written «aX same -Y»."""
    made = [(kind, _identity(one), _identity(other)) for one, kind, other in map(str.split, decided)]
    persons = Persons([_identity(one) for one in heard.split()], made)
    found: dict[str, set[str]] = {}
    for one in heard.split():
        found.setdefault(persons.of(*_identity(one)), set()).add(one)
    return {frozenset(group) for group in found.values()}


def _identity(text: str) -> Identity:
    return (None if text[0] == "-" else text[0], text[1])


def people(text: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in text.split("|")}


@pytest.mark.parametrize(
    ("heard", "decided", "expected"),
    [
        ("aX aY -X", [], "aX aY -X"),  # one СНИЛС, two spellings of a name
        ("aX bX -X", [], "aX | bX | -X"),  # two bearers: the name is nobody's
        ("aX -Y", [], "aX | -Y"),
        ("aX -Y", [f"aX {SAME} -Y"], "aX -Y"),
        ("aX bX -X", [f"-X {SAME} bX"], "aX | bX -X"),
        ("aX -X", [f"aX {DIFFERENT} -X"], "aX | -X"),
        ("aX aY", [f"aX {DIFFERENT} aY"], "aX | aY"),  # the right one is taken out of the СНИЛС
        ("aX aY -Y", [f"aX {DIFFERENT} aY"], "aX | aY -Y"),  # and its name follows it
        ("aX bY", [f"aX {SAME} bY"], "aX bY"),
        ("aX bX -X", [f"aX {SAME} bX"], "aX bX -X"),  # one person bears the name now
        ("aX bY -X -Y", [f"-X {SAME} -Y"], "aX | bY | -X -Y"),  # claimed by two
        ("aX -X -Y", [f"-X {SAME} -Y"], "aX -X -Y"),
        ("aX aY -X -Y", [f"-X {DIFFERENT} -Y"], "aX aY | -X | -Y"),  # both would become a
        ("aX -Y", [f"bX {SAME} -Y"], "aX | -Y"),  # b is told by a withdrawn delivery alone: no bearer of X
    ],
)
def test_linking(heard: str, decided: list[str], expected: str) -> None:
    assert groups(heard, *decided) == people(expected)
