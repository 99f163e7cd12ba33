"""A server that nobody looks after: each alarm reaches a mail box; a delivery comes out of S3; a backup is made meanwhile."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from prefect.states import Pending

from flows.automations import ALARMS, bring
from tests.channels.servers import s3_server
from tests.copies.test_copies import bare, whole
from tests.flows.mail import Postbox, mail_server
from tests.flows.served import api, session_of, started, stopped, url_in, wait_for
from tests.forked import ROOT
from tests.installations import COLLECTED, rows, settings_for
from tests.workbooks import submission, write
from warehouse.copies.folder import CopiesFolder
from warehouse.copies.restore import restore
from warehouse.installation.home import opened
from warehouse.tables.tables import table
from warehouse.watch.lastnight import note_night

pytestmark = pytest.mark.slow
MASTER = "0123456789abcdef" * 4
ANCHOR = "docs/engineers/operations.md#тревоги"
MISHAPS = """
import os, sys, time
if "prefect.engine" in sys.orig_argv:
    import flows.intake as night
    from flows.failures import without_values

    @without_values
    def compute(*told):
        import duckdb
        os.rename(os.environ["BUSY"], os.environ["BUSY"] + ".begun")
        while True:
            duckdb.sql("SELECT count(*) FROM range(9000) a, range(9000) b WHERE a.range * b.range % 7 = 1").fetchall()

    if os.path.exists(os.environ["NO_TIME"]):
        night.intake.timeout_seconds = 4
        night.take_pending = lambda *told: time.sleep(300)
    elif os.path.exists(os.environ["BUSY"]):
        night.take_pending = compute
"""
SOON = timedelta(seconds=10)  # the least a server takes: no other run may be about meanwhile
AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "deliveries"


class Unattended:
    """What a server went through; told once, asked by every test."""

    def __init__(self, folder: Path, mail: tuple[str, Postbox], s3: int) -> None:
        self.folder, self.post, self.s3 = folder, mail[1], f"http://127.0.0.1:{s3}"
        self.home, self.copies = folder / "home", folder / "copies"
        (folder / "site").mkdir()
        (folder / "site/sitecustomize.py").write_text(MISHAPS)
        self.environ = AWS | {
            "NASTAVNIK_KEY": MASTER, "NASTAVNIK_SMTP_URL": mail[0], "NASTAVNIK_MAIL_FROM": "nastavnik@example.org",
            "NASTAVNIK_ALARM_TO": "operator@example.org", "NASTAVNIK_BACKUP": str(self.copies),
            "NASTAVNIK_INBOX": f"s3://{BUCKET}/in?endpoint={self.s3}&region=us-east-1",
            "PYTHONPATH": os.pathsep.join((str(folder / "site"), str(ROOT))), "NO_TIME": str(folder / "no-time"), "BUSY": str(folder / "busy"),
            "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3", "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
        }  # fmt: skip
        settings_for(self.home, NASTAVNIK_KEY=MASTER)
        self._put("NSH-S007")
        self.process = started(self.home, folder / "output", **self.environ)
        try:
            wait_for(lambda: url_in(folder / "output") or self.process.poll() is not None, "server")
            with api(url_in(folder / "output") or "", self.home) as client:
                self._go_through(client)
        finally:
            stopped(self.process)

    def _go_through(self, client: Any) -> None:
        self.client, self.deployments = client, {one.name: one.id for one in client.read_deployments()}
        self.ends = [self._end(self._begin(), self._meanwhile)]
        self.ends.append(self._never_begun())
        self.ends.append(self._while_busy(signal.SIGTERM))
        self.ends.append(self._hung())
        (self.folder / "no-time").touch()
        self.ends.append(self._end(self._begin()))
        (self.folder / "no-time").unlink()
        self._pause(True)
        late = self._begin()
        wait_for(lambda: client.read_flow_run(late).state.name == "Late", "late run")
        self._pause(False)
        self.ends.append(self._end(late))
        self._letters_sent()
        self._told_again()
        wait_for(lambda: not self._held(), "free places")  # the last alarm's run ends after its letter

    def _told_again(self) -> None:
        """Raise an alarm twice for one event, as a server does that found its database busy."""
        told = {"what": ALARMS["nastavnik: failed"][1], "run": "twice, told", "event": str(uuid4())}
        for _ in range(2):
            self._end(self.client.create_flow_run_from_deployment(self.deployments["alarm"], parameters=told).id)

    def _held(self) -> list[str]:
        limits = self.client.read_global_concurrency_limits(limit=100, offset=0)
        return [one.name for one in limits if one.active_slots]

    def _begin(self) -> Any:
        return self.client.create_flow_run_from_deployment(self.deployments["intake"]).id

    def _while_busy(self, number: int) -> str:
        """Send a signal to a run that computes; return how it ends."""
        (self.folder / "busy").touch()
        self.busy = run = self._begin()
        wait_for(lambda: (self.folder / "busy.begun").exists(), "busy run")
        (self.folder / "busy.begun").unlink()
        self._signal(run, number)
        return self._end(run)

    def _never_begun(self) -> str:
        """Have a run that no worker knows of, and an alarm in the one place that alarms have."""
        with self._impatient(begun_within=SOON):
            alarm = self._unknown_to_workers("alarm", {"what": "Запуск оборвался", "run": "alarm, nobody's"})
            kpi = self._unknown_to_workers("kpi", {})
            self.alarm = self._end(alarm)
            return self._end(kpi)

    def _unknown_to_workers(self, name: str, told: dict[str, Any]) -> Any:
        deployment = self.deployments[name]
        return self.client.create_flow_run_from_deployment(deployment, parameters=told, state=Pending()).id

    def _hung(self) -> str:
        """Let a run hang, before its first heartbeat has gone out."""
        with self._impatient(silent_after=SOON):
            ended = self._while_busy(signal.SIGSTOP)
            self._signal(self.busy, signal.SIGKILL)
            return ended

    @contextmanager
    def _impatient(self, **within: timedelta) -> Iterator[None]:
        """Have the server give runs up sooner, while there is no other."""
        self._letters_sent()
        bring(self.client, self.deployments["alarm"], **within)
        yield
        bring(self.client, self.deployments["alarm"])

    def _letters_sent(self) -> None:
        """Wait for a letter for each run but the first, which was a good one."""
        wait_for(lambda: len(self.post.received) >= len(self.ends) - 1, "letter")

    def _end(self, run: Any, meanwhile: Any = None) -> str:
        if meanwhile:
            wait_for(self._engine, "process of the run")
            meanwhile()
        wait_for(lambda: self.client.read_flow_run(run).state.is_final(), "end of the run")
        return self.client.read_flow_run(run).state.name

    def _engine(self) -> list[int]:
        """Return the processes of runs."""
        words = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in session_of(self.process)}
        return [pid for pid, said in words.items() if b"prefect.engine" in said]

    def _signal(self, run: Any, number: int) -> None:
        """Send a signal to the process of a run; alarms have theirs."""
        wanted = f"PREFECT__FLOW_RUN_ID={run}\0".encode()
        for pid in self._engine():
            if wanted in Path(f"/proc/{pid}/environ").read_bytes():
                os.kill(pid, number)

    def _meanwhile(self) -> None:
        """Make backups in processes of their own while the intake works."""
        self.backups = [self.command("backup") for _ in range(3)]

    def _pause(self, paused: bool) -> None:
        from prefect.client.schemas.actions import WorkPoolUpdate

        self.client.update_work_pool("nastavnik", WorkPoolUpdate(is_paused=paused))

    def _put(self, sender: str) -> None:
        client = boto3.client("s3", endpoint_url=self.s3, aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")  # fmt: skip
        client.create_bucket(Bucket=BUCKET)
        made = write(self.folder / "sent" / "a.xlsx", submission(sender))
        client.put_object(Bucket=BUCKET, Key=f"in/{sender}/отчёт.xlsx", Body=made.read_bytes())

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command line as systemd does."""
        environ = os.environ | self.environ | {"NASTAVNIK_HOME": str(self.home)}
        program = Path(sys.executable).with_name("nastavnik")
        return subprocess.run([program, *words], env=environ, capture_output=True, text=True, cwd=self.folder)

    def letters(self) -> list[str]:
        return [letter.get_content() for letter in self.post.received]


@pytest.fixture(scope="module")
def unattended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unattended]:
    folder = tmp_path_factory.mktemp("unattended")
    with mail_server() as mail, s3_server(folder) as s3:
        yield Unattended(folder, mail, s3)


def test_the_runs_ended_each_in_its_way(unattended: Unattended) -> None:
    """Undisturbed, never begun, stopped in mid-query, hung, out of time, late; the server gives two up, and their places."""
    assert unattended.ends == ["Completed", "Crashed", "Crashed", "Crashed", "TimedOut", "Completed"]


def test_an_alarm_that_never_began_is_given_up_and_raises_none(unattended: Unattended) -> None:
    """It holds the place of those after it; that of the run which never began either came all the same."""
    assert unattended.alarm == "Crashed"
    assert not [text for text in unattended.letters() if "Запуск: alarm" in text]


def test_an_event_is_told_once(unattended: Unattended) -> None:
    assert len([text for text in unattended.letters() if "Запуск: twice, told" in text]) == 1


@pytest.mark.parametrize(
    ("name", "flows"),
    [
        ("nastavnik: crashed", ["intake", "intake", "kpi"]),
        ("nastavnik: timed out", ["intake"]),
        ("nastavnik: late", ["intake"]),
    ],
)
def test_an_alarm_of_the_server_reaches_the_operator(unattended: Unattended, name: str, flows: list[str]) -> None:
    letters = sorted(text for text in unattended.letters() if text.startswith(ALARMS[name][1]))
    assert [re.findall(r"Запуск: (\w+), ", text) for text in letters] == [[one] for one in flows]
    assert all(ANCHOR in text for text in letters)


def test_a_night_without_an_intake_is_told_from_outside(unattended: Unattended) -> None:
    """What the systemd units run: the question, and the letter where the answer is no."""
    assert unattended.command("doctor", "--night", "26").returncode == 0
    settings = settings_for(unattended.home, NASTAVNIK_KEY=MASTER)
    note_night(settings, datetime.now(UTC) - timedelta(hours=27))
    asked = unattended.command("doctor", "--night", "26")
    assert asked.returncode == 1
    before = len(unattended.post.received)
    assert unattended.command("doctor", "--mail").returncode == 1
    (letter,) = unattended.letters()[before:]
    assert ANCHOR in letter
    assert "27 ч назад" in letter


def test_a_delivery_comes_out_of_s3(unattended: Unattended) -> None:
    with opened(settings_for(unattended.home, NASTAVNIK_KEY=MASTER), COLLECTED) as home:
        assert rows(home, table("deliveries"), "institution_code", "verdict") == [("NSH-S007", "accepted")]
    assert list(unattended.home.glob("receipts/NSH-S007/*")) != []


def test_backups_made_meanwhile_are_whole(unattended: Unattended, tmp_path: Path) -> None:
    assert [made.returncode for made in unattended.backups] == [0, 0, 0], unattended.backups
    for name in CopiesFolder(unattended.copies).names():
        there = bare(tmp_path / name, key=MASTER)
        restored = restore(there, CopiesFolder(unattended.copies), datetime.now(UTC), name)
        assert restored.differing == []
    assert unattended.command("backup").returncode == 0
    last = bare(tmp_path / "last", key=MASTER)
    restore(last, CopiesFolder(unattended.copies), datetime.now(UTC))
    assert whole(last) == whole(settings_for(unattended.home, NASTAVNIK_KEY=MASTER))
