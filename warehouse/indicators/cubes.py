"""Counting over every scope at once: totals are added, people are told apart level by level."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from warehouse.indicators.definitions import SCOPES
from warehouse.indicators.scopes import PLACE, scope_code


def total_cube(rows: sa.FromClause, names: list[str]) -> sa.CompoundSelect:
    """Add the amounts `names` of one row an institution and date over every scope; NULLs are not added.

    Result: scope_type, scope_code, as_of and the names.
    """

    def level(scope: str) -> sa.Select:
        code = scope_code(scope, rows.c)
        amounts = [sa.func.sum(rows.c[name]).label(name) for name in names]
        selected = sa.select(
            sa.literal(scope, sa.Text).label("scope_type"), code.label("scope_code"), rows.c.as_of, *amounts
        )
        return selected.group_by(rows.c.as_of, *_grouped(scope, rows))

    return sa.union_all(*(level(scope) for scope in SCOPES))


def _grouped(scope: str, rows: sa.FromClause) -> list[sa.ColumnElement]:
    columns = {
        "institution": ("institution_code",),
        "kind": ("municipality", "kind"),
        "municipality": ("municipality",),
        "region": ("region",),
    }
    return [rows.c[name] for name in columns.get(scope, ())]


# What tells two keys apart at each level above the institution; each level is made from the one before.
_PARTED: Mapping[str, tuple[str, ...]] = {
    "kind": ("as_of", "kind", "municipality", "region"),
    "region": ("as_of", "kind", "region"),
    "country": ("as_of", "kind"),
}
_ACROSS: Mapping[str, tuple[str, ...]] = {
    "municipality": ("as_of", "municipality", "region"),
    "region": ("as_of", "region"),
    "country": ("as_of",),
}


def distinct_cube(
    rows: sa.FromClause, places: sa.FromClause, names: Sequence[str], across: Collection[str] = ()
) -> sa.Select:
    """Count different keys over every scope: a column a name, whose bit of `mask` is its place among the names.

    `rows`: as_of, place, key, mask; a place may have several rows of a key. Keys of a name are told apart within each
    kind of institution and the kinds are then added (indicators.md, «Terms»); those of the names `across` are told
    apart over all kinds, from the municipality up.

    Nearly everybody stands in one place on a date and counts once in each scope around it: these are added. Only the
    keys of several places are followed from level to level.
    """
    bits = {name: 1 << number for number, name in enumerate(names)}
    parted, joined = ([name for name in names if (name in across) == together] for together in (False, True))
    several = sa.select(rows.c.as_of, rows.c.key).group_by(rows.c.as_of, rows.c.key).having(sa.func.count() > 1).cte()
    same = sa.and_(several.c.as_of == rows.c.as_of, several.c.key == rows.c.key)
    elsewhere = sa.select(several.c.key).where(same).correlate(rows).exists()
    alike = [rows.c.place, rows.c.mask]  # first: they are few, and each bit would be looked at in everybody
    grouped = sa.select(*alike, sa.func.count().label("people")).where(~elsewhere).group_by(*alike).cte()
    summed = sa.select(grouped.c.place, *_with_bits(grouped, bits, grouped.c.people)).group_by(grouped.c.place).cte()
    alone = _placed(places, summed, summed, bits)
    met = _followed(_placed(places, rows.join(several, same), rows, ("key", "mask")), {"institution": PLACE})[
        "institution"
    ]
    counts = []
    if parted:
        levels = _followed(met, _PARTED)
        # a municipality's kinds are told apart at the level «kind», and added
        counts += _counts({"institution": met, **levels, "municipality": levels["kind"]}, alone, bits, parted)
    if joined:
        counts += _counts(_followed(met, _ACROSS), alone, bits, joined)
    every = sa.union_all(*counts).subquery()
    scope = [every.c[name] for name in ("scope_type", "scope_code", "as_of")]
    return sa.select(*scope, *(sa.func.sum(every.c[name]).label(name) for name in bits)).group_by(*scope)


def _with_bits(rows: sa.FromClause, bits: Mapping[str, int], each: sa.ColumnElement | int = 1) -> list[sa.Label]:
    """Count keys, a column a bit; a row stands for `each` of them."""
    return [
        sa.func.sum(sa.case((rows.c.mask.bitwise_and(bit) != 0, each), else_=0)).label(name)
        for name, bit in bits.items()
    ]


def _placed(places: sa.FromClause, joined: sa.FromClause, rows: sa.FromClause, names: Iterable[str]) -> sa.CTE:
    """Give rows that bear the number of a place its columns."""
    columns = [*(places.c[name] for name in PLACE), *(rows.c[name] for name in names)]
    return sa.select(*columns).select_from(joined.join(places, places.c.place == rows.c.place)).cte()


def _followed(met: sa.CTE, levels: Mapping[str, tuple[str, ...]]) -> dict[str, sa.CTE]:
    """Tell keys apart at each level."""
    found, previous = {}, met
    for level, columns in levels.items():
        kept = [*(previous.c[name] for name in columns), previous.c.key]
        previous = found[level] = (
            sa.select(*kept, sa.func.bit_or(previous.c.mask, type_=sa.BigInteger).label("mask")).group_by(*kept).cte()
        )
    return found


def _counts(
    levels: Mapping[str, sa.CTE], alone: sa.CTE, bits: Mapping[str, int], names: Sequence[str]
) -> list[sa.Select]:
    """Count the names over the scopes that have a level; the other names are NULL."""

    def scoped(scope: str, rows: sa.CTE, counted: Mapping[str, sa.ColumnElement]) -> sa.Select:
        columns = [sa.cast(counted.get(name, sa.null()), sa.BigInteger).label(name) for name in bits]
        code = scope_code(scope, rows.c).label("scope_code")
        select = sa.select(sa.literal(scope, sa.Text).label("scope_type"), code, rows.c.as_of, *columns)
        return select.group_by(rows.c.as_of, *_grouped(scope, rows))

    mine = {name: bits[name] for name in names}
    added = {name: sa.func.sum(alone.c[name]) for name in names}
    together = [
        scoped(scope, keys, {c.name: c.element for c in _with_bits(keys, mine)}) for scope, keys in levels.items()
    ]
    return [*(scoped(scope, alone, added) for scope in levels), *together]
