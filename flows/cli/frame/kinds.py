"""The kinds of values that parameters take: days, moments, words, numbers, files and folders."""

from __future__ import annotations

from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Day(click.ParamType):
    """A date, ГГГГ-ММ-ДД or ДД.ММ.ГГГГ."""

    name = "ДАТА"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007 (a day has no zone)
            except ValueError:
                continue
        raise click.BadParameter("ожидается дата, например 2021-12-31.", ctx, param)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from flows.cli.frame.suggestions import offered

        return offered(self.name, incomplete)


class Moment(click.ParamType):
    """A date or a date with time; without an offset it is in the installation's own zone, which `at` adds."""

    name = "ВРЕМЯ"

    def __init__(self, end_of_day: bool = False) -> None:
        self._time_of_day = time.max if end_of_day else time.min

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment = value if isinstance(value, datetime) else self._read(value)
        if moment is None or moment.year in (MINYEAR, MAXYEAR):  # in another zone they have no number
            raise click.BadParameter("ожидается дата или время, например 2021-12-31 или 2021-12-31T18:00.", ctx, param)
        return moment

    def _read(self, value: str) -> datetime | None:
        with suppress(ValueError):
            return datetime.combine(date.fromisoformat(value), self._time_of_day)
        with suppress(ValueError):
            return datetime.fromisoformat(value)
        return None


class OneOf(click.Choice):
    """One of a few words."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self.choices)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in self.choices:
            return value
        raise click.BadParameter(f"ожидается {' или '.join(self.choices)}.", ctx, param)


class RowOf(click.ParamType):
    """A row of a delivery: its key, a colon, the row of the sheet."""

    name = "СДАЧА:СТРОКА"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        delivery, colon, row = str(value).partition(":")
        if delivery and colon and row.isascii() and row.isdigit():
            return delivery, int(row)
        raise click.BadParameter("ожидается сдача и строка, например 0123456789abcdef:12.", ctx, param)


class WholeNumber(click.ParamType):
    """A whole number, not negative, and no greater than what it counts can be."""

    name = "ЧИСЛО"

    def __init__(self, most: int | None = None) -> None:
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if text.isascii() and text.isdigit() and (self._most is None or int(text) <= self._most):
            return int(text)
        most = "" if self._most is None else f", не больше {self._most}"
        raise click.BadParameter(f"ожидается целое неотрицательное число{most}.", ctx, param)


class ExistingFile(click.ParamType):
    """A file that is there."""

    name = "ФАЙЛ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if not path.is_file():
            raise click.BadParameter(f"нет такого файла: {click.format_filename(path)}", ctx, param)
        return path

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _path(incomplete, "file")


class ExistingFolder(click.ParamType):
    """A folder that is there."""

    name = "ПАПКА"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if not value or not path.is_dir():  # an empty name, of a variable that is not set, would be the current folder
            raise click.BadParameter(f"нет такой папки: {click.format_filename(value)}", ctx, param)
        return path

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _path(incomplete, "dir")


class NewPath(click.ParamType):
    """A place to write to."""

    name = "ПУТЬ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if not value:
            raise click.BadParameter("не сказано, куда записать.", ctx, param)
        if (file := next((one for one in path.absolute().parents if one.is_file()), None)) is not None:
            raise click.BadParameter(f"{click.format_filename(file)} — файл, в нём ничего не записать.", ctx, param)
        return path

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _path(incomplete, "file")


class NewFile(NewPath):
    """A file to write."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = super().convert(value, param, ctx)
        if path.is_dir():
            shown = click.format_filename(path)
            raise click.BadParameter(f"{shown} — папка, а нужен файл, например {shown}/имя.", ctx, param)
        return path


class NewFolder(NewPath):
    """A folder to write to, which may be there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = super().convert(value, param, ctx)
        if path.exists() and not path.is_dir():
            raise click.BadParameter(f"{click.format_filename(path)} — файл, а нужна папка.", ctx, param)
        return path


def _path(incomplete: str, kind: str) -> list[CompletionItem]:
    """Leave the completing of a path to the shell."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=kind)]
