"""Commands about figures: kpi, release, rebuild."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put_figures, put_json
from flows.cli.frame.edge import DONE, REJECTED, Failed, installation, local, now, settings
from flows.cli.frame.kinds import Day, Moment, NewFolder, OneOf
from flows.cli.frame.progress import progress, stages
from flows.cli.frame.russian import Command, Option

NAMED = 5  # keys in one line; the rest are counted
STAGES = {
    "check": "Проверка перед выпуском",
    "count": "Подсчёт показателей",
    "prove": "Второй подсчёт, независимый",
    "write": "Запись выпуска",
}


@click.command(cls=Command)
@click.option("--as-of", cls=Option, type=Day(), help="Отчётная дата; по умолчанию все.")
@click.option(
    "--known-at",
    cls=Option,
    type=Moment(end_of_day=True),
    help="По сведениям на это время; день берётся целиком.",
)
@click.option("--definition", cls=Option, metavar="ВЕРСИЯ", help="Версия показателей; без неё — действующая на дату.")
@click.option("--breakdown", cls=Option, metavar="РАЗРЕЗ", help="Вместо показателей — разрез: form, age или category.")
@click.option(
    "--boundaries",
    cls=Option,
    type=OneOf(["then", "today"]),
    default="then",
    help="Организации, какими были (then) или какими стали (today).",
)
@form_option(CSV, JSON)
def kpi(
    as_of: date | None, known_at: datetime | None, definition: str | None, breakdown: str | None, boundaries: str,
    form: str,
) -> None:  # fmt: skip
    """Посчитать ряд показателей на любую дату и по любым сведениям."""
    from warehouse.indicators.breakdowns import breakdowns
    from warehouse.indicators.breaks import breaks
    from warehouse.indicators.series import boundaries_of, series
    from warehouse.journal.journal import known_by
    from warehouse.lineage.datasets import of_series
    from warehouse.lineage.events import observed
    from warehouse.release.changes import notes_on_boundaries

    with (
        installation() as home, home.reading() as connection, observed("kpi") as run, progress("Подсчёт показателей"),
    ):  # fmt: skip
        run.touched = of_series
        seq = known_by(connection, local(known_at, home.settings))
        today = boundaries_of(connection, seq, as_of) if boundaries == "today" else None
        notes = notes_on_boundaries(breaks(connection, seq, today)) if today else []
        if breakdown:
            dates = (as_of,) if as_of else None
            figures = breakdowns(connection, seq, dates, definition, codes=(breakdown,), boundaries=today)
        else:
            figures = series(connection, seq, as_of, definition, boundaries=today)
    if form != TABLE:
        put_figures(figures, form)
    elif breakdown:
        from flows.cli.telling.tables import show_breakdown

        show_breakdown(figures)
    else:
        from flows.cli.telling.tables import show_figures
        from warehouse.indicators.definitions import all_definitions

        show_figures(figures, {i.code: i.title for one in all_definitions().values() for i in one.indicators})
    for note in notes:
        click.echo(note, err=True)


@click.command(cls=Command)
@click.option("--as-of", cls=Option, type=Day(), required=True, help="Отчётная дата.")
@click.option(
    "-o", "--output", cls=Option, type=NewFolder(), help="Куда записать копию; по умолчанию только в releases."
)
@click.option("--dry-run", cls=Option, is_flag=True, help="Только проверить, можно ли выпустить; ничего не записывать.")
@form_option(JSON)
def release(as_of: date, output: Path | None, dry_run: bool, form: str) -> int:
    """Заморозить ряд и записать выпуск; последняя строка ответа — его папка.

    Перед выпуском проверяется всё, что может ему помешать; предупреждения пишутся отдельно от ответа.
    """
    if dry_run:
        return _rehearse(as_of, form)
    from warehouse.lineage.datasets import of_release
    from warehouse.lineage.events import observed
    from warehouse.proof import Unproved
    from warehouse.release.package import ReleaseDiffers
    from warehouse.release.publish import make_release
    from warehouse.watch.runs import watched

    at = now()
    warnings: list[str] = []
    try:
        with watched("release", settings()), installation(at, write=True) as home, observed("release") as run:
            with stages() as began:
                folder = make_release(home, as_of, at, output, warnings.append, lambda stage: began(STAGES[stage]))
            run.touched = lambda: of_release(folder)
    except (ReleaseDiffers, Unproved) as error:
        raise Failed(str(error)) from None
    if form == JSON:
        put_json({"as_of": as_of, "folder": folder, "warnings": warnings})
        return DONE
    for text in warnings:
        click.echo(text, err=True)
    click.echo(folder)
    return DONE


def _rehearse(as_of: date, form: str) -> int:
    from flows.cli.frame.screen import console, table
    from warehouse.gate.points import BLOCKS, LEVELS
    from warehouse.gate.rehearsal import rehearse
    from warehouse.release.wording import day

    with installation() as home, progress("Проверка перед выпуском"):
        points = rehearse(home, as_of, now())
    blocked = any(point.level == BLOCKS for point in points)
    if form == JSON:
        put_json({"as_of": as_of, "blocked": blocked, "points": points})
        return REJECTED if blocked else DONE
    rows = [(point.title, LEVELS[point.level], point.detail) for point in points]
    console().print(table(f"Проверка перед выпуском на {day(as_of)}", ("Что проверено", "Итог", "Подробности"), rows))
    console().print("Выпустить нельзя." if blocked else "Выпустить можно.")
    return REJECTED if blocked else DONE


@click.command(cls=Command)
@form_option(JSON)
def rebuild(form: str) -> None:
    """Пересоздать озеро и хранилище из полученных файлов и журнала."""
    from warehouse.ingestion.rebuild import rebuild as rebuild_all

    with installation(write=True) as home, progress("Пересоздание") as advance:
        summary = rebuild_all(home, advance)
        home.audit("rebuild", deliveries=summary.deliveries, releases=summary.releases)
    if form == JSON:
        put_json(summary)
        return
    loads, releases = summary.reference_loads, summary.releases
    click.echo(f"Пересоздано: сдач {summary.deliveries}, загрузок справочников {loads}, выпусков {releases}.")
    if summary.turned:
        click.echo(f"Вердикт не тот, что был, у сдач: {_named(summary.turned)}. Программа читает или судит их иначе.")
    if summary.moved:
        click.echo(f"Показатели не те, что в выпусках: {_named(summary.moved)}. Сами выпуски остались как есть.")


def _named(keys: list[str]) -> str:
    return ", ".join(keys[:NAMED]) + (f" и ещё {len(keys) - NAMED}" if len(keys) > NAMED else "")


COMMANDS = (kpi, release, rebuild)
