"""The command that brings a stretch of reporting dates up to the rules, the register and the files there are now."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.commands.rules import figures_table, rules_of, rules_options
from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.deciding import decided_by
from flows.cli.frame.edge import DONE, Failed, installation, now, settings
from flows.cli.frame.kinds import Day
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Misused, Option

if TYPE_CHECKING:
    from expectations.rules.ruleset import Ruleset
    from warehouse.ingestion.intake import IntakeSummary
    from warehouse.restatement.backfill import Asked, Plan
    from warehouse.restatement.restating import Restatement


@click.command(cls=Command)
@click.option("--from", "first", cls=Option, type=Day(), required=True, help="С какой отчётной даты.")
@click.option("--to", "last", cls=Option, type=Day(), required=True, help="По какую отчётную дату.")
@rules_options
@click.option("--standard", cls=Option, is_flag=True, help="Вернуть этим датам обычные правила.")
@click.option("--reason", cls=Option, metavar="СЛОВА", help="Почему пересмотр нужен; хранится зашифрованным.")
@decided_by
@click.option("--dry-run", cls=Option, is_flag=True, help="Только показать, что изменилось бы.")
@click.option("--yes", cls=Option, is_flag=True, help="Не спрашивать.")
@form_option(JSON)
def backfill(
    first: date, last: date, changes: tuple[str, ...], file: Path | None, standard: bool,
    reason: str | None, by: str, dry_run: bool, yes: bool, form: str,
) -> int:  # fmt: skip
    """Довести отчётные даты до нынешних правил, реестра и файлов.

    Сначала показывает, что изменится. Затем заново проверяет сданное на эти даты: прежние решения остаются известными
    на своё время, сделанные выпуски не меняются. Правила, заданные здесь, остаются для этих дат и дальше. Потом
    принимает то, что ждёт, и пишет недостающие протоколы. Прерванное закончит та же команда.
    """
    from warehouse.restatement.backfill import Asked, plan

    asked = Asked(first, last, _rules(changes, file, standard))
    at = now()
    with installation(at, write=True) as home, progress("Проверка заново") as advance:
        planned = plan(home, asked, at, advance)
    if form == JSON:
        put_json(planned)
    else:
        show_plan(planned)
    if dry_run or planned.nothing:
        return DONE
    _agreed(yes)
    return _do(asked, by, reason, quiet=form == JSON)


def _rules(changes: tuple[str, ...], file: Path | None, standard: bool) -> Ruleset | None:
    from expectations.rules.ruleset import SHIPPED

    rules = rules_of(changes, file)
    if standard and rules is not None:
        raise Misused("С --standard правил не задают: это обычные правила.")
    return SHIPPED if standard else rules


def _agreed(yes: bool) -> None:
    """Ask a person; a script says so itself."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused("Чтобы сделать это без вопроса, добавьте --yes; чтобы только посмотреть — --dry-run.")
    click.echo("Сделать это? Напишите «да»: ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() != "да":
        raise Failed("Ничего не сделано.")


def _do(asked: Asked, by: str, reason: str | None, *, quiet: bool) -> int:
    from warehouse.lineage.datasets import of_backfill
    from warehouse.lineage.events import observed
    from warehouse.restatement.backfill import backfill as carry_out
    from warehouse.watch.runs import watched

    at = now()
    with (
        watched("backfill", settings()) as watch,
        installation(at, write=True) as home,
        observed("backfill") as run,
        progress("Проверка заново") as advance,
    ):
        done, summary = carry_out(home, asked, at, by, reason, advance)
        watch.count(**summary.counts)
        run.touched = lambda: of_backfill(home, done, summary.lines)
    if not quiet:
        click.echo(done_words(done, summary, home.settings.receipts))
    if summary.faults:
        from flows.cli.telling.words import fault_words

        raise Failed(fault_words(summary.faults))
    return DONE


def show_plan(planned: Plan) -> None:
    """Show what a backfill would do."""
    from flows.cli.frame.screen import console, table
    from flows.cli.telling.words import VERDICT_COUNTS
    from warehouse.release.wording import day

    out, tried = console(), planned.restatement
    out.print(f"Отчётные даты: {', '.join(map(day, tried.dates))}. Проверено заново сдач: {tried.deliveries}.")
    if tried.adopted:
        out.print(f"Правила этих дат: {tried.adopted}; по ним же будут проверены и те, что придут позже.")
    if tried.turned:
        rows = [
            (one.institution_code, day(one.as_of), one.delivery,
             VERDICT_COUNTS[one.before], VERDICT_COUNTS[one.after])
            for one in tried.turned
        ]  # fmt: skip
        out.print(table("Сдачи с другим решением или замечаниями", HEADINGS, rows))
        out.print(f"Новых протоколов: {len(tried.turned)}.")
    if planned.figures:
        out.print(figures_table(planned.figures))
    elif tried.turned:
        out.print("Доли вовлечённых не изменятся.")
    if planned.receipts:
        out.print(f"Протоколов, которые не дописаны: {planned.receipts}.")
    if planned.waiting:
        out.print(f"Ждёт приёма файлов: {planned.waiting}.")
    if planned.nothing:
        out.print("Делать нечего: всё так, как было бы проверено сейчас.")


HEADINGS = ("Организация", "Дата", "Сдача", "Сейчас", "Стало бы")


def done_words(done: Restatement, summary: IntakeSummary, receipts: Path) -> str:
    """Tell what a backfill did."""
    from flows.cli.telling.words import intake_words

    if done.entry is None:
        told = "Пересматривать было нечего."
    else:
        told = f"Пересмотр № {done.entry.seq}: решения или замечания изменились у сдач: {len(done.turned)}."
        told += f"\nПротоколы: {receipts}" if done.turned and not summary.lines else ""
    return f"{told}\n{intake_words(summary, receipts)}" if summary.lines else told


COMMANDS = (backfill,)
