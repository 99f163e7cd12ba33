"""Whatever is written is its owner's alone, under any umask; another user of the machine opens nothing."""

from __future__ import annotations

import json
import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked import COMMAND, Forked
from tests.installations import OWN
from tests.workbooks import submission, write

pytestmark = pytest.mark.slow
# A login with nothing of its own, where the tests run as root.
NOBODY = pwd.getpwnam("nobody")
NASTAVNIK = str(Path(sys.executable).with_name("nastavnik"))
COMMANDS = (
    "intake --received-at 2022-01-10",
    "status",
    "template --institution NSH-S007 --as-of 2021-12-31 -o {out}/template.xlsx",
    "persons queue -o {out}/queue.xlsx",
    "forms --institution NSH-S007",
    "forms --institution NSH-S007 -o {out}/forms/base.xlsx",
    "findings --format csv",
    "release --as-of 2021-12-31",
    "release --as-of 2021-12-31 -o {out}/release",
    "publish --release 2021-12-31-1",
    "publish --release 2021-12-31-1 -o {out}/public",
    "analysis",
    "sign --new-key {out}/key.pem",
    "sign {home}/releases/2021-12-31-1 --key {out}/key.pem --role начальник",
    "keys rotate",
    "rebuild",
    "backup -o {out}/backup",
)
FEW = tuple(command for command in COMMANDS if command.split()[0] in ("intake", "forms", "analysis"))
REMINDED = """
import sys
from datetime import datetime
from warehouse.mail.reminders import run_reminders
from warehouse.installation.settings import read_settings
own = read_settings()
run_reminders(own, datetime(2022, 4, 12, 12, tzinfo=own.timezone))
"""


@pytest.fixture(scope="module", params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def written(request: pytest.FixtureRequest, forked: Forked) -> Iterator[tuple[Path, Path]]:
    """A home and a folder for outputs after every command that writes; the folder above is open to all.

    Under the usual umask a few stand for the others: what the widest one leaves closed, it leaves closed.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as above:  # pytest closes its own folders to others
        Path(above).chmod(0o755)
        yield _written(Path(above), request.param, forked)


def _written(above: Path, umask: int, forked: Forked) -> tuple[Path, Path]:
    home, out = above / "home", above / "out"
    out.mkdir(mode=0o777)
    out.chmod(0o777)
    environ = os.environ | OWN | {"NASTAVNIK_HOME": str(home)}

    def run(words: str, code: str = COMMAND) -> None:
        done = forked(words.split(), environ, above, code=code, umask=umask)
        assert done.returncode == 0, (words, done.stdout.decode(), done.stderr.decode())

    run("status")
    for code in ("NSH-S007", "NSH-S008"):
        write(home / "inbox" / code / "a.xlsx", submission(code))
    for command in COMMANDS if umask == 0 else FEW:
        run(command.format(home=home, out=out))
    run("", REMINDED)
    return home, out


HOME = set(
    "received lake receipts releases public forms analysis outbox run inbox audit.jsonl key keyring.json".split()
)
OUT = set("template.xlsx queue.xlsx forms release public key.pem key.pem.pub backup".split())


def open_to_others(*folders: Path) -> dict[str, str]:
    """What others than the owner may do anything with; links show nothing of themselves."""
    found = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return {
        str(path): stat.filemode(path.stat().st_mode)
        for path in found
        if not path.is_symlink() and path.stat().st_mode & 0o077
    }


def test_everything_is_its_owners_alone(written: tuple[Path, Path]) -> None:
    """Those delivered lie as their sender put them, and the folder for outputs is not ours."""
    home, out = written
    senders = {str(path) for path in (home / "inbox").rglob("*")}
    found = {path: mode for path, mode in open_to_others(home, *out.iterdir()).items() if path not in senders}
    assert found == {}
    if (home / "public").exists():
        assert {path.name for path in home.iterdir()} >= HOME
        assert {path.name for path in out.iterdir()} == OUT


AS_ANOTHER = """
import errno, json, os, sys
opened = []
for path in json.load(sys.stdin):
    try:
        open(path)
        opened.append(path)
    except OSError as error:
        assert error.errno == errno.EACCES, (path, error)
print(json.dumps(opened))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user: the promise is untried here")
def test_another_user_gets_eacces(written: tuple[Path, Path]) -> None:
    home, out = written
    seen = subprocess.run(["ls", out], user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[], capture_output=True)
    assert seen.stdout  # what is above stands in nobody's way
    paths = [str(path) for folder in (home, *out.iterdir()) for path in (folder, *folder.rglob("*"))]
    done = subprocess.run(
        ["/usr/bin/env", "python3", "-c", AS_ANOTHER], input=json.dumps(paths), capture_output=True, text=True,
        user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[], env={"PATH": os.defpath}, cwd="/",
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    assert len(paths) > 30


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user: the promise is untried here")
def test_the_group_reads_the_analysts_file(written: tuple[Path, Path]) -> None:
    """One that was written to a folder of that group, whose members read it and do no more."""
    home, out = written
    shared = out.parent / "shared"
    shared.mkdir()
    os.chown(shared, 0, NOBODY.pw_gid)
    shared.chmod(0o2750)
    environ = os.environ | {"NASTAVNIK_HOME": str(home)}
    words = [NASTAVNIK, "analysis", "-o", str(shared / "a.duckdb")]
    subprocess.run(words, env=environ, check=True, capture_output=True)
    as_member = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": [], "env": {"PATH": os.defpath}}
    read = subprocess.run(["head", "-c", "12", shared / "a.duckdb"], capture_output=True, cwd="/", **as_member)
    assert read.stdout.endswith(b"DUCK")
    for words in (["touch", str(shared / "b")], ["cp", "/etc/hostname", str(shared / "a.duckdb")]):
        assert subprocess.run(words, capture_output=True, cwd="/", **as_member).returncode
