"""The edge of a command: settings and clock come in, exit codes and error codes go out."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame import alphabet
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Group, explained
from warehouse.installation.faults import fault_of

if TYPE_CHECKING:
    from warehouse.installation.home import Home
    from warehouse.installation.settings import Settings

DONE, REJECTED, MISUSED, FAILED = 0, 1, 2, 3
FAULTS = {
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "исчерпана квота на диске",
    errno.EACCES: "нет прав на файл или папку",
    errno.EPERM: "нет прав на файл или папку",
    errno.EROFS: "диск только для чтения",
    errno.EIO: "диск не отвечает",
    errno.EFBIG: "файл больше дозволенного",
}
STOPPED = "Прервано; сделанное до этого осталось целым."
UNREACHED = "OperationalError/OperationalError"  # of psycopg, which has no code for a connection that was not made


class Failed(Exception):
    """A command that cannot do its work, for a reason told to the operator as it is."""


class Edge(Group):
    """The outermost group: whatever a command ends with becomes an exit code and, at most, a line."""

    def main(self, args: Any = None, *_: Any, **__: Any) -> Any:
        os.umask(0o077)  # whatever a command writes, and wherever, is its owner's alone
        words = list(sys.argv[1:] if args is None else args)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors=alphabet.NAME)  # a terminal without Cyrillic must not stop the work
        sys.exit(_leave(self._code(words)))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _silence(1)  # the reader left: nobody is to be told
            return DONE

    def _code(self, words: list[str]) -> int:
        with _stops() as stopped:
            try:
                return super().main(words, "nastavnik", standalone_mode=False) or DONE
            except Exception as error:  # noqa: BLE001 (the one boundary: texts of errors may quote people's cells)
                return _failed(error, words, stopped=stopped())
            except KeyboardInterrupt:
                return _told(STOPPED, FAILED)


@contextmanager
def _stops() -> Iterator[Callable[[], bool]]:
    """Give what tells whether Ctrl+C came meanwhile: while DuckDB computes, it makes an error of its own of it."""
    came: list[int] = []

    def come(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # a shell may have it ignored
        yield lambda: False
        return
    signal.signal(signal.SIGINT, come)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _failed(error: Exception, words: list[str], *, stopped: bool) -> int:
    """Tell what a command ended with, and return its exit code."""
    from warehouse.installation.settings import Misconfigured

    if isinstance(error, click.UsageError):
        return _misused(error)
    if isinstance(error, Misconfigured):
        return _told(str(error), MISUSED)
    if isinstance(error, Failed):
        return _told(str(error), FAILED)
    if stopped or isinstance(error, click.Abort):
        return _told(STOPPED, FAILED)
    if "--trace" in words:
        _trace(error)
    return _told(f"Сбой: {_reason(error)}. Незаконченное отменено, команду можно повторить.", FAILED)


def _say(text: str) -> None:
    """Tell the operator; the log it goes to may lie on a disk that is full, and the exit code tells it all the same."""
    with suppress(OSError):
        click.echo(text, err=True)


def _told(text: str, code: int) -> int:
    from flows.cli.frame.screen import printable

    _say(printable(text))
    return code


def _leave(code: int) -> int:
    """Let nothing unsaid change the exit code: the interpreter would try to say it once more, and end with its own."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:  # closed by who started us
                stream.flush()
        except OSError as error:
            _silence(number)
            unsaid = number == 1 and not isinstance(error, BrokenPipeError)
            code = FAILED if unsaid and code in (DONE, REJECTED) else code
    return code


def _silence(number: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _misused(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        _say(error.format_message())
        return MISUSED
    if error.ctx is not None:
        _say(error.ctx.get_usage())
    _say(explained(error))
    if error.ctx is not None:
        _say(f"Справка: {error.ctx.command_path} --help")
    return MISUSED


def _reason(error: BaseException) -> str:
    """Name an error by its kind and place, never by its text."""
    if isinstance(error, MemoryError):
        return "не хватило памяти"
    if (damage := _damage(error)) is not None:
        return damage
    fault = fault_of(error)
    if fault.code == UNREACHED:
        return "база не отвечает или не пускает; проверьте, что сервер работает, и адрес в NASTAVNIK_WAREHOUSE_URL"
    if fault.errno in FAULTS:
        return FAULTS[fault.errno]
    module, _, line = fault.place.rpartition(":")
    return f"код {fault.code}" + (f" в {module.replace('.', '/')}.py, строка {line}" if module else "")


def _damage(error: BaseException) -> str | None:
    """Say what is wrong with sealed bytes."""
    from expectations.sealing import Damaged, NoSuchKey

    if isinstance(error, NoSuchKey):
        return f"данные зашифрованы ключом хранения {error}, которого в связке нет"
    if isinstance(error, Damaged) and str(error):
        return f"сохранённый файл {error} повреждён или подменён; как вернуть его, скажет nastavnik doctor --files"
    if isinstance(error, Damaged):
        return "сохранённый файл или личные сведения повреждены, подменены или не зашифрованы"
    return None


def _trace(error: BaseException) -> None:
    """Print where an error and its causes passed, without their texts."""
    chain = error
    while chain is not None:
        click.echo(f"{type(chain).__name__}:", err=True)
        click.echo("".join(traceback.format_tb(chain.__traceback__)), err=True)
        chain = chain.__cause__ or chain.__context__  # type: ignore[assignment]


def settings() -> Settings:
    """Read the settings of this process."""
    from warehouse.installation.settings import Misconfigured, read_settings

    own = read_settings()
    if any(place.exists() and not place.is_dir() for place in (own.home, *own.home.parents)):
        raise Misconfigured(f"NASTAVNIK_HOME: {own.home} — не папка. Назовите папку, где всё хранится.")
    return own


def now() -> datetime:
    """Read the clock: the only place where a command does."""
    return datetime.now(UTC)


def local(moment: datetime | None, of: Settings) -> datetime | None:
    """Give a moment typed without an offset the zone of the installation."""
    return moment.replace(tzinfo=of.timezone) if moment is not None and moment.tzinfo is None else moment


@contextmanager
def installation(at: datetime | None = None, *, write: bool = False) -> Iterator[Home]:
    """Open the installation of this process; `at` is the time that what happens now is known from."""
    from warehouse.installation.home import opened

    with ExitStack() as closing:
        with progress("Ждём хранилище"):
            home = closing.enter_context(opened(settings(), at or now(), write=write))
        yield home
