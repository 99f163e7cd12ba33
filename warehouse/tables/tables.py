"""Every table of the warehouse, those of the form walked from its declaration.

Schema `journal` is irreplaceable; schema `mentoring` is a pure function of it and of the received files.
No table here holds a name, a birth date or a contact: those are in the vault.
"""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from expectations.form import FORM
from expectations.structure import Form
from warehouse.tables.columns import column
from warehouse.tables.destruction import destruction_tables
from warehouse.tables.explanation import explanation_tables, held_tables
from warehouse.tables.facts import fact_tables
from warehouse.tables.indexes import add_indexes
from warehouse.tables.journal import journal_tables
from warehouse.tables.ledger import ledger_tables, release_tables
from warehouse.tables.reference import reference_tables
from warehouse.tables.restatement import restated_tables, restatement_tables

JOURNAL, MENTORING, VAULT = "journal", "mentoring", "personal"


@cache
def tables_of(form: Form = FORM) -> sa.MetaData:
    """Return every table of the warehouse for a form, keyed «schema.table»."""
    metadata = sa.MetaData()
    journal_tables(metadata, JOURNAL)
    destruction_tables(metadata, JOURNAL)
    explanation_tables(metadata, JOURNAL)
    restatement_tables(metadata, JOURNAL)
    held_tables(metadata, MENTORING)
    restated_tables(metadata, MENTORING)
    ledger_tables(metadata, MENTORING)
    reference_tables(metadata, MENTORING)
    fact_tables(metadata, MENTORING, form)
    release_tables(metadata, MENTORING)
    add_indexes(metadata)
    return metadata


@cache
def vault_of() -> sa.MetaData:
    """Return the vault's one table: the personal columns of every sheet that has any, sealed."""
    metadata = sa.MetaData()
    sa.Table(
        "sealed", metadata,
        column("delivery", sa.Text, "сдача: ключ таблицы deliveries", primary_key=True),
        column("sheet", sa.Text, "имя листа", primary_key=True),
        column("rows", sa.Integer, "строк внутри", nullable=False),
        column("sealed", sa.LargeBinary, "личные столбцы строк листа, зашифрованы", nullable=False),
        schema=VAULT, comment="Личные сведения: по строке на лист сдачи, зашифрованы ключом хранения",
    )  # fmt: skip
    return metadata


def table(name: str, form: Form = FORM) -> sa.Table:
    """Return a table of schema `mentoring` by its name."""
    return tables_of(form).tables[f"{MENTORING}.{name}"]


def entries() -> sa.Table:
    """Return the journal's table of entries."""
    return tables_of().tables[f"{JOURNAL}.entries"]


def decisions() -> sa.Table:
    """Return the journal's table of decisions about people."""
    return tables_of().tables[f"{JOURNAL}.decisions"]


def erasures() -> sa.Table:
    """Return the journal's table of people whose identity was erased."""
    return tables_of().tables[f"{JOURNAL}.erasures"]


def restatements() -> sa.Table:
    """Return the journal's table of restatements."""
    return tables_of().tables[f"{JOURNAL}.restatements"]


def destructions() -> sa.Table:
    """Return the journal's table of what was destroyed."""
    return tables_of().tables[f"{JOURNAL}.destructions"]
