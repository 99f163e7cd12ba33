"""All commands under one name."""

from __future__ import annotations

import click

from flows.cli.commands import (
    access,
    backfill,
    completion,
    copies,
    deliveries,
    demo,
    disclosure,
    doctor,
    documents,
    erasure,
    explanations,
    figures,
    forms,
    held,
    keys,
    lake,
    letters,
    lineage,
    metrics,
    persons,
    proof,
    reference,
    rehearse,
    revisions,
    scheduling,
    schema,
    sql,
    trajectory,
)
from flows.cli.frame.edge import Edge
from flows.cli.frame.russian import Option


@click.group(
    cls=Edge,
    help="""Сведения о наставничестве: приём книг от школ, проверка, показатели, выпуски.

    Всё хранится в папке NASTAVNIK_HOME (по умолчанию ~/nastavnik).

    Код завершения: 0 — сделано; 1 — сделано, но есть непринятые сдачи или препятствия выпуску;
    2 — неверная команда или настройка; 3 — сбой, ничего не сделано наполовину.""",
)
@click.option("--trace", cls=Option, is_flag=True, expose_value=False, help="При сбое показать, где он случился.")
def cli() -> None:
    """Take the options of all commands."""


for module in (
    demo, reference, deliveries, persons, figures, disclosure, documents, revisions, rehearse, lineage, trajectory,
    proof, forms, keys, access, erasure, letters, scheduling, held, explanations,
    copies, schema, doctor, completion, lake, sql, metrics, backfill,
):  # fmt: skip
    for command in module.COMMANDS:
        cli.add_command(command)
