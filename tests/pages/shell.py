"""Lines of a page run by a real shell, whose `nastavnik` is forked from one process that has imported everything."""

from __future__ import annotations

import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.forked import Forked

CLIENT = """#!{python} -IS
import json, os, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({socket!r})
with asked.makefile("rw", encoding="utf-8") as talk:
    told = {{"words": sys.argv[1:], "environ": dict(os.environ), "cwd": os.getcwd()}}
    talk.write(json.dumps(told) + "\\n")
    talk.flush()
    answer = json.loads(talk.readline())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["ended"] if answer["ended"] > 1 else 0)  # 1: done, and something is rejected or amiss
"""
OUTSIDE = re.compile(r"(?<![\w.~$/}])/(?=(?:srv|data|etc|var|tmp)/)")  # folders of a machine, here of a throwaway one


@contextmanager
def programs(forked: Forked) -> Iterator[Path]:
    """Yield a folder for PATH, in which `nastavnik` is ours, as long as the context lasts."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = json.loads(self.rfile.readline())
            done = forked(asked["words"], asked["environ"], Path(asked["cwd"]))
            told = {"ended": done.returncode, "out": done.stdout.decode(), "err": done.stderr.decode()}
            self.wfile.write(json.dumps(told).encode() + b"\n")

    with TemporaryDirectory() as folder:
        place = f"{folder}/socket"
        program = Path(folder, "nastavnik")
        program.write_text(CLIENT.format(python=sys.executable, socket=place))
        program.chmod(0o700)
        with socketserver.UnixStreamServer(place, Answer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield Path(folder)
            server.shutdown()


def run(lines: str, root: Path, path: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run lines in a folder that is a whole machine to them, its user's home too; the first that fails ends them."""
    script = "set -euo pipefail\n" + OUTSIDE.sub(f"{root}/", lines)
    environ = {
        "HOME": str(root), "PATH": f"{path}:{os.environ['PATH']}:{Path(sys.executable).parent}", "LANG": "C.UTF-8", "COLUMNS": "120",
        "NASTAVNIK_SETTLE_SECONDS": "0", "NASTAVNIK_WORKERS": "1",
    }  # fmt: skip
    words = ["bash", "-c", script]
    return subprocess.run(words, cwd=root, env=environ, input=typed, capture_output=True, text=True, check=False)
