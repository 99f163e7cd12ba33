"""What an operator sees of channels that give nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.intake import intake
from tests.channels.servers import free_port
from tests.cli.conftest import runner
from tests.workbooks import submission, write
from warehouse.installation.settings import read_settings
from warehouse.watch.lastnight import last_night


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A home with one file in its own inbox, and a server that is not there."""
    write(tmp_path / "home/inbox/NSH-S007/a.zip", submission())
    return {"NASTAVNIK_INBOX": f"{tmp_path}/home/inbox sftp://school@127.0.0.1:{free_port()}/in"}


def test_a_silent_channel_holds_no_other_and_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    run = runner(tmp_path / "home")
    result = run("intake", "--received-at", "2022-01-10", **environ)
    assert result.exit_code == 3
    assert "принято целиком 1" in result.output
    (told,) = result.stderr.splitlines()
    assert told.startswith("Канал sftp://school@127.0.0.1:")
    assert told.endswith("/in: сервер не отвечает (ConnectionRefusedError).")
    settings = read_settings({"NASTAVNIK_HOME": str(tmp_path / "home"), **environ})
    assert last_night(settings) is None
    assert "каналы недоступны — sftp://school@127.0.0.1:" in run("doctor", **environ).output
    assert run("intake").exit_code == 0
    assert last_night(settings) is not None


def test_a_night_of_a_silent_channel_is_no_good_one(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow does its work, then fails: whoever is told of failed runs is told."""
    for name, value in ({"NASTAVNIK_HOME": str(tmp_path / "home")} | environ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("flows.intake.take_pending_task", list)
    monkeypatch.setattr("flows.intake.create_table_artifact", lambda **_: None)
    monkeypatch.setattr("flows.intake.leave_status", lambda: None)
    runner(tmp_path / "home")("intake", "--received-at", "2022-01-10", **environ)
    with pytest.raises(RuntimeError, match="Каналы недоступны: sftp://school@"):
        intake.fn()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sftp://school:word@127.0.0.1/in", "стоит пароль"),
        ("ftp://127.0.0.1/in", "не поддерживаются"),
        ("s3://bucket?endpoint=http://files.example", "ожидается https://"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(tmp_path: Path, url: str, reason: str) -> None:
    result = runner(tmp_path / "home")("intake", "--inbox", url)
    assert result.exit_code == 2
    assert reason in result.output
    assert "word" not in result.output
