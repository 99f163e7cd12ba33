"""Who is one person once clerks have decided, by the words of the specification: a plain second implementation.

Sets of identities are merged by looking at every pair again and again, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

from tests.indicators.linking import Identity

Person = frozenset[Identity]


class Decided(NamedTuple):
    """A decision of the clerk; one of kind «undo» speaks of a number alone."""

    number: int
    kind: str  # same, different, undo
    left: Identity | None = None
    right: Identity | None = None
    undoes: int | None = None


def in_effect(made: Iterable[Decided]) -> list[Decided]:
    """The last decision on the same two holds, the undone ones aside."""
    made = list(made)
    undone = {one.undoes for one in made if one.kind == "undo"}
    latest = {}
    for one in sorted(made):
        if one.kind != "undo" and one.number not in undone:
            latest[frozenset((one.left, one.right))] = one
    return list(latest.values())


def persons(told: Iterable[Identity], made: Iterable[Decided]) -> dict[Identity, Person]:
    """Return everybody told, with the set of identities that is the same person."""
    told, holding = set(told), in_effect(made)
    everybody = told | {one for d in holding for one in (d.left, d.right)}
    different = [(d.left, d.right) for d in holding if d.kind == "different"]
    parted = {right for left, right in different if left.snils is not None and left.snils == right.snils}
    same = {frozenset((d.left, d.right)) for d in holding if d.kind == "same"}

    def one_person(a: Identity, b: Identity) -> bool:
        of_one_snils = a.snils is not None and a.snils == b.snils and not {a, b} & parted
        return of_one_snils or frozenset((a, b)) in same

    groups = _merged([frozenset([one]) for one in everybody], one_person)
    targets = {group: _target(group, groups, told) for group in groups}
    parts = [[next(group for group in groups if one in group) for one in pair] for pair in different]
    for of_a, of_b in parts:
        for one, other in ((of_a, of_b), (of_b, of_a)):
            if targets[one] == other:
                targets[one] = None
    rivals = [(of_a, of_b) for of_a, of_b in parts if targets[of_a] is not None and targets[of_a] == targets[of_b]]
    for group in (one for pair in rivals for one in pair):
        targets[group] = None
    final = [
        group.union(*(g for g, owner in targets.items() if owner == group))
        for group in groups if targets[group] is None
    ]  # fmt: skip
    return {one: next(group for group in final if one in group) for one in told}


def _merged(groups: list[Person], one_person: Callable[[Identity, Identity], bool]) -> list[Person]:
    while True:
        for a, b in combinations(groups, 2):
            if any(one_person(x, y) for x in a for y in b):
                groups = [group for group in groups if group not in (a, b)] + [a | b]
                break
        else:
            return groups


def _target(group: Person, groups: list[Person], told: set[Identity]) -> Person | None:
    """Whom the rule gives a group without any СНИЛС: the only bearer of any of its names, if that is one person."""
    if any(one.snils is not None for one in group):
        return None
    wanted = set()
    for one in group:
        bearers = {g for g in groups if any(x.snils is not None and x.name == one.name and x in told for x in g)}
        wanted |= bearers if len(bearers) == 1 else set()
    return wanted.pop() if len(wanted) == 1 else None


def contradicts(told: Iterable[Identity], made: Iterable[Decided]) -> bool:
    """Whether people said to be different would be one person."""
    made = list(made)
    everybody = set(told) | {one for d in in_effect(made) for one in (d.left, d.right)}
    found = persons(everybody, made)
    return any(found[d.left] == found[d.right] for d in in_effect(made) if d.kind == "different")
