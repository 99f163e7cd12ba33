"""Commands in processes of their own that import nothing: forked from one that has imported all there is.

Every command has its environment, folder, umask, output and end to itself, as if it had been started; a second of
imports is spent once. What a start itself does is tested elsewhere, with real ones (tests/cli/test_edge.py).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.warehouse.dying_intake import serve

ROOT = Path(__file__).parents[1]
COMMAND = "from flows.cli import main; main()"
IMPORTED = ("expectations", "warehouse", "flows.cli")  # with all below them; nothing of Prefect


class Forked:
    """A process to fork commands from; it ends with the `with` block."""

    def __enter__(self) -> Forked:
        command = (sys.executable, "-m", "tests.forked")
        self._server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait(30)

    def __call__(
        self, words: list[str], environ: dict[str, str], cwd: Path, *, code: str = COMMAND, umask: int = 0o022
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command line, or other code in its place."""
        with TemporaryDirectory() as said:
            told = {"words": words, "environ": environ, "cwd": str(cwd), "code": code, "umask": umask, "said": said}
            (ended,) = self._ended([told])
            out, err = ((Path(said) / name).read_bytes() for name in ("out", "err"))
        return subprocess.CompletedProcess(words, ended, out, err)

    def call(self, module: str, times: int = 1, **arguments: object) -> list[int]:
        """Call `run` of a module, several times at once; return the exit codes, those of a signal below nothing."""
        code = f"from {module} import run; run(**{arguments!r})"
        with TemporaryDirectory() as said:
            told = {"words": [], "environ": dict(os.environ), "cwd": str(ROOT), "code": code, "umask": 0o077}
            return self._ended([told | {"said": said}] * times)

    def _ended(self, told: list[dict[str, Any]]) -> list[int]:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(told) + "\n")
        self._server.stdin.flush()
        return list(map(int, self._server.stdout.readline().split()))


def run(words: list[str], environ: dict[str, str], cwd: str, code: str, umask: int, said: str) -> None:
    """Become the command; its end is this process's."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # who asks is answered by nobody
    for handle, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{said}/{name}", os.O_WRONLY | os.O_CREAT, 0o600), handle)
    os.umask(umask)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["nastavnik", *words]
    ended: object = 0
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit as end:
        ended = end.code
    except BaseException:  # noqa: BLE001 — told as the interpreter would
        ended = 1
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a full disk
            stream.flush()
    os._exit(ended if isinstance(ended, int) else int(ended is not None))  # the libraries' threads were not forked


def _import_all() -> None:
    for name in IMPORTED:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(found.name)
    importlib.import_module("tests.installations")  # for those that are told what to call


if __name__ == "__main__":
    _import_all()
    serve(run)
