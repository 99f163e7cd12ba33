"""Which institutions made a change: the parts of a scope's figure told apart by institution."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import PLACE, roster, scope_code
from warehouse.release.contents import REVISIONS
from warehouse.revisions.parts import AMOUNTS, FIGURE, Way, aligned, differences, table_of
from warehouse.storage.loading import fetch

ABOVE = ("kind", "municipality", "region", "country")
CHANGES = [f"{name}_change" for name in AMOUNTS]
SHARED = ""  # stands for an institution where a part belongs to no single one
INSTITUTION_PARTS = pa.schema(
    [
        *(REVISIONS.field(name) for name in FIGURE),
        pa.field("institution_code", pa.string()),
        *(REVISIONS.field(name) for name in ("cause", *CHANGES)),
    ]
)


def by_institution(connection: sa.Connection, way: Way) -> pa.Table:
    """Return the parts of every changed figure above institutions by institution (INSTITUTION_PARTS), sorted.

    An institution's part is the change of its own figure, all of it where it enters or leaves the scope. What
    institutions do not add up to stands under the code SHARED: a person told by several of them counts once, and some
    indicators have no figure of an institution. With it the parts add up to those of the scope.
    """
    changed = way.changed[way.changed.get_level_values("scope_type") != "institution"]
    days = tuple(sorted(set(changed.get_level_values("as_of"))))
    if not days:
        return INSTITUTION_PARTS.empty_table()
    places = {known.register: _places(connection, known, days) for known in way.known}
    told = [_told(frame, places[known.register]) for frame, known in zip(way.figures, way.known, strict=True)]
    every = told[0].index
    for frame in told[1:]:
        every = every.union(frame.index)
    every = every[every.to_frame(index=False).set_index(FIGURE).index.isin(changed)]
    whole = differences([aligned(frame, changed) for frame in way.figures], way.causes)
    return _sorted(_with_rest(differences([aligned(frame, every) for frame in told], way.causes), whole))


def _places(connection: sa.Connection, known: Knowledge, days: tuple[date, ...]) -> pd.DataFrame:
    """In which scopes every institution is counted: a row an institution, date and scope."""
    expected = roster(connection, known, days).expected
    columns = [expected.c[name] for name in PLACE]
    rows = sa.union_all(
        *(
            sa.select(*columns, sa.literal(scope, sa.Text).label("above"), scope_code(scope, expected.c).label("code"))
            for scope in ABOVE
        )
    )
    return fetch(connection, rows).to_pandas(date_as_object=True)[["institution_code", "as_of", "above", "code"]]


def _told(figures: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The institutions' figures under every scope that holds them, by the scope's FIGURE and the institution."""
    own = figures[figures.index.get_level_values("scope_type") == "institution"].reset_index()
    joined = own.merge(places, left_on=["scope_code", "as_of"], right_on=["institution_code", "as_of"])
    joined = joined.drop(columns=["scope_type", "scope_code"]).rename(
        columns={"above": "scope_type", "code": "scope_code"}
    )
    return joined.set_index([*FIGURE, "institution_code"])[AMOUNTS]


def _with_rest(own: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Add what the institutions' parts of a scope's part do not come to."""
    keys = [*FIGURE, "cause"]
    told = own.reset_index()
    added, wanted = told.groupby(keys)[CHANGES].sum(), whole.reset_index().set_index(keys)[CHANGES]
    rest = wanted.sub(added, fill_value=0).astype("int64")
    return pd.concat([told, rest[rest.any(axis=1)].reset_index().assign(institution_code=SHARED)])


def _sorted(rows: pd.DataFrame) -> pa.Table:
    return table_of(rows.sort_values([*FIGURE, "institution_code", "cause"]), INSTITUTION_PARTS)
