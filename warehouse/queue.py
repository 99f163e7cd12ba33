"""The clerk's queue: pairs of records that a person should look at, and whether a figure hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.identity import DIFFERENT, SAME, Identity, Verdict, resolve, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import involved
from warehouse.indicators.scopes import PLACE, roster
from warehouse.indicators.series import reporting_dates
from warehouse.loading import fetch
from warehouse.queue_candidates import AMBIGUOUS, CONFLICT, KINDS, Candidates
from warehouse.tables import table

QUEUE = pa.schema([
    ("kind", pa.string()),
    ("left_delivery", pa.string()),
    ("left_row", pa.int32()),
    ("right_delivery", pa.string()),
    ("right_row", pa.int32()),
    ("similarity", pa.float64()),  # Jaro–Winkler of the full names; null where the vault has not both
    ("influences", pa.bool_()),
])  # fmt: skip
Place = tuple[date, str, str, str, str]  # PLACE


class _Pair(NamedTuple):
    kind: str
    left: Identity
    right: Identity
    similarity: float | None


def open_pairs(connection: sa.Connection, vault: sa.Engine, known: Knowledge) -> pa.Table:
    """Return the pairs nobody decided yet, as `QUEUE`: those a figure hangs on first. Neither names nor tokens in it.

    A pair influences if the official numerator of any scope and date in force would be another, were the two decided
    the other way than they are counted now.
    """
    made = verdicts(connection, known)
    with Candidates(connection, vault, known) as candidates:
        found = candidates.pairs()
        decided = [(one.snils, one.name) for verdict in made for one in (verdict.left, verdict.right)]
        around = candidates.around(
            pa.table({"snils": [s for s, _ in decided], "name": [n for _, n in decided]},
                     pa.schema([("snils", pa.string()), ("name", pa.string())]))
        )  # fmt: skip
        identities = {number: Identity(snils, name) for number, snils, name, _, _ in around}
        places = {identities[number]: (delivery, row) for number, _, _, delivery, row in around}
        pairs = [_Pair(kind, identities[a], identities[b], similarity) for kind, a, b, similarity in found]
        people = _People(set(places), made)
        open_ = _best(people, [pair for pair in pairs if people.is_open(pair)])
        stands: dict[Identity, set[Place]] = defaultdict(set)
        if open_:
            for number, *place in candidates.involved(_involved(connection, known)):
                stands[identities[number]].add(tuple(place))
    rows = [
        (pair.kind, *places[pair.left], *places[pair.right], pair.similarity, people.influences(pair, stands))
        for pair in open_
    ]
    rows.sort(key=lambda row: (not row[-1], list(KINDS).index(row[0]), -(row[5] or 0), row[1:5]))
    return pa.Table.from_pylist([dict(zip(QUEUE.names, row, strict=True)) for row in rows], schema=QUEUE)


class _People:
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

    def _two(self, pair: Verdict | _Pair) -> frozenset[str | Identity]:
        return frozenset(self._person.get(one, one) for one in (pair.left, pair.right))

    def is_open(self, pair: _Pair) -> bool:
        """Whether no decision says, by itself or through others, what the two are."""
        together = len(self._two(pair)) == 1
        if pair.kind == CONFLICT:  # together by their СНИЛС, as long as nobody looked
            said = self._said_same.get(pair.left, pair.left) == self._said_same.get(pair.right, pair.right)
            return together and not said
        if pair.kind == AMBIGUOUS and self._person[pair.left] in self._held:
            return False
        return not together and self._two(pair) not in self._parted

    def two(self, pair: _Pair) -> tuple[str, str]:
        """Return the persons of a pair, in one order."""
        one, other = sorted((self._person[pair.left], self._person[pair.right]))
        return one, other

    def influences(self, pair: _Pair, stands: dict[Identity, set[Place]]) -> bool:
        """Whether the official numerator of some scope would change."""
        roots = {self._group.get(one, one) for one in (pair.left, pair.right)}
        kin = [one for root in roots for one in self._kin[root]]
        made = [verdict for root in roots for verdict in self._verdicts[root]]
        flipped = Verdict(0, DIFFERENT if len(self._two(pair)) == 1 else SAME, pair.left, pair.right)
        after = resolve(kin, [*made, flipped])
        touched = {one for one in kin if stands.get(one)}
        return _numerators(touched, self._person, stands) != _numerators(touched, after, stands)


def _best(people: _People, pairs: list[_Pair]) -> list[_Pair]:
    """Keep one pair of any two persons: one answer settles them all. Of one СНИЛС every record is looked at."""
    best: dict[object, _Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (list(KINDS).index(pair.kind), -(pair.similarity or 0))):
        key = (pair.left, pair.right) if pair.kind == CONFLICT else people.two(pair)
        best.setdefault(key, pair)
    return list(best.values())


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


def _numerators(
    identities: set[Identity], person: dict[Identity, str], stands: dict[Identity, set[Place]]
) -> dict[tuple[date, str, str], int]:
    """Count different people of every scope as indicators.md says: within a kind of institution, kinds then added."""
    keys: set[tuple[tuple[date, str, str], str, str]] = set()
    for one in identities:
        for as_of, institution, kind, municipality, region in stands[one]:
            scopes = (
                ("institution", institution), ("kind", f"{municipality}/{kind}"), ("municipality", municipality),
                ("region", region), ("country", ""),
            )  # fmt: skip
            keys |= {((as_of, scope, code), kind, person[one]) for scope, code in scopes}
    counted: dict[tuple[date, str, str], int] = defaultdict(int)
    for scope, _, _ in keys:
        counted[scope] += 1
    return counted


def _involved(connection: sa.Connection, known: Knowledge) -> pa.Table:
    """Where each identity counts in the official numerator, by the definition of each date: tokens and PLACE."""
    schema = pa.schema(
        [("snils", pa.string()), ("name", pa.string())]
        + [(name, pa.date32() if name == "as_of" else pa.string()) for name in PLACE]
    )
    parts = [schema.empty_table()]
    for version, dates in by_version(reporting_dates(connection, known.submissions)).items():
        (measure,) = (i.numerator for i in definitions(version).indicators if i.reported)
        present, rows = roster(connection, known, dates).in_force, table("participations")
        tokens = (sa.cast(rows.c[f"{name}_token"], sa.Text).label(name) for name in ("snils", "name"))
        statement = (
            sa.select(*tokens, *(present.c[name] for name in PLACE))
            .join(present, present.c.delivery == rows.c.delivery)
            .where(involved(measure, rows, present))
            .distinct()
        )
        parts.append(fetch(connection, statement, schema))
    return pa.concat_tables(parts)
