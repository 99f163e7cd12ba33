"""Commands about figures: kpi, release, verify, rebuild."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from flows.cli.edge import FAILED, Failed, installation, local, now
from flows.cli.progress import progress
from flows.cli.russian import Command, Day, ExistingFolder, Moment, NewPath, OneOf, Option


@click.command(cls=Command)
@click.option("--as-of", cls=Option, type=Day(), help="Отчётная дата; по умолчанию все.")
@click.option(
    "--known-at",
    cls=Option,
    type=Moment(end_of_day=True),
    help="По сведениям на это время; день берётся целиком.",
)
@click.option("--definition", cls=Option, metavar="ВЕРСИЯ", help="Версия показателей; по умолчанию новейшая.")
@click.option("--format", "form", cls=Option, type=OneOf(["table", "csv", "json"]), default="table", help="Вид ответа.")
def kpi(as_of: date | None, known_at: datetime | None, definition: str | None, form: str) -> None:
    """Посчитать ряд показателей на любую дату и по любым сведениям."""
    from warehouse.indicators.series import series
    from warehouse.journal import known_by

    with installation() as home, home.reading() as connection:
        seq = known_by(connection, local(known_at, home.settings))
        figures = series(connection, seq, as_of, definition)
    if form == "csv":
        from warehouse.release.extract import render_csv

        click.echo(render_csv(figures).decode(), nl=False)
    elif form == "json":
        from warehouse.listing import figures_json

        click.echo(figures_json(figures))
    else:
        from flows.cli.tables import show_figures
        from warehouse.indicators.definitions import definitions

        show_figures(figures, {one.code: one.title for one in definitions(definition).indicators})


@click.command(cls=Command)
@click.option("--as-of", cls=Option, type=Day(), required=True, help="Отчётная дата.")
@click.option("-o", "--output", cls=Option, type=NewPath(), help="Куда записать копию; по умолчанию только в releases.")
def release(as_of: date, output: Path | None) -> None:
    """Заморозить ряд и записать выпуск; последняя строка ответа — его папка."""
    from warehouse.release.package import ReleaseDiffers
    from warehouse.release.publish import make_release

    at = now()
    try:
        with installation(at, write=True) as home:
            click.echo(make_release(home, as_of, at, output))
    except ReleaseDiffers as error:
        raise Failed(str(error)) from None


@click.command(cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ПАПКА")
def verify(folder: Path) -> int:
    """Доказать выпуск: хеши, совпадение файлов, арифметика. Сеть не нужна."""
    from warehouse.release.package import verify as disagreements

    wrong = disagreements(folder)
    for line in wrong:
        click.echo(line, err=True)
    click.echo("Выпуск не доказан." if wrong else "Выпуск доказан: файлы целы и согласны между собой.")
    return FAILED if wrong else 0


@click.command(cls=Command)
def rebuild() -> None:
    """Пересоздать озеро и хранилище из полученных файлов и журнала."""
    from warehouse.rebuild import rebuild as rebuild_all

    with installation(write=True) as home, progress("Пересоздание") as advance:
        summary = rebuild_all(home, advance)
    loads, releases = summary.reference_loads, summary.releases
    click.echo(f"Пересоздано: сдач {summary.deliveries}, загрузок справочников {loads}, выпусков {releases}.")


COMMANDS = (kpi, release, verify, rebuild)
