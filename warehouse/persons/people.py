"""Who is one person now, and what would move, were pairs of the queue decided the other way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from warehouse.indicators.identity import DIFFERENT, SAME, Identity, Verdict, resolve
from warehouse.indicators.scopes import COUNTRY
from warehouse.persons.candidates import AMBIGUOUS, CONFLICT, KINDS

Place = tuple[date, str, str, str, str]  # PLACE


Figure = tuple[date, str, str]  # reporting date, scope's type and code
SCOPES = ("institution", "kind", "municipality", "region", "country")


class Pair(NamedTuple):
    """Two records to look at."""

    kind: str
    left: Identity
    right: Identity
    similarity: float | None


class People:
    """Who is one person now, and who would be if one pair were decided the other way."""

    def __init__(self, identities: set[Identity], made: list[Verdict]) -> None:
        self._made = made
        self._person = resolve(identities, made)
        self._held = {person for one, person in self._person.items() if one.snils}
        self._parted = {self._two(v) for v in made if v.kind == DIFFERENT}
        self._said_same = _groups([(v.left, v.right) for v in made if v.kind == SAME])
        self._kin: dict[Identity, list[Identity]] = defaultdict(list)
        links = [(v.left, v.right) for v in made]
        for token in range(2):  # СНИЛС, name
            first: dict[str, Identity] = {}
            links += [(first.setdefault(one[token] or "", one), one) for one in identities if one[token]]
        self._group = _groups(links)
        for one in identities:
            self._kin[self._group.get(one, one)].append(one)
        self._verdicts: dict[Identity, list[Verdict]] = defaultdict(list)
        for verdict in made:
            self._verdicts[self._group.get(verdict.left, verdict.left)].append(verdict)

    def _two(self, pair: Verdict | Pair) -> frozenset[str | Identity]:
        return frozenset(self._person.get(one, one) for one in (pair.left, pair.right))

    def is_open(self, pair: Pair) -> bool:
        """Whether no decision says, by itself or through others, what the two are."""
        together = len(self._two(pair)) == 1
        if pair.kind == CONFLICT:  # together by their СНИЛС, as long as nobody looked
            said = self._said_same.get(pair.left, pair.left) == self._said_same.get(pair.right, pair.right)
            return together and not said
        if pair.kind == AMBIGUOUS and self._person[pair.left] in self._held:
            return False
        return not together and self._two(pair) not in self._parted

    def two(self, pair: Pair) -> tuple[str, str]:
        """Return the persons of a pair, in one order."""
        one, other = sorted((self._person[pair.left], self._person[pair.right]))
        return one, other

    def moved(self, pair: Pair, stands: dict[Identity, set[Place]]) -> dict[Figure, int]:
        """Return the official numerators that would change, and by how many people, were the two decided otherwise."""
        roots = {self._group.get(one, one) for one in (pair.left, pair.right)}
        kin = [one for root in roots for one in self._kin[root]]
        made = [verdict for root in roots for verdict in self._verdicts[root]]
        flipped = Verdict(0, DIFFERENT if len(self._two(pair)) == 1 else SAME, pair.left, pair.right)
        return _changes(kin, self._person, resolve(kin, [*made, flipped]), stands)

    def all_decided(self, pairs: list[Pair], kind: str, stands: dict[Identity, set[Place]]) -> dict[Figure, int]:
        """Return the official numerators that would change, were all pairs decided one way.

        People who cannot be one, by their СНИЛС or by a decision, stay apart even where every pair is one person.
        """
        chosen = self._compatible(pairs) if kind == SAME else pairs
        made = [*self._made, *(Verdict(0, kind, pair.left, pair.right) for pair in chosen)]
        return _changes(self._person, self._person, resolve(self._person, made), stands)

    def _compatible(self, pairs: list[Pair]) -> list[Pair]:
        """Leave out pairs that would make one of people known to be different; the likelier pair goes first."""
        members = {person: {person} for person in self._person.values()}
        foes: dict[str, set[str]] = defaultdict(set)
        for one, other in (tuple(parted) for parted in self._parted if len(parted) == 2):
            foes[str(one)].add(str(other))
            foes[str(other)].add(str(one))
        chosen = []
        for pair in sorted(pairs, key=likeliest):
            left, right = (members[self._person[one]] for one in (pair.left, pair.right))
            held = [bool(group & self._held) for group in (left, right)]
            if left is not right and not all(held) and not any(foes[one] & right for one in left):
                left |= right
                members |= dict.fromkeys(right, left)
                chosen.append(pair)
        return chosen


def likeliest(pair: Pair) -> tuple[int, float]:
    """Order pairs by how likely they are one person."""
    return list(KINDS).index(pair.kind), -(pair.similarity or 0)


def _groups(links: Iterable[tuple[Identity, Identity]]) -> dict[Identity, Identity]:
    """Name the set of everything linked by one of its members."""
    parent: dict[Identity, Identity] = {}

    def root(one: Identity) -> Identity:
        while (above := parent.setdefault(one, one)) != one:
            parent[one] = one = parent[above]
        return one

    for one, other in links:
        first, second = root(one), root(other)
        parent[second] = first
    return {one: root(one) for one in list(parent)}


def _changes(
    identities: Iterable[Identity], now: dict[Identity, str], after: dict[Identity, str],
    stands: dict[Identity, set[Place]],
) -> dict[Figure, int]:  # fmt: skip
    touched = {one for one in identities if stands.get(one)}
    before, later = _numerators(touched, now, stands), _numerators(touched, after, stands)
    return {figure: later[figure] - count for figure, count in before.items() if later[figure] != count}


def _numerators(
    identities: set[Identity], person: dict[Identity, str], stands: dict[Identity, set[Place]]
) -> dict[Figure, int]:
    """Count different people of every scope as indicators.md says: within a kind of institution, kinds then added."""
    keys: set[tuple[Figure, str, str]] = set()
    for one in identities:
        for as_of, institution, kind, municipality, region in stands[one]:
            codes = (institution, f"{municipality}/{kind}", municipality, region, COUNTRY)
            keys |= {((as_of, scope, code), kind, person[one]) for scope, code in zip(SCOPES, codes, strict=True)}
    return Counter(scope for scope, _, _ in keys)
