"""Temporary files of killed programs do not stay: the next to come takes them away, and nothing that is still needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.installations import installation, settings_for
from warehouse.installation.temporary import own_folder

GONE = "999999999"  # larger than any number of a process
MACHINE = os.uname().nodename


def test_whoever_writes_takes_away_what_killed_commands_left(tmp_path: Path) -> None:
    run = settings_for(tmp_path).run
    ours, *theirs = (run / f"tmp-{machine}-abc" for machine in (MACHINE, "another-machine", f"{MACHINE}-2"))
    for folder in (ours, *theirs):
        folder.mkdir(parents=True)
        (folder / "замечания.xlsx").write_text("names")
    with installation(tmp_path):
        assert not ours.exists()
    assert all(folder.exists() for folder in theirs)  # a home may be shared


def test_folders_of_the_dead_are_taken_away(tmp_path: Path) -> None:
    theirs = {f"another-machine-{GONE}", f"{MACHINE}-2-{GONE}"}
    for name in (f"{MACHINE}-{GONE}", *theirs, f"{MACHINE}-{os.getppid()}"):
        (tmp_path / name / "tmpx").mkdir(parents=True)
    own = own_folder(tmp_path)
    assert own.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in tmp_path.iterdir()} == {own.name, *theirs, f"{MACHINE}-{os.getppid()}"}


def test_a_run_that_outlives_its_worker_keeps_the_folder_it_works_in(tmp_path: Path) -> None:
    workplace = tmp_path / f"{MACHINE}-{GONE}" / "tmpx"
    workplace.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=workplace, stdin=subprocess.PIPE) as run:
        own_folder(tmp_path)
        assert workplace.is_dir()
        assert run.stdin
        run.stdin.close()
    own_folder(tmp_path)
    assert not workplace.parent.exists()


def test_a_folder_of_ones_own_begins_empty(tmp_path: Path) -> None:
    (own_folder(tmp_path) / "left").touch()
    assert list(own_folder(tmp_path).iterdir()) == []


def test_the_worker_has_its_temporary_files_in_the_home(tmp_path: Path) -> None:
    """Of the process that `flows.worker` becomes, its environment; Prefect itself is not waited for."""
    told = "import os, sys\nif 'prefect' in sys.orig_argv:\n    print(os.environ['TMPDIR'], os.getpid(), *sys.orig_argv[1:])\n    os._exit(0)\n"
    (tmp_path / "sitecustomize.py").write_text(told)
    environ = os.environ | {"NASTAVNIK_HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "flows.worker"]
    said = subprocess.run(command, env=environ, capture_output=True, text=True).stdout.split()
    place = tmp_path / "home/run/prefect/tmp" / f"{MACHINE}-{said[1]}"
    assert (said[0], place.is_dir()) == (str(place), True)
    assert " ".join(said[2:]) == "-m prefect worker start --pool nastavnik --name nastavnik"
