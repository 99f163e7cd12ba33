"""The rows of a made-up country, as SQL over its chosen deliveries.

`chosen` has a row a delivery: seq, delivery, i (number of the institution), year (0 is the first), as_of, revision,
n (pairs), code, kind and what the ledger says of it. People are numbers; a token is the hash of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from expectations.form import (
    AFTER,
    AGREED,
    BEFORE,
    BROKEN_OFF,
    COMPLETED,
    CONTINUES,
    EDUCATOR,
    MENTEE,
    MENTOR,
    STUDENT,
    WORKER,
    YOUNG_SPECIALIST,
)
from expectations.rules.submission import APPROVERS, FOUR_DOCUMENTS

PER_MUNICIPALITY, REGIONS = 18, 89
CLUBS = 5  # every fifth institution
SLOTS = 1_000_000  # places on the lists of one institution
MENTORS_FROM = 500_000  # the first of them that is a mentor's

_INSTITUTION = f"""
SELECT i, i % {CLUBS} = {CLUBS - 1} AS club, i // {PER_MUNICIPALITY} AS m,
       printf('R%02d', m % {REGIONS} + 1) AS region, printf('%s-M%04d', region, m) AS municipality,
       printf('%s-%s%05d', region, if(club, 'D', 'S'), i) AS code, if(club, 'УДО', 'ОУ') AS kind
FROM range({{institutions}}) t(i)
"""

# Of a hundred institutions three send nothing on a date and one is refused; two correct, one in 200 withdraws.
_LEDGER = """
SELECT row_number() OVER (ORDER BY year, revision, i) + 6 AS seq, md5(concat_ws('/', code, year, revision))[:16] AS delivery,
       i, year, as_of, revision, code, kind, club,
       greatest(1, ({pairs}::DOUBLE * share / {mean} * (0.4 + draw(i, year, 'n') % 121 / 100.0))::INTEGER + revision) AS n,
       draw(i, year, 'verdict') % 100 >= 1 AS accepted, draw(i, year, 'late') % 20 = 0 AS late
FROM institution, (SELECT unnest(range({years})) AS year, unnest({days}) AS as_of, unnest({shares}) AS share),
     (SELECT unnest([0, 1]) AS revision)
WHERE draw(i, year, 'silent') % 100 >= 3 AND (revision = 0 OR draw(i, year, 'corrected') % 50 = 0)
"""


def macros(institutions: int, pairs: float, seed: int, days: Sequence[date], shares: Sequence[int]) -> Iterable[str]:
    """Yield the statements that make a database know a country."""
    yield f"CREATE MACRO draw(a, b, what) AS hash(a, b, what, {seed})"
    yield f"CREATE MACRO token(person, what) AS md5(concat_ws('/', person, what, {seed}))::UUID"
    # A club's children are of the schools around it; some people are from anywhere, some moved in later years.
    yield f"""CREATE MACRO home(i, slot, year) AS CASE
        WHEN i % {CLUBS} = {CLUBS - 1} AND draw(i, slot, 'guest') % 10 < 6
            THEN least(i - i % {PER_MUNICIPALITY} + draw(i, slot, 'school') % {PER_MUNICIPALITY}, {institutions - 1})
        WHEN draw(i, slot, 'stranger') % 100 < 3 THEN draw(i, slot, 'from') % {institutions}
        WHEN year >= 3 AND draw(i, slot, 'moved') % 50 = 0 THEN (i + 7) % {institutions}
        ELSE i END"""
    yield f"CREATE MACRO person(i, slot, year) AS home(i, slot, year)::BIGINT * {SLOTS} + slot"
    yield """CREATE MACRO snils(i, p) AS CASE
        WHEN draw(p, 0, 'stateless') % 100 >= 4 AND draw(i, p, 'left out') % 100 >= 5 THEN token(p, 'snils') END"""
    yield """CREATE MACRO name_of(i, p) AS token(
        p + if(draw(p, 0, 'namesake') % 500 = 0, 1, 0), if(draw(i, p, 'misspelt') % 100 = 0, 'nam', 'name'))"""
    yield f"""CREATE MACRO category_of(p) AS CASE
        WHEN p % {SLOTS} < {MENTORS_FROM} THEN CASE WHEN draw(p, 0, 'who') % 100 < 90 THEN '{STUDENT}'
            WHEN draw(p, 0, 'who') % 100 < 96 THEN '{YOUNG_SPECIALIST}' ELSE 'выпускник' END
        ELSE CASE WHEN draw(p, 0, 'who') % 100 < 40 THEN '{STUDENT}' WHEN draw(p, 0, 'who') % 100 < 75 THEN '{EDUCATOR}'
            WHEN draw(p, 0, 'who') % 100 < 80 THEN '{YOUNG_SPECIALIST}' ELSE '{WORKER}' END END"""
    yield f"""CREATE MACRO age_of(p, year) AS (CASE WHEN category_of(p) = '{STUDENT}'
        THEN least(7 + draw(p, 0, 'age') % 11 + year, 19) ELSE 22 + draw(p, 0, 'age') % 45 END)::INTEGER"""
    yield f"CREATE TABLE institution AS {_INSTITUTION.format(institutions=institutions)}"
    listed = "[" + ", ".join(f"DATE '{day}'" for day in days) + "]"
    mean = sum(shares) / len(shares)
    ledger = _LEDGER.format(pairs=pairs, mean=mean, years=len(days), days=listed, shares=list(shares))
    yield f"CREATE TABLE ledger AS {ledger}"


def _listed(values: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


_PAIRS = f"""(SELECT *, k + 2 AS "row", draw(i, k, 'days') % 10 < 5 AS ends,
    as_of - (draw(i, k, 'started') % 760)::INTEGER AS started_on,
    CASE WHEN ends THEN started_on + 20 + (draw(i, k + revision, 'lasts') % 500)::INTEGER END AS ended_on,
    CASE WHEN ended_on IS NULL OR ended_on > as_of THEN '{CONTINUES}'
         WHEN draw(i, k, 'outcome') % 10 < 8 THEN '{COMPLETED}' ELSE '{BROKEN_OFF}' END AS outcome,
    if(draw(i, k, 'form') % 2 = 0, 'ученик – ученик', 'педагог – ученик') AS form
  FROM (SELECT *, unnest(range(n)) AS k FROM good))"""
_PARTICIPANTS = f"""(SELECT *, person(i, slot, year) AS p FROM (
    SELECT *, unnest(list_concat(range(n), range({MENTORS_FROM}, {MENTORS_FROM} + (n + 1) // 2))) AS slot,
           (if(slot < {MENTORS_FROM}, slot, slot - {MENTORS_FROM} + n) + 2)::INTEGER AS "row" FROM good))"""

# Columns that are not told here are NULL.
ROWS: dict[str, str] = {
    "participants": f"""SELECT delivery, "row", category_of(p) AS category, as_of - 100 AS consent_date,
        snils(i, p) AS snils_token, name_of(i, p) AS name_token, age_of(p, year) AS age FROM {_PARTICIPANTS}""",
    "pairs": f"""SELECT delivery, "row", form, started_on, ended_on, outcome, (n + k // 2 + 2)::INTEGER AS mentor_row,
        (k + 2)::INTEGER AS mentee_row, draw(i, k, 'again') % 100 > 0 AS counted FROM {_PAIRS}""",
    "participations": f"""SELECT delivery, "row", role, participant_row, snils(i, p) AS snils_token,
        name_of(i, p) AS name_token, category_of(p) AS category, age_of(p, year) AS age, form, started_on, ended_on
      FROM (SELECT *, unnest(['{MENTOR}', '{MENTEE}']) AS role,
                   unnest([n + k // 2 + 2, k + 2])::INTEGER AS participant_row,
                   person(i, unnest([{MENTORS_FROM} + k // 2, k]), year) AS p FROM {_PAIRS})""",
    "surveys": f"""SELECT delivery, "row", '{MENTEE}' AS role, if(slot % 10 = 0, '{BEFORE}', '{AFTER}') AS stage,
        as_of - (draw(i, slot, 'answered') % 400)::INTEGER AS answered_on,
        1 + (draw(i, slot, 'satisfied') % 10)::BIGINT AS satisfaction, snils(i, p) AS snils_token,
        name_of(i, p) AS name_token, "row" AS participant_row
      FROM {_PARTICIPANTS} WHERE slot % 5 = 0 AND slot < {MENTORS_FROM}
      UNION ALL SELECT delivery, "row", '{MENTOR}', '{AFTER}', as_of - (draw(i, slot, 'answered') % 400)::INTEGER,
        1 + (draw(i, slot, 'satisfied') % 10)::BIGINT, snils(i, p), name_of(i, p), "row"
      FROM {_PARTICIPANTS} WHERE slot % 5 = 0 AND slot >= {MENTORS_FROM}""",
    "organisation": """SELECT delivery, 2 AS "row", '1.0' AS form_version, code AS institution_code, as_of,
        20 + (draw(i, year, 'teachers') % 60)::BIGINT AS teachers,
        (draw(i, year, 'young') % 12)::BIGINT AS young_specialists FROM good""",
    "enrolment": """SELECT delivery, (age - 4)::INTEGER AS "row", age::BIGINT AS age,
        10 + (draw(i, age + year, 'students') % 52)::BIGINT AS students
      FROM (SELECT *, unnest(range(6, 18)) AS age FROM good)""",
    "documents": f"""SELECT delivery, (d + 2)::INTEGER AS "row", {_listed(FOUR_DOCUMENTS)}[d + 1] AS kind,
        DATE '2020-09-01' AS approved_on, if(draw(i, d, 'agreed') % 20 > 0, if(club, '{APPROVERS["УДО"]}',
        '{APPROVERS["ОУ"]}'), 'иное') AS agreed_by, DATE '2020-09-10' + (draw(i, d, 'agreed') % 25)::INTEGER AS agreed_on
      FROM (SELECT *, unnest(range(if(draw(i, 0, 'documents') % 10 = 0, 3, {len(FOUR_DOCUMENTS)}))) AS d FROM good)""",
    "events": """SELECT delivery, (e + 2)::INTEGER AS "row",
        if(e < 5, DATE '2020-09-01' + (draw(i, e, 'held') % 80)::INTEGER, as_of - (draw(i, e, 'held') % 400)::INTEGER)
            AS held_on, ['информирование педагогов', 'информирование родителей', 'информирование обучающихся',
        'встреча с партнёрами', 'встреча с выпускниками', 'обучение наставников'][e + 1] AS kind,
        (5 + draw(i, e, 'attendees') % 50)::BIGINT AS attendees, (1 + draw(i, e, 'hours') % 16) / 2.0 AS hours
      FROM (SELECT *, unnest(range(6)) AS e FROM good)""",
    "partners": f"""SELECT delivery, (q + 2)::INTEGER AS "row",
        printf('%010d', i // 90 * 1000 + draw(i, q, 'inn') % 90) AS inn,
        if(draw(i, q, 'agreed') % 4 = 0, 'планируется', '{AGREED}') AS agreement_status,
        as_of - (draw(i, q, 'since') % 300)::INTEGER AS agreement_date,
        if(draw(i, q, 'open') % 2 = 0, NULL, as_of - 100 + (draw(i, q, 'until') % 300)::INTEGER) AS valid_to,
        (draw(i, q, 'mentors') % 4)::BIGINT AS mentors_provided
      FROM (SELECT *, unnest(range(3)) AS q FROM good)""",
    "practices": """SELECT delivery, 2 AS "row", 'практика' AS title FROM good WHERE draw(i, year, 'practice') % 3 = 0""",
    "monitoring": """SELECT delivery, 2 AS "row" FROM good WHERE FALSE""",
}
LEDGER_ROWS = {
    "deliveries": """SELECT seq, delivery, code AS institution_code, as_of, as_of + INTERVAL 12 DAY AS known_at,
        known_at AS received_at, md5(delivery) AS sha256, md5(delivery) AS content_hash,
        if(accepted, 'accepted', 'rejected') AS verdict, late, '' AS ruleset, '' AS basis, n AS rows_read,
        n AS rows_stored, 0 AS rows_quarantined, 0 AS rows_skipped FROM chosen""",
    "withdrawals": """SELECT row_number() OVER (ORDER BY seq) + (SELECT max(seq) FROM ledger) AS seq, delivery
        FROM ledger WHERE accepted AND draw(i, year, 'withdrawn') % 200 = 0""",
    "institutions": """SELECT code, code AS name, kind, if(club, 'УДО', 'СОШ') AS level, municipality, region,
        DATE '2020-09-01' AS valid_from, if(draw(i, 0, 'closed') % 100 = 0, DATE '2023-08-31', NULL) AS valid_to,
        1 AS known_seq FROM institution""",
    "plans": """SELECT code AS institution_code, unnest(['2020/2021', '2021/2022']) AS school_year,
        20 + (draw(i, 0, 'plan') % 80)::BIGINT AS planned_participants, 3 AS known_seq FROM institution""",
    "targets": """SELECT 'students_involved' AS indicator, 'municipality' AS scope_type, municipality AS scope_code,
        as_of, share AS target_percent, 'at_least' AS direction, 4 AS known_seq
      FROM (SELECT DISTINCT municipality FROM institution), (SELECT DISTINCT as_of, 10 + 12 * year AS share FROM ledger)""",
    "reporting_dates": """SELECT DISTINCT as_of, as_of - 30 AS opens_on, as_of + 15 AS due_on, as_of + 30 AS closes_on,
        'annual' AS kind, 5 AS known_seq FROM ledger""",
    "milestones": """SELECT * FROM (VALUES
        ('community_informed', 'информирование', DATE '2020-09-01', DATE '2020-10-31', 6),
        ('partners_met', 'встречи', DATE '2020-09-01', DATE '2020-11-30', 6),
        ('documents_agreed', 'согласование', NULL, DATE '2020-10-01', 6)) t(code, title, starts_on, due_on, known_seq)""",
    "reference_loads": """SELECT * FROM (VALUES (1, 'institutions'), (2, 'successions'), (3, 'plans'), (4, 'targets'),
        (5, 'reporting_dates'), (6, 'milestones')) t(seq, name)""",
    "successions": "SELECT 2 AS known_seq WHERE FALSE",
    "decisions": "SELECT 0 AS seq WHERE FALSE",
}
