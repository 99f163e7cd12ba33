"""Pairs of records that may be told wrongly apart or together, found over the vault in a DuckDB of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from expectations.staging import DUCKDB_SAFE, IN_MEMORY
from expectations.text import fold_name
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.ledger import heard, in_force
from warehouse.persons import linking
from warehouse.storage.loading import fetch
from warehouse.storage.vault import Vault, read_vault
from warehouse.tables.tables import table

AMBIGUOUS, CONFLICT, NEAR_NAME, NEAR_DATE = "ambiguous-name", "snils-conflict", "near-name", "near-birth-date"
KINDS = {
    AMBIGUOUS: "без СНИЛС, имя у нескольких",
    CONFLICT: "один СНИЛС, разные имена или даты",
    NEAR_NAME: "похожие имена, одна дата рождения",
    NEAR_DATE: "одно имя, похожие даты рождения",
}
# Of an identity the place that is shown: one whose person agreed to be kept, in force, the newest. Places are chosen
# before anybody's name is laid beside them: with names, what is chosen from takes six times the memory.
_IDENTITIES = (
    """
    CREATE TABLE chosen AS
    SELECT snils, name, max(present) AS present, count(*) AS told,
           min({'withheld': v.delivery IS NULL, 'past': -present, 'age': -seq, 'row': row, 'delivery': delivery})
               AS place
    FROM told t LEFT JOIN (SELECT delivery, row FROM vault) v USING (delivery, row) GROUP BY snils, name
    """,
    """
    CREATE TABLE identities AS
    SELECT c.*, v.* EXCLUDE (delivery, row)
    FROM (SELECT row_number() OVER (ORDER BY place.delivery, place.row)::INTEGER AS id, snils, name, present, told,
                 place.delivery, place.row FROM chosen) c
    LEFT JOIN vault v USING (delivery, row)
    """,
    "DROP TABLE told",
    "DROP TABLE vault",
    "DROP TABLE chosen",
)
_AMBIGUOUS = """
SELECT a.id AS a, b.id AS b, 1.0 AS similarity
FROM identities a JOIN identities b USING (name)
WHERE a.snils IS NULL AND b.snils IS NOT NULL AND a.present
  AND name IN (SELECT name FROM identities GROUP BY name HAVING count(snils) > 1)
"""
# The record told most often stands for the СНИЛС; every other is held against it. Names are laid beside them last.
_CONFLICT = f"""
SELECT a.id AS a, b.id AS b, CASE WHEN a.surname IS NOT NULL AND b.surname IS NOT NULL
                                                        THEN {linking.SIMILARITY} END AS similarity
FROM (SELECT DISTINCT ON (snils) id AS first, snils FROM identities WHERE snils IS NOT NULL AND present
      ORDER BY snils, told DESC, delivery, row)
JOIN (SELECT id AS other, snils FROM identities WHERE present) USING (snils)
JOIN identities a ON a.id = first
JOIN identities b ON b.id = other
WHERE first <> other
"""


# Whoever shares a СНИЛС or a name with whom, to the end.
_REACH = """
INSERT INTO reached SELECT DISTINCT o.id FROM reached r JOIN identities i USING (id)
JOIN identities o ON o.{0} = i.{0} WHERE o.id NOT IN (SELECT id FROM reached)
"""


class Candidates:
    """Every known identity by number, and the pairs of them to look at. Names are never handed out."""

    def __init__(self, connection: sa.Connection, vault: Vault, known: Knowledge) -> None:
        self._duck = duckdb.connect(config=DUCKDB_SAFE | IN_MEMORY)
        self._put("told", _told(connection, known), tokens=True)
        self._put("vault", _names(vault))
        for statement in (*_IDENTITIES, linking.ARRANGED, linking.MET):
            self._duck.execute(statement)
        self._duck.execute("CREATE TABLE pairs (kind VARCHAR, a INTEGER, b INTEGER, similarity DOUBLE)")
        found = {AMBIGUOUS: _AMBIGUOUS, CONFLICT: _CONFLICT, NEAR_NAME: linking.NEAR_NAME, NEAR_DATE: linking.NEAR_DATE}
        for kind, statement in found.items():  # one after another: each lays names out in memory
            self._duck.execute(f"INSERT INTO pairs SELECT '{kind}', * FROM ({statement})")

    def __enter__(self) -> Candidates:
        return self

    def __exit__(self, *_: object) -> None:
        self._duck.close()

    def _put(self, name: str, rows: pa.Table, *, tokens: bool = False) -> None:
        """Keep rows; `tokens`, which are told as texts, in 16 bytes each."""
        replaced = "REPLACE (snils::UUID AS snils, name::UUID AS name)" if tokens else ""
        self._duck.register("incoming", rows)
        self._duck.execute(f"CREATE TABLE {name} AS SELECT * {replaced} FROM incoming")
        self._duck.unregister("incoming")

    def pairs(self) -> list[tuple[str, int, int, float | None]]:
        """Return kind, left, right, similarity; of the kind AMBIGUOUS the left one has no СНИЛС."""
        return self._rows("SELECT kind, a, b, similarity FROM pairs ORDER BY ALL")

    def around(self, told: pa.Table) -> list[tuple[int, str | None, str, str, int]]:
        """Return number, tokens and place of all identities that the pairs, or those `told`, could touch."""
        self._put("decided", told, tokens=True)
        self._duck.execute("""
            CREATE TABLE reached AS SELECT a AS id FROM pairs UNION SELECT b FROM pairs
            UNION SELECT i.id FROM identities i JOIN decided d ON i.snils = d.snils OR i.name = d.name
        """)
        count = -1
        while count != (count := self._rows("SELECT count(*) FROM reached")[0][0]):
            for token in ("snils", "name"):
                self._duck.execute(_REACH.format(token))
        shown = "id, snils::VARCHAR, name::VARCHAR, delivery, row"
        return self._rows(f"SELECT {shown} FROM reached JOIN identities USING (id) ORDER BY id")

    def involved(self, rows: pa.Table) -> list[tuple[Any, ...]]:
        """Return the rows (snils, name and more) of reached identities, with the number in place of the tokens."""
        self._put("involved", rows, tokens=True)
        return self._rows("""
            SELECT i.id, COLUMNS(v.* EXCLUDE (snils, name)) FROM involved v
            JOIN (reached JOIN identities USING (id)) i ON i.name = v.name AND i.snils IS NOT DISTINCT FROM v.snils
        """)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._duck.execute(statement).fetchall()


def _told(connection: sa.Connection, known: Knowledge) -> pa.Table:
    """Rows of «Участники» of every delivery accepted as known, and whether figures are counted from them."""
    rows, ledger = table("participants"), table("deliveries")
    now = in_force(known.submissions, known.corrections, known.rules)
    joined = rows.join(ledger, ledger.c.delivery == rows.c.delivery).outerjoin(now, now.c.delivery == rows.c.delivery)
    present = sa.case((now.c.delivery.is_not(None), 1), else_=0)
    statement = sa.select(
        rows.c.delivery, rows.c.row, rows.c.snils_token.label("snils"), rows.c.name_token.label("name"),
        ledger.c.seq, present.label("present"),
    )  # fmt: skip
    schema = pa.schema([
        ("delivery", pa.string()), ("row", pa.int32()), ("snils", pa.string()), ("name", pa.string()),
        ("seq", pa.int64()), ("present", pa.int32()),
    ])  # fmt: skip
    heard_of = heard(ledger, known.submissions, known.corrections, known.rules)
    return fetch(connection, statement.select_from(joined).where(heard_of), schema)


def _names(vault: Vault) -> pa.Table:
    """Names and birth dates, each part of a name as people are compared and as it sounds; an absent one is empty."""
    rows = read_vault(vault, "participants", (*linking.NAMES, "birth_date"))
    for name in linking.NAMES:
        raw, column = rows[name], rows.schema.get_field_index(name)
        rows = rows.append_column(f"{name}_read", _each(linking.read_name, raw))
        rows = rows.set_column(column, name, _each(fold_name, raw))
    return rows


def _each(read: Callable[[str], str], column: pa.ChunkedArray) -> pa.Array:
    """Read every different text once."""
    coded = column.combine_chunks().fill_null("").dictionary_encode()
    return pa.array([read(text) for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
