"""Who is one person: the linking rule of indicators.md as set-based statements over tokens."""

from __future__ import annotations

import sqlalchemy as sa


def owners_of_names(identities: sa.FromClause, *within: str) -> sa.CTE:
    """Return the names that exactly one person with a СНИЛС bears: `within`, name_token, owner.

    `identities` has snils_token and name_token; `within` names columns that keep groups apart (a delivery).
    """
    columns = identities.c
    groups = [columns[name] for name in within]
    # PostgreSQL has no min() of a uuid; where there is but one value, any order will do.
    texts = sa.cast(columns.snils_token, sa.Text)
    only = sa.cast(sa.func.min(texts), columns.snils_token.type)
    return (
        sa.select(*groups, columns.name_token, only.label("owner"))
        .where(columns.snils_token.is_not(None))
        .group_by(*groups, columns.name_token)
        .having(sa.func.min(texts) == sa.func.max(texts))
        .cte("owners")
    )


def same_name(rows: sa.FromClause, owners: sa.FromClause, *within: str) -> sa.ColumnElement[bool]:
    """The condition that joins rows without a СНИЛС to the owner of their name."""
    groups = (owners.c[name] == rows.c[name] for name in within)
    return sa.and_(rows.c.snils_token.is_(None), owners.c.name_token == rows.c.name_token, *groups)


def person_of(rows: sa.FromClause, owners: sa.FromClause) -> sa.ColumnElement[str]:
    """The person of a row, as a token.

    A row with a СНИЛС is the person of that СНИЛС. A row without one is the person with the same name and birth
    date if exactly one such person has a СНИЛС, and otherwise one with the other such rows of that name.
    """
    return sa.func.coalesce(rows.c.snils_token, owners.c.owner, rows.c.name_token)
