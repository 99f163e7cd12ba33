"""Commands about the packed lake: made for another engine, and counted on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame.answers import put
from flows.cli.frame.edge import installation
from flows.cli.frame.kinds import ExistingFolder, NewFile, NewFolder
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Group, Misused, Option

if TYPE_CHECKING:
    import pyarrow as pa


@click.group(cls=Group)
def lake() -> None:
    """Озеро в немногих файлах Parquet: те же показатели считает и другая машина, и Spark."""


@lake.command("pack", cls=Command)
@click.option("-o", "--output", cls=Option, type=NewFolder(), required=True, help="Папка озера.")
def pack(output: Path) -> None:
    """Записать всё, из чего считаются показатели, в файлы Parquet без личных сведений.

    Вместо токенов людей в них псевдонимы одного этого озера. Если озеро в папке уже есть, в него дописывается новое.
    """
    from warehouse.storage.packing import pack as pack_all

    with installation() as home, home.reading() as connection, progress("Запись озера"):
        home.audit("lake pack")
        files = pack_all(connection, output.absolute(), home.ring.tokens)
    click.echo(f"Записано файлов: {files}.")
    click.echo(output)


@lake.command("kpi", cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ОЗЕРО")
@click.option("--spark", cls=Option, metavar="АДРЕС", help="Считать на Spark: local[*] или spark://машина:7077.")
@click.option("--state", cls=Option, type=NewFile(), metavar="ФАЙЛ", help="Хранить счёт и считать только новое.")
def kpi(folder: Path, spark: str | None, state: Path | None) -> None:
    """Посчитать ряд показателей по озеру: CSV, дата за датой.

    Без --spark считает DuckDB, в памяти до 2 ГБ. На Spark — те же запросы и те же числа; озеро должно лежать
    под одним путём на каждой его машине. С --state числа прежних сдач не пересчитываются; когда нового больше,
    чем сдачи, всё считается заново, и причина называется.
    """
    from warehouse.indicators.large import everything, series_of
    from warehouse.installation.settings import Misconfigured
    from warehouse.storage.packed import packed

    if not any(folder.glob("*/**/*.parquet")):
        raise Misconfigured(
            f"{folder}: это не озеро, файлов Parquet в нём нет. Запишите его: nastavnik lake pack -o ПАПКА."
        )
    if state is not None:
        if spark is not None:
            raise Misused("--state не сочетается с --spark.")
        _printed(_of_state(folder.absolute(), state.absolute()))
        return
    with packed(folder.absolute()) as opened:
        if spark is None:
            dated = series_of(opened, everything(opened))
        else:
            from warehouse.indicators.on_spark import series_on_spark, session

            with session(spark) as running:
                dated = iter(list(series_on_spark(running, opened, everything(opened))))
        _printed(_watched(dated))


def _printed(dated: Iterator[pa.Table]) -> None:
    from warehouse.release.extract import render_csv

    for number, figures in enumerate(dated):
        text = render_csv(figures).decode()
        put(text.split("\n", 1)[1] if number else text)


def _of_state(folder: Path, state: Path) -> Iterator[pa.Table]:
    """Bring a state up to date, and yield its figures."""
    from warehouse.indicators.incremental.refresh import kept_figures, refresh

    with progress("Подсчёт показателей"):
        whole, figures = refresh(folder, state)
    click.echo(f"Посчитано всё: {whole}." if whole else f"Обновлено показателей: {figures}.", err=True)
    yield from kept_figures(state)


def _watched(dated: Iterator[tuple[Any, pa.Table]]) -> Iterator[pa.Table]:
    """Yield the figures of one date after another; a bar stands only while the next is counted."""
    while True:
        with progress("Подсчёт показателей"):
            found = next(dated, None)
        if found is None:
            return
        yield found[1]


COMMANDS = (lake,)
