"""Click in Russian: help pages and usage errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import BadArgumentUsage, NoSuchCommand

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

HEADINGS = {"Options": "Параметры", "Commands": "Команды", "Positional arguments": "Что указать"}
WIDTH = 100  # characters of a help page on a wide terminal


class Formatter(click.HelpFormatter):
    """A help page with Russian headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Использование: ")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(HEADINGS[name]):
            yield


class Context(click.Context):
    """A context whose help pages are Russian."""

    formatter_class = Formatter

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **{"max_content_width": WIDTH} | extra)


class Option(click.Option):
    """An option whose obligation is told in Russian."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (record[0], record[1].replace("[required]", "[обязательно]"))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return super().shell_complete(ctx, incomplete) or _offered(self.metavar, incomplete)


class Argument(click.Argument):
    """An argument whose words the shell may offer."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return super().shell_complete(ctx, incomplete) or _offered(self.metavar, incomplete)


def _offered(metavar: str | None, incomplete: str) -> list[CompletionItem]:
    from flows.cli.frame.suggestions import offered

    return offered(metavar or "", incomplete)


class Command(click.Command):
    """A command with a Russian help page."""

    context_class = Context

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[ПАРАМЕТРЫ]"} | extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        return _first_words(self.help)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_russian(super().get_help_option(ctx))


class Group(click.Group):
    """A group of commands with a Russian help page."""

    context_class = Context
    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **extra: Any) -> None:
        words = {"options_metavar": "[ПАРАМЕТРЫ]", "subcommand_metavar": "КОМАНДА …"}
        super().__init__(*args, **words | extra)

    def get_short_help_str(self, limit: int = 45) -> str:
        return _first_words(self.help)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_russian(super().get_help_option(ctx))


def _first_words(text: str | None) -> str:
    """Return the first sentence up to what it explains."""
    return re.split(r"[.:;\n]", (text or "").strip(), maxsplit=1)[0]


def _in_russian(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Показать эту справку."
    return option


class Misused(click.UsageError):
    """A command that makes no sense, in words of our own."""


def explained(error: click.UsageError) -> str:
    """Say in Russian what is wrong with a command that click refused."""
    match error:
        case Misused():
            return error.message
        case click.NoSuchOption():
            return f"Нет параметра {error.option_name}.{_perhaps(error.possibilities)}"
        case NoSuchCommand():
            return f"Нет команды {error.command_name}.{_perhaps(error.possibilities)}"
        case click.MissingParameter():
            return f"Не указано: {_name(error.param)}."
        case click.BadParameter():
            return f"Неверно задано {_name(error.param)}: {error.message}"
        case click.BadOptionUsage():
            return f"Параметр {error.option_name} задан неверно: проверьте, нужно ли ему значение."
        case BadArgumentUsage():
            return "Указано не столько значений, сколько нужно."
    return "Команда не закончена или в ней есть лишнее."


def _perhaps(possibilities: list[str] | None) -> str:
    return f" Возможно, имелось в виду: {', '.join(possibilities)}." if possibilities else ""


def _name(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.metavar or parameter.human_readable_name
    return " или ".join(parameter.opts) if parameter else "значение"
