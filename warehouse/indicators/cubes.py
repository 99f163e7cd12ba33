"""Counting over every scope at once: totals are added, people are told apart level by level."""

from __future__ import annotations

from collections.abc import Mapping

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


# What tells two counted keys apart at each level; each level is made from the one before.
_LEVELS: Mapping[str, tuple[str, ...]] = {
    "institution": PLACE,
    "kind": ("as_of", "kind", "municipality", "region"),
    "region": ("as_of", "kind", "region"),
    "country": ("as_of", "kind"),
}


def distinct_cube(rows: sa.FromClause, names: list[str], *, across_kinds: bool = False) -> sa.CompoundSelect:
    """Count different `key`s for which a flag (0 or 1) of `names` is set, over every scope.

    Keys are told apart within each kind of institution and the kinds are then added (indicators.md, «Terms»);
    with `across_kinds` they are told apart over all kinds, from the municipality up.
    """
    drop = {"kind"} if across_kinds else set()
    levels, previous = {}, rows
    for level, places in _LEVELS.items():
        columns = [previous.c[name] for name in places if name not in drop]
        flags = [sa.func.max(previous.c[name]).label(name) for name in names]
        select = sa.select(*columns, previous.c.key, *flags).group_by(*columns, previous.c.key)
        previous = levels[level] = select.cte()  # unnamed: one statement may hold several cubes
    # A municipality's kinds are told apart at the level «kind», and added (or were never parted).
    made_from = {
        "institution": "institution",
        "kind": "kind",
        "municipality": "kind",
        "region": "region",
        "country": "country",
    }
    scopes = [scope for scope in SCOPES if not (across_kinds and scope in ("institution", "kind"))]

    def count(scope: str) -> sa.Select:
        keys = levels[made_from[scope]]
        counted = [sa.func.sum(keys.c[name]).label(name) for name in names]
        code = scope_code(scope, keys.c).label("scope_code")
        select = sa.select(sa.literal(scope, sa.Text).label("scope_type"), code, keys.c.as_of, *counted)
        return select.group_by(keys.c.as_of, *_grouped(scope, keys))

    return sa.union_all(*(count(scope) for scope in scopes))
