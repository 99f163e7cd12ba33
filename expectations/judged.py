"""What each check sees: every staged sheet joined with what its rules compare it to."""

from __future__ import annotations

import duckdb_engine
import sqlalchemy as sa

from expectations.form import FORM, STUDENT
from expectations.persons import owners_of_names, person_of, same_name
from expectations.rules.cells import READING, text_literal
from expectations.rules.rows import PAIR_KEY
from expectations.rules.submission import APPROVERS, SUBMISSIONS

SCHOOL_YEAR_STARTS_IN = 9  # September
AGREED_BY = "documents_agreed"  # the milestone of item 6.7

_approver = " ".join(f"WHEN {text_literal(kind)} THEN {text_literal(who)}" for kind, who in APPROVERS.items())


def _is_refused(sheet: str) -> str:
    """SQL: whether a sheet is there, but its rows are not judged."""
    return f"coalesce(list_contains(m.sheets, {text_literal(FORM.by_name[sheet].title)}), FALSE)"


def _is_read(sheet: str) -> str:
    return f"(coalesce(list_contains(k.sheets, '{sheet}'), FALSE) AND NOT {_is_refused(sheet)})"


# One row a delivery: who sent it, for which date, and what the register and the calendar say of them.
_HEADERS = f"""
SELECT d.*, o.form_version, o.institution_code, o.as_of, o.row IS NOT NULL AS read_organisation,
       r.code IS NOT NULL AS registered, r.kind, r.level, c.due_on,
       CASE r.kind {_approver} END AS approver,
       (SELECT max(due_on) FROM milestones WHERE code = '{AGREED_BY}') AS agree_by,
       list_contains(r.names, d.name_folded) AS name_agrees,
       make_date(year(o.as_of), 1, 1) AS year_start,
       {_is_read("enrolment")} AS read_enrolment, {_is_read("participants")} AS read_participants,
       {_is_read("pairs")} AS read_pairs, k.sheets IS NOT NULL AND NOT {_is_refused("documents")} AS read_documents
FROM deliveries d
LEFT JOIN staged_organisation o USING (delivery)
LEFT JOIN (SELECT *, valid_from = max(valid_from) OVER (PARTITION BY code) AS last_entry FROM register) r
     ON r.code = o.institution_code
     AND coalesce(o.as_of BETWEEN r.valid_from AND coalesce(r.valid_to, o.as_of), r.last_entry)
LEFT JOIN calendar c ON c.as_of = o.as_of
LEFT JOIN (SELECT delivery, list(sheet) AS sheets FROM counts GROUP BY 1) k USING (delivery)
LEFT JOIN (
    SELECT delivery, list(sheet) AS sheets FROM problems WHERE rule IN ('missing-column', 'duplicate-sheet') GROUP BY 1
) m USING (delivery)
"""

_IN_PAIRS = """
SELECT delivery, mentor_id AS participant_id FROM staged_pairs UNION ALL SELECT delivery, mentee_id FROM staged_pairs
"""


def _counted(alias: str, key: str, counts: str) -> str:
    """SQL that joins counts over the participants of a delivery with an equal key, where there are several such.

    Few are: only their counts are made and joined, for a fifth of the price of a window over everybody.
    """
    several = f"SELECT delivery, {key} FROM staged_participants GROUP BY ALL HAVING count(*) > 1"
    return f"""LEFT JOIN (
        SELECT delivery, {key}, {counts} FROM staged_participants SEMI JOIN ({several}) USING (delivery, {key})
        GROUP BY ALL
     ) {alias} ON {alias}.delivery = p.delivery AND {alias}.{key} = p.{key}"""


_OF_NAME = """count(DISTINCT participant_id) AS ids_of_name, count(DISTINCT snils_token) AS snils_of_name,
    count(DISTINCT participant_id) FILTER (snils_token IS NULL) AS ids_without_snils"""
_PARTICIPANTS = f"""
SELECT p.*, h.as_of, h.level, h.read_pairs, coalesce(i.participant_id_repeats, 1) AS participant_id_repeats,
       date_diff('year', p.birth_date, h.as_of)
         - (strftime(h.as_of, '%m%d') < strftime(p.birth_date, '%m%d'))::INTEGER AS age_on_date,
       coalesce(s.ids_of_snils, 1) AS ids_of_snils, coalesce(n.ids_of_name, 1) AS ids_of_name,
       coalesce(n.snils_of_name, 1) AS snils_of_name, coalesce(n.ids_without_snils, 1) AS ids_without_snils,
       EXISTS (FROM ({_IN_PAIRS}) u WHERE u.delivery = p.delivery AND u.participant_id = p.participant_id) AS in_pair
FROM staged_participants p JOIN headers h USING (delivery)
{_counted("i", "participant_id", "count(*) AS participant_id_repeats")}
{_counted("s", "snils_token", "count(DISTINCT participant_id) AS ids_of_snils")}
{_counted("n", "name_token", _OF_NAME)}
"""

_pair_key = ", ".join(PAIR_KEY)
# Which of several equal pairs a row is: nearly every pair is alone, and is not looked at here.
_COPIES = f"""
SELECT delivery, row, row_number() OVER (PARTITION BY delivery, {_pair_key} ORDER BY row) AS copy
FROM staged_pairs SEMI JOIN (SELECT delivery, {_pair_key} FROM staged_pairs GROUP BY ALL HAVING count(*) > 1)
USING (delivery, {_pair_key})
"""
_PAIRS = f"""
SELECT p.*, h.as_of, h.read_participants, mentor.row AS mentor_id_row, mentee.row AS mentee_id_row,
       mentor.category AS mentor_category, mentee.category AS mentee_category,
       coalesce(c.copy, 1) AS copy
FROM staged_pairs p JOIN headers h USING (delivery) LEFT JOIN ({_COPIES}) c USING (delivery, row)
LEFT JOIN good_participants mentor ON mentor.delivery = p.delivery AND mentor.participant_id = p.mentor_id
LEFT JOIN good_participants mentee ON mentee.delivery = p.delivery AND mentee.participant_id = p.mentee_id
"""

_SURVEYS = """
SELECT s.*, h.read_participants, p.row AS participant_id_row
FROM staged_surveys s JOIN headers h USING (delivery) LEFT JOIN good_participants p USING (delivery, participant_id)
"""


def _repeats(sheet: str, column: str) -> str:
    return f"SELECT *, count(*) OVER (PARTITION BY delivery, {column}) AS {column}_repeats FROM staged_{sheet}"


def _good(sheet: str, rows: str) -> str:
    quarantined = f"SELECT delivery, row FROM quarantined WHERE sheet = '{sheet}'"
    return f"SELECT * FROM {rows} ANTI JOIN ({quarantined}) USING (delivery, row)"


def _persons() -> str:
    """Every good participant's person, linked within the delivery."""
    names = ("delivery", "row", "snils_token", "name_token", "category")
    good = sa.table("good_participants", *(sa.column(name, sa.Text) for name in names))
    owners = owners_of_names(good, "delivery")
    person = person_of(good, owners).label("person")
    linked = sa.select(good.c.delivery, good.c.row, good.c.category, person)
    linked = linked.select_from(good.outerjoin(owners, same_name(good, owners, "delivery")))
    return str(linked.compile(dialect=duckdb_engine.Dialect(), compile_kwargs={"literal_binds": True}))


# Students of good rows, and those of them involved in the reporting year, as distinct people.
_STUDENTS = f"""
SELECT p.delivery, count(DISTINCT p.person) AS students, count(DISTINCT p.person) FILTER (i.row IS NOT NULL) AS involved
FROM persons p LEFT JOIN (
    SELECT DISTINCT q.delivery, unnest([q.mentor_id_row, q.mentee_id_row]) AS row
    FROM good_pairs q JOIN headers h USING (delivery)
    WHERE q.started_on <= h.as_of AND (q.ended_on IS NULL OR q.ended_on >= h.year_start)
) i ON i.delivery = p.delivery AND i.row = p.row
WHERE p.category = {text_literal(STUDENT)}
GROUP BY p.delivery
"""

_SUBMISSIONS = f"""
SELECT h.*, NULL::INTEGER AS row, coalesce(e.enrolled, 0) AS enrolled,
       coalesce(s.students, 0) AS students, coalesce(s.involved, 0) AS involved,
       coalesce(x.documents, []) AS documents, t.planned, b.enrolled AS past_enrolled, b.involved AS past_involved
FROM headers h
LEFT JOIN (SELECT delivery, sum(students)::BIGINT AS enrolled FROM good_enrolment GROUP BY 1) e USING (delivery)
LEFT JOIN students_of_delivery s USING (delivery)
LEFT JOIN (SELECT delivery, list(DISTINCT kind) AS documents FROM good_documents GROUP BY 1) x USING (delivery)
LEFT JOIN plans t ON t.institution_code = h.folder
     AND t.school_year = (year(h.as_of) - (month(h.as_of) < {SCHOOL_YEAR_STARTS_IN})::INTEGER) || '/' ||
                         (year(h.as_of) + (month(h.as_of) >= {SCHOOL_YEAR_STARTS_IN})::INTEGER)
LEFT JOIN (
    SELECT d.delivery, max_by(p.enrolled, p.as_of) AS enrolled, max_by(p.involved, p.as_of) AS involved
    FROM headers d JOIN past p ON p.institution_code = d.folder AND p.as_of <= d.as_of GROUP BY 1
) b USING (delivery)
"""

_SPECIAL = {
    "participants": _PARTICIPANTS,
    "pairs": _PAIRS,
    "surveys": _SURVEYS,
    "documents": "SELECT s.*, h.agree_by, h.approver FROM staged_documents s JOIN headers h USING (delivery)",
}


def _judged(sheet_name: str) -> str:
    unique = [column.name for column in FORM.by_name[sheet_name].columns if column.unique]
    if sheet_name in _SPECIAL:
        return _SPECIAL[sheet_name]
    return _repeats(sheet_name, unique[0]) if unique else f"SELECT * FROM staged_{sheet_name}"


HEADERS = {"headers": _HEADERS}  # nothing in them changes while a batch is judged, and every other view asks for them
# In the order they are created: a view may use those above it.
JUDGED_VIEWS: dict[str, str] = (
    {f"good_{name}": _good(name, f"staged_{name}") for name in FORM.by_name if name not in ("organisation", "pairs")}
    | {f"judged_{sheet.name}": _judged(sheet.name) for sheet in FORM.sheets}
    | {
        "good_pairs": _good("pairs", "judged_pairs"),
        "persons": _persons(),
        "students_of_delivery": _STUDENTS,
        f"judged_{READING}": "SELECT * FROM problems",
        f"judged_{SUBMISSIONS}": _SUBMISSIONS,
    }
)
