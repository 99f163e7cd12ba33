"""Who is one person: the linking rule of indicators.md and the clerk's decisions, one identity after another.

An identity is what a row says of a person: the tokens of the СНИЛС (None without one) and of name and birth date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from warehouse.proof.facts import Facts, Row
from warehouse.proof.lake_rows import Lake
from warehouse.proof.places import accepted

Identity = tuple[str | None, str]
SAME, DIFFERENT = "same", "different"
TOKENS = ["snils_token", "name_token"]


class Persons:
    """Tells the person of any identity heard of, as a label without meaning.

    `decided` are the decisions in effect: the kind and the two identities. One may be told by a decision alone (its
    delivery was withdrawn): it still ties others together, but its name is nobody's.
    """

    def __init__(self, heard: Iterable[Identity], decided: list[tuple[str, Identity, Identity]]):
        self._merged: dict[str, str] = {}
        parted = [other for kind, one, other in decided if kind == DIFFERENT and one[0] and one[0] == other[0]]
        self._parted = frozenset(parted)
        for kind, one, other in decided:
            if kind == SAME:
                self._merge(self._label(*one), self._label(*other))
        self._give_names(set(heard), decided)

    def of(self, snils: str | None, name: str) -> str:
        """Return the person of an identity."""
        return self._end(self._label(snils, name))

    def _label(self, snils: str | None, name: str) -> str:
        """What an identity is before anything is merged: its СНИЛС, itself where parted from that, or its name."""
        if snils is None:
            return f"name {name}"
        return f"parted {snils} {name}" if (snils, name) in self._parted else snils

    def _end(self, label: str) -> str:
        while label in self._merged:
            label = self._merged[label]
        return label

    def _merge(self, label: str, into: str) -> None:
        label, into = self._end(label), self._end(into)
        if label != into:
            self._merged[label] = into

    def _give_names(self, heard: set[Identity], decided: list[tuple[str, Identity, Identity]]) -> None:
        """Give whoever has no СНИЛС to the one person with a СНИЛС who bears the name.

        Not where several would have a claim, nor to whom a decision tells them apart from, nor where two said to be
        different would both be given to one.
        """
        every = heard.union(*({one, other} for _, one, other in decided))
        bearers: dict[str, set[str]] = defaultdict(set)
        for snils, name in heard:
            if snils is not None:
                bearers[name].add(self.of(snils, name))
        with_snils = {self.of(snils, name) for snils, name in every if snils is not None}
        claims: dict[str, set[str]] = defaultdict(set)
        for snils, name in every:
            if (
                snils is None
                and len(bearers.get(name, ())) == 1
                and (nameless := self.of(None, name)) not in with_snils
            ):
                claims[nameless] |= bearers[name]
        given = {nameless: min(persons) for nameless, persons in claims.items() if len(persons) == 1}
        different = [[self.of(*one) for one in pair] for kind, *pair in decided if kind == DIFFERENT]
        for one, other in different:
            for nameless, person in ((one, other), (other, one)):
                if given.get(nameless) == person:
                    del given[nameless]
        refused = {end for ends in different if len({given.get(end, end) for end in ends}) == 1 for end in ends}
        for nameless, person in given.items():
            if nameless not in refused:
                self._merge(nameless, person)


def persons(facts: Facts, lake: Lake) -> Persons:
    """Hear every identity that an accepted delivery told, and the decisions in effect."""
    heard = lake.rows("participants", {row["delivery"] for row in accepted(facts)}, TOKENS)
    different = heard.group_by(TOKENS).aggregate([])
    identities = zip(different["snils_token"].to_pylist(), different["name_token"].to_pylist(), strict=True)
    return Persons(identities, _decided(facts, lake))


def _decided(facts: Facts, lake: Lake) -> list[tuple[str, Identity, Identity]]:
    """The last decision on each two identities that is not undone, whatever became of the deliveries it spoke of."""
    undone = {row["undoes"] for row in facts.decisions if row["kind"] == "undo"}
    made = [row for row in facts.decisions if row["kind"] in (SAME, DIFFERENT) and row["seq"] not in undone]
    known = {row["delivery"] for row in facts.deliveries if row["verdict"].startswith("accepted")}
    spoken_of = {place[0] for row in made for place in _places(row)} & known
    rows = lake.rows("participants", spoken_of, ["row", *TOKENS]).to_pylist()
    told = {(row["delivery"], row["row"]): (row["snils_token"], row["name_token"]) for row in rows}
    last: dict[frozenset[Identity], tuple[str, Identity, Identity]] = {}
    for row in made:
        one, other = (told.get(place) for place in _places(row))
        if one is not None and other is not None:
            last[frozenset((one, other))] = (row["kind"], one, other)
    return list(last.values())


def _places(row: Row) -> tuple[tuple[str, int], tuple[str, int]]:
    return (row["left_delivery"], row["left_row"]), (row["right_delivery"], row["right_row"])
