"""The clerk's queue and decisions on the screen: places of rows, never names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.tables import console, table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from warehouse.decisions import Decision

DECISIONS = {"same": "один человек", "different": "разные люди"}


def show_queue(pairs: pa.Table) -> None:
    """Show the open pairs, those a figure hangs on first."""
    from warehouse.queue_candidates import KINDS
    from warehouse.queue_sheet import places_of

    if not pairs.num_rows:
        console().print("Проверять нечего.")
        return
    influences = pairs["influences"].to_pylist()
    described = zip(
        pairs["kind"].to_pylist(), places_of(pairs), pairs["similarity"].to_pylist(), influences, strict=True
    )
    rows = [
        (KINDS[kind], str(left), str(right), _percent(alike), "да" if hangs else "нет")
        for kind, (left, right), alike, hangs in described
    ]
    headings = ("Что проверить", "Запись 1", "Запись 2", "Сходство", "Влияет")
    console().print(table("Записи, которые стоит проверить", headings, rows, right=(3,)))
    console().print(f"Пар: {len(rows)}; влияют на показатель: {sum(influences)}.")
    console().print("Книга с обеими записями рядом: nastavnik persons queue -o ФАЙЛ.xlsx")


def _percent(similarity: float | None) -> str:
    from warehouse.release.wording import ABSENT

    return ABSENT if similarity is None else f"{similarity:.0%}"


def show_decisions(made: list[Decision], zone: ZoneInfo) -> None:
    """Show the decisions in effect."""
    from warehouse.decisions import GROUNDS
    from warehouse.release.wording import day

    rows = [
        (
            str(one.seq), DECISIONS[one.kind], str(one.left), str(one.right), one.decided_by,
            day(one.known_at.astimezone(zone)), GROUNDS[one.ground],
        )
        for one in made
    ]  # fmt: skip
    headings = ("№", "Решение", "Запись 1", "Запись 2", "Кто решил", "Когда", "На чём основано")
    console().print(table("Действующие решения", headings, rows, right=(0,)) if rows else "Действующих решений нет.")
