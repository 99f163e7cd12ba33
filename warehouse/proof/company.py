"""Who is mentored in company: a pair whose mentor has another mentee at the same time, or whose mentee another mentor.

In the same place and form (docs/reference/indicators.md, «Разрезы»); the two are told apart as people.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from expectations.form import MENTEE, MENTOR

WHERE = ["place", "form"]


def in_company(rows: pa.Table) -> pa.Array:
    """Return the numbers of the pairs in company.

    `rows` has pair, role, person, place, form, started_on and until, a row a pair and role.
    """
    mentors, mentees = (rows.filter(pc.equal(rows["role"], role)) for role in (MENTOR, MENTEE))
    mentees = mentees.select(["pair", "person"]).rename_columns(["pair", "mentee"])
    mentors = mentors.select(["pair", "person", *WHERE, "started_on", "until"]).rename_columns({"person": "mentor"})
    pairs = mentors.join(mentees, "pair", join_type="inner")
    found = [_sharing(pairs, "mentor", "mentee"), _sharing(pairs, "mentee", "mentor")]
    return pc.unique(pa.chunked_array([*found[0].chunks, *found[1].chunks], pa.int64()))


def _sharing(pairs: pa.Table, shared: str, other: str) -> pa.ChunkedArray:
    """The pairs of one `shared` person with different `other` people on some same day."""
    both = pairs.join(pairs, [*WHERE, shared], join_type="inner", right_suffix="_of_other")
    at_once = pc.and_(
        pc.less_equal(both["started_on"], both["until_of_other"]),
        pc.less_equal(both["started_on_of_other"], both["until"]),
    )
    return both.filter(pc.and_(at_once, pc.not_equal(both[other], both[f"{other}_of_other"])))["pair"]
