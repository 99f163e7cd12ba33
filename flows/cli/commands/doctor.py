"""The command that looks whether everything works: doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import DONE, REJECTED, Failed, now, settings
from flows.cli.frame.kinds import WholeNumber
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option
from flows.cli.frame.screen import say

if TYPE_CHECKING:
    from warehouse.doctor.checks import Asked

WORDS = {"ok": "в порядке", "warn": "внимание", "fail": "сбой"}


@click.command(cls=Command)
@click.option(
    "--night", cls=Option, type=WholeNumber(most=87600), help="Только одно: был ли удачный приём за столько часов."
)
@click.option("--files", "whole", cls=Option, is_flag=True, help="И прочитать каждый хранимый файл: цел ли он. Долго.")
@click.option("--mail", cls=Option, is_flag=True, help="Отправить ответ на адреса NASTAVNIK_ALARM_TO.")
@form_option(JSON)
def doctor(night: int | None, whole: bool, mail: bool, form: str) -> int:
    """Проверить, всё ли работает, и сказать, что сделать: версии, расписания, часы, диск, ключи, права, справочники.

    Ничего не меняет. Код завершения 1 — что-то сломано.
    """
    from warehouse.doctor.answers import Level
    from warehouse.doctor.checks import CHECKS, FILES, Check, examine, worst
    from warehouse.doctor.nights import night_within

    own, at = settings(), now()
    if night is not None:
        answers = examine(own, at, [Check("night", "Ночной приём", night_within(night))])
    else:
        from flows.cli.commands.scheduled import SCHEDULES

        with progress("Проверка"):
            answers = examine(own, at, [*CHECKS, *[FILES] * whole, SCHEDULES])
    if form == JSON:
        put_json(_entries(answers))
    else:
        say(told(answers))
    if mail:
        from warehouse.doctor.telling import tell
        from warehouse.mail.server import MailFailed

        try:
            tell(own, _subject(answers), told(answers), at)
        except MailFailed as error:
            raise Failed(str(error)) from None
    return REJECTED if worst(answers) is Level.FAIL else DONE


def told(answers: list[Asked]) -> str:
    """Say answers a line each, and below it what to do."""
    lines = []
    for check, answer in answers:
        lines.append(f"{WORDS[answer.level]:<10} {check.title}: {answer.told}")
        if answer.advice:
            lines.append(f"{'':<10} → {answer.advice}")
    return "\n".join(lines)


def _subject(answers: list[Asked]) -> str:
    broken = [check.title for check, answer in answers if answer.level == "fail"]
    return f"Наставник: сбой — {', '.join(broken)}" if broken else "Наставник: проверка пройдена"


def _entries(answers: list[Asked]) -> list[dict]:
    return [
        {"check": check.name, "level": answer.level, "told": answer.told, "advice": answer.advice}
        for check, answer in answers
    ]


COMMANDS = (doctor,)
