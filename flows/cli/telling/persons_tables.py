"""The clerk's queue and decisions on the screen: places of rows, never names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.cli.frame.answers import moment
from flows.cli.frame.screen import console, table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from flows.cli.frame.layout import Grid
    from warehouse.journal.decisions import Decision
    from warehouse.persons.doubt import Doubt
    from warehouse.review.explained import Entry

DECISIONS = {"same": "один человек", "different": "разные люди"}


def show_queue(pairs: pa.Table, doubtful: list[Doubt]) -> None:
    """Show the open pairs, those a figure hangs on most first, and how far all together could move the figures."""
    from warehouse.persons.candidates import KINDS
    from warehouse.persons.sheet import places_of
    from warehouse.persons.words import influence_words

    if not pairs.num_rows:
        console().print("Проверять нечего.")
        return
    rows = [
        (
            KINDS[row["kind"]], str(left), str(right), _percent(row["similarity"]),
            influence_words(row), str(row["figures"]),
        )
        for row, (left, right) in zip(pairs.to_pylist(), places_of(pairs), strict=True)
    ]  # fmt: skip
    headings = ("Что проверить", "Запись 1", "Запись 2", "Сходство", "Вовлечённых изменится", "Показателей")
    console().print(table("Записи, которые стоит проверить", headings, rows, right=(3, 5)))
    console().print(f"Пар: {len(rows)}; влияют на число вовлечённых: {sum(pairs['influences'].to_pylist())}.")
    if doubtful:
        console().print(_doubts(doubtful))
    console().print("Книга с обеими записями рядом: nastavnik persons queue -o ФАЙЛ.xlsx")


def _doubts(doubtful: list[Doubt]) -> Grid:
    """The figures of the newest date that hang on the queue, those of single institutions left out."""
    from warehouse.release.wording import NO, SCOPES, YES, day, number, percent

    newest = doubtful[0].as_of
    rows = [
        (
            f"{SCOPES[one.scope_type]} {one.scope_code}",
            *(f"{number(n)} ({percent(one.share(n), 2)})" for n in (one.same, one.numerator, one.different)),
            percent(one.target), YES if one.decisive else NO,
        )
        for one in doubtful
        if one.as_of == newest and one.scope_type != "institution"
    ]  # fmt: skip
    title = f"Вовлечённые обучающиеся на {day(newest)}, если решить все пары"
    headings = ("Охват", "все — один человек", "сейчас", "все — разные люди", "Цель", "Решает о цели")
    return table(title, headings, rows, right=(1, 2, 3, 4))


def _percent(similarity: float | None) -> str:
    from warehouse.release.wording import ABSENT

    return ABSENT if similarity is None else f"{similarity:.0%}"


def decision_entry(one: Decision, zone: ZoneInfo) -> dict:
    """Return a decision in effect as programs read it."""
    told = {"number": one.seq, "kind": one.kind, "left": one.left, "right": one.right}
    return told | {"decided_by": one.decided_by, "known_at": moment(one.known_at, zone), "ground": one.ground}


def show_decisions(made: list[Decision], zone: ZoneInfo) -> None:
    """Show the decisions in effect."""
    from warehouse.journal.decisions import GROUNDS
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


def show_explanations(found: list[Entry], words: Mapping[int, str], zone: ZoneInfo) -> None:
    """Show the explanations in effect, with their words where they are asked for."""
    from expectations.rules import RULES
    from warehouse.release.wording import day

    rows = [
        (
            str(one.explained.seq), day(one.explained.known_at.astimezone(zone)), one.explained.decided_by,
            one.delivery, "; ".join(RULES[rule].title for rule in one.rules if rule in RULES), str(one.findings),
            *([words[one.explained.seq]] if words else ()),
        )
        for one in found
    ]  # fmt: skip
    headings = ("№", "Когда", "Кто", "Сдача", "Предупреждение", "Замечаний", *(["Пояснение"] if words else ()))
    console().print(table("Действующие пояснения", headings, rows, right=(0, 5)) if rows else "Пояснений нет.")
