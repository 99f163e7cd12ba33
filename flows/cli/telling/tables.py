"""Answers of commands as tables on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.cli.frame.screen import console, table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pyarrow as pa
    from rich.console import Console

    from expectations.rules.wording import Finding
    from warehouse.findings.listing import RuleCount
    from warehouse.review.explained import Explained


def show_findings(counted: list[RuleCount]) -> None:
    """Show how often each rule was broken."""
    from expectations.rules import RULES, Severity
    from warehouse.release.wording import day

    rows = [
        (
            day(one.as_of),
            Severity(one.severity).russian,
            RULES[one.rule].title,
            one.rule,
            str(one.institutions),
            str(one.findings),
        )
        for one in counted
    ]
    headings = ("Дата", "Важность", "Что не так", "Правило", "Организаций", "Замечаний")
    console().print(table("Замечания", headings, rows, right=(4, 5), spare=(3, 4)) if rows else "Замечаний нет.")


def show_findings_of(findings: list[Finding], explained: Mapping[int, Explained], zone: ZoneInfo) -> None:
    """Show the findings of one delivery by the numbers that its protocol tells, and when they were explained."""
    from expectations.rules import Severity
    from expectations.rules.wording import message_of
    from warehouse.release.wording import day

    rows = []
    for number, one in enumerate(findings, 1):
        words = message_of(one.rule, one.column, one.detail, sheet=one.sheet, row=one.row, letter=one.letter)
        on = day(explained[number].known_at.astimezone(zone)) if number in explained else ""
        rows.append((str(number), Severity(one.severity).russian, words, one.rule, on))
    headings = ("№", "Важность", "Замечание", "Правило", "Пояснено")
    console().print(table("Замечания к сдаче", headings, rows, right=(0,)) if rows else "Замечаний нет.")


def show_status(standing: dict) -> None:
    """Show who has submitted, who is late and what waits, as `flows.standing` tells it."""
    from flows.standing import left_words, rows_of, title_words, totals_words

    out = console()
    for one in standing["dates"]:
        rows = rows_of(one)
        headings = (heading.capitalize() for heading in (rows[0] if rows else ()))
        out.print(table(title_words(one), headings, (row.values() for row in rows), spare=(5, 4, 1)))
        out.print(f"{totals_words(one)}\n")
    if not standing["dates"]:
        out.print("Отчётных дат пока не было.")
    if waiting := standing["waiting"]:
        out.print(table("Ждут приёма", ("Папка", "Файлов"), [(k, str(n)) for k, n in waiting.items()], right=(1,)))
    else:
        out.print("В папке приёма ничего не ждёт.")
    if left := left_words(standing):
        out.print(left)
    if standing["held"]:
        _show_held(out, standing["held"])
    if standing["alarms"]:
        _show_alarms(out, standing["alarms"])
    if again := standing["erased_again"]:
        senders = [(one["institution"], one["delivery"]) for one in again]
        out.print(table("Снова присланы удалённые люди", ("Организация", "Сдача"), senders))
        out.print("Их сведения уничтожит nastavnik retention. Попросите организацию убрать этих людей из книги.")


def _show_held(out: Console, held: list[dict]) -> None:
    from datetime import date

    from warehouse.release.wording import day

    rows = [
        (
            one["institution"], day(date.fromisoformat(one["as_of"])), one["delivery"], str(one["before"]),
            str(one["after"]), f"−{one['lost_percent']} %",
        )
        for one in held
    ]  # fmt: skip
    headings = ("Организация", "На дату", "Сдача", "Вовлечено было", "Стало", "Изменение")
    out.print(table("Удержаны: ждут подтверждения", headings, rows, right=(3, 4, 5)))
    out.print("До подтверждения действует прежнее. Подтвердить: nastavnik confirm СДАЧА.")


def _show_alarms(out: Console, alarms: list[dict]) -> None:
    from datetime import datetime

    from warehouse.release.wording import day

    rows = [(one["institution"], one["delivery"], day(datetime.fromisoformat(one["received_at"]))) for one in alarms]
    out.print(table("Тревога: файл чужой организации в папке", ("Папка", "Сдача", "Получено"), rows))
    out.print("Такие файлы отклонены. Спросите владельца папки, кто и зачем их прислал.")


def show_figures(figures: pa.Table, titles: dict[str, str]) -> None:
    """Show figures of whole kinds and territories; of several dates the reported indicator alone."""
    from warehouse.release.contents import REPORTED_KPI

    rows = [row for row in figures.to_pylist() if row["scope_type"] != "institution"]
    if len({row["as_of"] for row in rows}) > 1:
        rows = [row for row in rows if row["indicator"] == REPORTED_KPI]
    if not rows:
        console().print("Показателей нет: на эти даты ничего не принято.")
        return
    headings = "Показатель Охват Дата Числитель Знаменатель Значение Цель Достигнута Статус".split()
    console().print(
        table("Показатели", headings, [_figure(row, titles) for row in rows], right=(3, 4, 5, 6), spare=(8, 4, 3, 7))
    )
    console().print("По организациям и все показатели всех дат: nastavnik kpi --format csv")


def _figure(row: dict, titles: dict[str, str]) -> tuple[str, ...]:
    from warehouse.release.wording import ABSENT, NO, STATUSES, YES, day, number

    met = ABSENT if row["meets_target"] is None else YES if row["meets_target"] else NO
    return (
        titles.get(row["indicator"], row["indicator"]),
        row["scope_code"],
        day(row["as_of"]),
        number(row["numerator"]),
        number(row["denominator"]),
        number(row["value"], 2),
        number(row["target"]),
        met,
        STATUSES[row["status"]],
    )


def show_breakdown(counts: pa.Table) -> None:
    """Show a breakdown of whole kinds and territories at its last date: a line a member, a column a measure."""
    from warehouse.indicators.breakdowns import members
    from warehouse.release.report_breakdowns import MEASURES
    from warehouse.release.wording import day

    rows = [row for row in counts.to_pylist() if row["scope_type"] != "institution"]
    if not rows:
        console().print("Пар нет: на эти даты ничего не принято.")
        return
    last = max(row["as_of"] for row in rows)
    rows = [row for row in rows if row["as_of"] == last]
    cells = {(row["scope_code"], row["member"], row["measure"]): row for row in rows}
    measures = [measure for measure in MEASURES if any(row["measure"] == measure for row in rows)]
    parts = [one for one in members({row["definition"] for row in rows}).to_pylist() if _same(one, rows[0])]
    lines = [
        (code, one["member_title"], *(_counted(cells[code, one["member"], measure]) for measure in measures))
        for code in dict.fromkeys(row["scope_code"] for row in sorted(rows, key=lambda row: row["scope_type"]))
        for one in parts
    ]
    headings = ("Охват", "Часть", *(MEASURES[measure] for measure in measures))
    title = f"{parts[0]['title']} на {day(last)}, версия {rows[0]['definition']}"
    console().print(table(title, headings, lines, right=range(2, len(headings))))
    console().print("Все даты и организации: nastavnik kpi --breakdown … --format csv")


def _same(member: dict, row: dict) -> bool:
    return member["breakdown"] == row["breakdown"]


def _counted(row: dict) -> str:
    from warehouse.release.wording import number, percent

    return f"{number(row['numerator'])} ({percent(row['value'], 2)})"
