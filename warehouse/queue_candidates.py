"""Pairs of records that may be told wrongly apart or together, found over the vault in a DuckDB of their own."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from expectations.staging import DUCKDB_SAFE
from expectations.text import fold_name
from warehouse.indicators.knowledge import Knowledge
from warehouse.ledger import heard, in_force
from warehouse.loading import fetch
from warehouse.tables import VAULT, table, vault_of

AMBIGUOUS, CONFLICT, NEAR_NAME, NEAR_DATE = "ambiguous-name", "snils-conflict", "near-name", "near-birth-date"
KINDS = {
    AMBIGUOUS: "без СНИЛС, имя у нескольких",
    CONFLICT: "один СНИЛС, разные имена или даты",
    NEAR_NAME: "похожие имена, одна дата рождения",
    NEAR_DATE: "одно имя, похожие даты рождения",
}
# Jaro–Winkler of one part of a name. One slip in a name of six letters or more leaves 0.88 at least; different first
# names of twins stay below (Алексей – Александр 0.85, Иван – Игорь 0.67). In shorter names the slip is looked for.
NEAR_ENOUGH = 0.88
SHORT = 5  # letters
SLIPS = 1

_NAMES = ("surname", "given_name", "patronymic")
# Of an identity the place that is shown: one whose person agreed to be kept, in force, the newest.
_IDENTITIES = """
CREATE TABLE identities AS
SELECT row_number() OVER (ORDER BY delivery, row)::INTEGER AS id, *
FROM (SELECT DISTINCT ON (t.snils, t.name) t.snils, t.name, t.delivery, t.row,
             max(t.present) OVER (PARTITION BY t.snils, t.name) AS present,
             count(*) OVER (PARTITION BY t.snils, t.name) AS told,
             v.surname, v.given_name, v.patronymic, v.birth_date
      FROM told t LEFT JOIN vault v USING (delivery, row)
      ORDER BY t.snils, t.name, v.delivery IS NULL, t.present DESC, t.seq DESC, t.row)
"""
_FULL = "concat_ws(' ', {0}.surname, {0}.given_name, {0}.patronymic)"
_SIMILARITY = f"jaro_winkler_similarity({_FULL.format('a')}, {_FULL.format('b')})"
_AMBIGUOUS = f"""
SELECT '{AMBIGUOUS}' AS kind, a.id AS a, b.id AS b, 1.0 AS similarity
FROM identities a JOIN identities b USING (name)
WHERE a.snils IS NULL AND b.snils IS NOT NULL AND a.present
  AND name IN (SELECT name FROM identities GROUP BY name HAVING count(snils) > 1)
"""
# The record told most often stands for the СНИЛС; every other is held against it.
_CONFLICT = f"""
SELECT '{CONFLICT}' AS kind, a.id AS a, b.id AS b, CASE WHEN a.surname IS NOT NULL AND b.surname IS NOT NULL
                                                        THEN {_SIMILARITY} END AS similarity
FROM (SELECT DISTINCT ON (snils) * FROM identities WHERE snils IS NOT NULL AND present
      ORDER BY snils, told DESC, delivery, row) a
JOIN identities b ON b.snils = a.snils AND b.id <> a.id AND b.present
"""


def _near(a: str, b: str) -> str:
    """The condition that two parts of names are one but for a slip; the dear comparison comes last."""
    slip = (
        f"(length({a}) <= {SHORT} AND abs(length({a}) - length({b})) <= {SLIPS} "
        f"AND damerau_levenshtein({a}, {b}) <= {SLIPS})"
    )
    return f"({a} = {b} OR jaro_winkler_similarity({a}, {b}) >= {NEAR_ENOUGH} OR {slip})"


# Different СНИЛС, both with their right checksums, are different people: nothing to look at.
_BOTH = "a.name <> b.name AND (a.snils IS NULL OR b.snils IS NULL) AND a.present AND b.present"
# First names are few: which of them are near is found once, not for every two children of one day.
_NEAR_GIVEN = f"""
CREATE TABLE near_given AS
SELECT a.given_name AS a, b.given_name AS b
FROM (SELECT DISTINCT given_name FROM identities) a, (SELECT DISTINCT given_name FROM identities) b
WHERE {_near("a.given_name", "b.given_name")}
"""
_NEAR_NAME = f"""
SELECT '{NEAR_NAME}' AS kind, a.id AS a, b.id AS b, {_SIMILARITY} AS similarity
FROM identities a JOIN near_given g ON g.a = a.given_name
JOIN identities b ON b.birth_date = a.birth_date AND b.given_name = g.b AND a.id < b.id
WHERE {_BOTH} AND {_near("a.surname", "b.surname")}
  AND (a.patronymic = '' OR b.patronymic = '' OR {_near("a.patronymic", "b.patronymic")})
"""
_NEAR_DATE = f"""
SELECT '{NEAR_DATE}' AS kind, a.id AS a, b.id AS b, 1.0 AS similarity
FROM identities a JOIN identities b USING (surname, given_name, patronymic)
WHERE a.id < b.id AND {_BOTH}
  AND (damerau_levenshtein(strftime(a.birth_date, '%d%m%Y'), strftime(b.birth_date, '%d%m%Y')) = {SLIPS}
       OR (year(a.birth_date) = year(b.birth_date) AND month(a.birth_date) = day(b.birth_date)
           AND day(a.birth_date) = month(b.birth_date)))
"""
# Whoever shares a СНИЛС or a name with whom, to the end.
_REACH = """
INSERT INTO reached SELECT DISTINCT o.id FROM reached r JOIN identities i USING (id)
JOIN identities o ON o.{0} = i.{0} WHERE o.id NOT IN (SELECT id FROM reached)
"""


class Candidates:
    """Every known identity by number, and the pairs of them to look at. Names are never handed out."""

    def __init__(self, connection: sa.Connection, vault: sa.Engine, known: Knowledge) -> None:
        self._duck = duckdb.connect(config=DUCKDB_SAFE)
        told, names = _told(connection, known), _names(vault)
        self._put("told", told)
        self._put("vault", names)
        self._duck.execute(_IDENTITIES)
        self._duck.execute(_NEAR_GIVEN)
        statements = (_AMBIGUOUS, _CONFLICT, _NEAR_NAME, _NEAR_DATE)
        self._duck.execute("CREATE TABLE pairs AS " + " UNION ALL ".join(f"({text})" for text in statements))

    def __enter__(self) -> Candidates:
        return self

    def __exit__(self, *_: object) -> None:
        self._duck.close()

    def _put(self, name: str, rows: pa.Table) -> None:
        self._duck.register("incoming", rows)
        self._duck.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        self._duck.unregister("incoming")

    def pairs(self) -> list[tuple[str, int, int, float | None]]:
        """Return kind, left, right, similarity; of the kind AMBIGUOUS the left one has no СНИЛС."""
        return self._rows("SELECT kind, a, b, similarity FROM pairs ORDER BY ALL")

    def around(self, told: pa.Table) -> list[tuple[int, str | None, str, str, int]]:
        """Return number, tokens and place of all identities that the pairs, or those `told`, could touch."""
        self._put("decided", told)
        self._duck.execute("""
            CREATE TABLE reached AS SELECT a AS id FROM pairs UNION SELECT b FROM pairs
            UNION SELECT i.id FROM identities i JOIN decided d ON i.snils = d.snils OR i.name = d.name
        """)
        count = -1
        while count != (count := self._rows("SELECT count(*) FROM reached")[0][0]):
            for token in ("snils", "name"):
                self._duck.execute(_REACH.format(token))
        return self._rows("SELECT id, snils, name, delivery, row FROM reached JOIN identities USING (id) ORDER BY id")

    def involved(self, rows: pa.Table) -> list[tuple[Any, ...]]:
        """Return the rows (snils, name and more) of reached identities, with the number in place of the tokens."""
        self._put("involved", rows)
        return self._rows("""
            SELECT i.id, COLUMNS(v.* EXCLUDE (snils, name)) FROM involved v
            JOIN (reached JOIN identities USING (id)) i ON i.name = v.name AND i.snils IS NOT DISTINCT FROM v.snils
        """)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._duck.execute(statement).fetchall()


def _told(connection: sa.Connection, known: Knowledge) -> pa.Table:
    """Rows of «Участники» of every delivery accepted as known, and whether figures are counted from them."""
    rows, ledger = table("participants"), table("deliveries")
    now = in_force(known.submissions, known.corrections)
    joined = rows.join(ledger, ledger.c.delivery == rows.c.delivery).outerjoin(now, now.c.delivery == rows.c.delivery)
    present = sa.case((now.c.delivery.is_not(None), 1), else_=0)
    statement = sa.select(
        rows.c.delivery, rows.c.row, sa.cast(rows.c.snils_token, sa.Text).label("snils"),
        sa.cast(rows.c.name_token, sa.Text).label("name"), ledger.c.seq, present.label("present"),
    )  # fmt: skip
    schema = pa.schema([
        ("delivery", pa.string()), ("row", pa.int32()), ("snils", pa.string()), ("name", pa.string()),
        ("seq", pa.int64()), ("present", pa.int32()),
    ])  # fmt: skip
    heard_of = heard(ledger, known.submissions, known.corrections)
    return fetch(connection, statement.select_from(joined).where(heard_of), schema)


def _names(vault: sa.Engine) -> pa.Table:
    """Names and birth dates as people are compared, an absent patronymic as an empty one."""
    kept = vault_of().tables[f"{VAULT}.participants"]
    schema = pa.schema([
        ("delivery", pa.string()), ("row", pa.int32()), *((name, pa.string()) for name in _NAMES),
        ("birth_date", pa.date32()),
    ])  # fmt: skip
    with vault.connect() as connection:
        rows = fetch(connection, sa.select(*(kept.c[name] for name in schema.names)), schema)
    for name in _NAMES:
        rows = rows.set_column(rows.schema.get_field_index(name), name, _folded(rows[name]))
    return rows


def _folded(column: pa.ChunkedArray) -> pa.Array:
    """Fold every different text once."""
    coded = column.combine_chunks().fill_null("").dictionary_encode()
    return pa.array([fold_name(text) for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
