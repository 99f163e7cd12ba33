"""The command that shows the whole job on made-up deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.edge import settings
from flows.cli.frame.kinds import OneOf, WholeNumber
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    from warehouse.synthetic.demo import DateDone

ORDER_NUMBER = 632  # any number does; this one is the order's


@click.command(cls=Command)
@click.option(
    "--size",
    cls=Option,
    type=OneOf(["town", "region"]),
    default="town",
    help="town — город из приказа, пять лет; region — 1 500 организаций на одну дату.",
)
@click.option(
    "--seed",
    cls=Option,
    type=WholeNumber(),
    default=ORDER_NUMBER,
    help="Число, от которого зависят вымышленные сведения.",
)
@click.option("--open", "show", cls=Option, is_flag=True, help="Открыть отчёт в браузере.")
@click.option("--fresh", cls=Option, is_flag=True, help="Удалить прежнюю демонстрацию из NASTAVNIK_HOME.")
def demo(size: str, seed: int, show: bool, fresh: bool) -> None:
    """Показать всю работу на вымышленных сведениях: от книг школ до выпуска.

    Нужна пустая папка NASTAVNIK_HOME. Одно и то же число --seed даёт одни и те же книги.
    """
    from flows.cli.telling.summary import show_summary
    from warehouse.synthetic import demo as job

    of_demo = job.prepare_home(settings(), fresh=fresh)
    world = job.make_world(size, seed, of_demo.run / "reference")
    places, dates = len(world.setting.institutions), len(world.setting.dates)
    click.echo(f"Организаций: {places}, отчётных дат: {dates}. Все люди вымышлены.")
    with progress("Книги школ") as advance:
        written = _Counter(advance)
        waves = job.write_deliveries(of_demo, world, seed, written)
    click.echo(f"Написано книг: {written.done}. Приём по мере поступления:")
    with job.demonstration(of_demo, world, waves) as home, progress("Чтение файлов") as advance:
        for done in job.go_through(home, waves, advance):
            click.echo(_date_words(done))
    show_summary(of_demo.home, done.release)
    if show:
        click.launch(str(done.release / "report.html"))


class _Counter:
    """Counts files as they are written."""

    def __init__(self, advance: object) -> None:
        self.done, self._advance = 0, advance

    def __call__(self, files: int) -> None:
        self.done += files
        self._advance(self.done, None)  # type: ignore[operator]


def _date_words(done: DateDone) -> str:
    from flows.cli.telling.words import verdict_words

    received = f"получено {done.verdicts.total()}: {verdict_words(done.verdicts)}"
    return f"  {done.as_of:%d.%m.%Y}: {received}. Выпуск {done.release.name}"


COMMANDS = (demo,)
