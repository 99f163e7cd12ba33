"""A few places of the sweep (`make sweep`): a fault at a call that the kernel counts, then the same command again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pytest

from tests.faults.calls import Call, changing_calls
from tests.faults.kinds import KINDS
from tests.faults.town import COMMANDS
from tests.faults.trial import STRACE, Subject
from tests.forked import ROOT, Forked
from tests.installations import COLLECTED

LOG = """\
openat(AT_FDCWD</tmp>, "/tmp/home/a", O_RDONLY) = 3</tmp/home/a>
openat(AT_FDCWD</tmp>, "/tmp/home/.b", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 3</tmp/home/.b>
write(1<pipe:[7]>, ""..., 9) = 9
write(3</tmp/home/.b>, ""..., 9) = 9
fsync(3</tmp/home/.b>) = 0
rename("/tmp/home/.b", "/tmp/home/b") = 0
unlink("/tmp/other") = 0
--- SIGCHLD {si_signo=SIGCHLD} ---
sync() = 0
+++ exited with 0 +++
"""


def test_only_what_changes_the_home_is_swept(tmp_path: Path) -> None:
    """Numbers count all calls of a name about a path, as strace does; what is of another place is passed over."""
    log = tmp_path / "log"
    log.write_text(LOG)
    assert changing_calls(log, Path("/tmp/home")) == [
        Call("openat", 1, ".b"), Call("write", 1, ".b"), Call("fsync", 1, ".b"), Call("rename", 1, ".b"),
        Call("sync", 1, ""),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def traced(forked: Forked) -> Forked:
    try:
        works = subprocess.run([STRACE, "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        pytest.skip("strace is not installed, or may not trace here")
    return forked


@pytest.fixture(scope="module")
def subject(traced: Forked, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Subject]:
    return cache(lambda name: Subject.of(COMMANDS[name], traced, tmp_path_factory.mktemp(name)))


def test_a_new_file_of_duckdb_is_whole_or_absent(traced: Forked, tmp_path: Path) -> None:
    """Killed at each of its writes: a file that was cut short was never opened again, by no later run."""
    path, most = tmp_path / "w.duckdb", 20
    for number in range(1, most):
        strace = [STRACE, "-o", "/dev/null", "-e", "trace=pwrite64", "-e", f"inject=pwrite64:signal=KILL:when={number}"]
        code = f"from tests.faults.within import begin; begin({COLLECTED.isoformat()!r}, {strace!r}); "
        code += f"from warehouse.installation.engine import make_file; make_file('duckdb:///{path}')"
        if traced([], {"PATH": os.defpath}, ROOT, code=code).returncode == 0:
            break
        assert not path.exists()
    assert 3 < number < most
    duckdb.connect(str(path)).close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "kind", "name", "path", "which"),
    [
        ("intake", "kill", "fdatasync", "warehouse.duckdb.wal", -1),
        ("intake", "full", "write", "lake/", 3),
        ("intake", "io", "fdatasync", "vault.duckdb.wal", 0),  # SQLAlchemy logged the driver's words
        ("rotate", "full", "pwrite64", "warehouse.duckdb.fresh", 3),  # the copy was taken without its rows
        pytest.param("release", "kill", "rename", "releases/", 0, marks=pytest.mark.thorough),
    ],
)
def test_the_same_command_again_reaches_the_same_state(
    subject: Callable[[str], Subject], command: str, kind: str, name: str, path: str, which: int
) -> None:
    struck = subject(command)
    call = [call for call in struck.calls if call.name == name and path in call.path][which]
    assert struck.strike(KINDS[kind], call) == []
    assert struck.missed == 0


@pytest.mark.slow
@pytest.mark.parametrize("command", ["intake", "first"])  # the first also loads the order's own reference files
def test_files_are_forced_to_the_disk_before_a_commit_names_them(
    subject: Callable[[str], Subject], command: str
) -> None:
    """What a kill leaves in the kernel's memory a power cut takes: no test can cut it, the order tells."""
    order = [
        "commit" if call.name == "fdatasync" and call.path == "warehouse.duckdb.wal" else call.name
        for call in subject(command).calls
        if call.name in ("sync", "fdatasync") or (call.name == "write" and call.path.startswith(("lake", "received")))
    ]
    written = [place for place, what in enumerate(order) if what == "write"]
    assert written
    for place in written:
        assert "sync" in order[place : order.index("commit", place)]
