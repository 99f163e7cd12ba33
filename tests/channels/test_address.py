"""Addresses of channels: what can be meant, and what is refused without being quoted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.installations import settings_for
from warehouse.channels.address import Address, address_of, channels_in, own_inbox
from warehouse.channels.faults import last_faults, note_faults
from warehouse.installation.settings import Misconfigured, read_settings

S3 = "s3://inbox/town/in?endpoint=http://127.0.0.1:9000"
SFTP = "sftp://school@files.example:2222/in?hostkey=SHA256:a+b/c"


def test_an_address_is_shown_without_its_options() -> None:
    assert str(address_of(SFTP)) == "sftp://school@files.example:2222/in"
    assert address_of(SFTP).options == {"hostkey": "SHA256:a+b/c"}
    assert address_of("s3://inbox/%D0%B3%D0%BE%D0%B4%20+1").path == "год +1"


@pytest.mark.parametrize(
    ("text", "own", "elsewhere"),
    [
        ("", None, []),
        ("/мои файлы, разные", "/мои файлы, разные", []),
        (S3, None, [S3]),
        (f"/inbox, {S3} {SFTP}", "/inbox", [S3, SFTP]),
        (f"file:///a%20b {S3}", "/a b", [S3]),
    ],
)
def test_a_setting_names_one_folder_and_places_elsewhere(text: str, own: str | None, elsewhere: list[str]) -> None:
    assert own_inbox(text) == (Path(own) if own else None)
    assert [one.text for one in channels_in(text)] == elsewhere


def test_another_process_is_told_the_same_places(tmp_path: Path) -> None:
    settings = read_settings({"NASTAVNIK_INBOX": f"{tmp_path} {S3}"})
    again = read_settings({"NASTAVNIK_INBOX": settings.inboxes})
    assert (again.inbox, again.channels) == (tmp_path, settings.channels)


REFUSED = {
    "a password": ("sftp://school:s3cret@files.example/in", "стоит пароль"),
    "an empty password": ("sftp://school:@files.example/in", "стоит пароль"),
    "another kind": ("ftp://s3cret.example/in", "«ftp://» не поддерживаются"),
    "no host": ("sftp:///s3cret", "неполон"),
    "a port that is none": ("sftp://files.example:s3cret/in", "не разобран"),
    "an unknown option": ("s3://inbox?secret_key=s3cret", "неизвестно secret_key"),
    "an open endpoint": ("s3://inbox?endpoint=http://s3cret.example", "ожидается https://"),
    "an endpoint with a password": ("s3://inbox?endpoint=https://a:s3cret@s.example", "ожидается https://"),
    "an endpoint like loopback": ("s3://inbox?endpoint=http://127.0.0.1.s3cret.example", "ожидается https://"),
    "nobody who may write letters": ("imaps://box@s3cret.example/INBOX", "не задано authserv, senders"),
    "two folders": ("/s3cret /b s3://inbox", "только одна"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_not_quoted(text: str, reason: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_settings({"NASTAVNIK_INBOX": text})
    assert reason in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("text", ["/receipts", "imaps://box@mail.example/INBOX?senders=a&authserv=none"])
def test_receipts_go_to_a_bucket_or_a_server_alone(text: str) -> None:
    with pytest.raises(Misconfigured, match="NASTAVNIK_OUTBOX"):
        read_settings({"NASTAVNIK_OUTBOX": text})


def test_faults_are_told_of_channels_that_are_still_set(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, NASTAVNIK_INBOX=S3)
    settings.run.mkdir(exist_ok=True)
    assert last_faults(settings) == {}
    note_faults(settings, {"s3://inbox/town/in": "нет", "sftp://gone/": "нет"})
    assert last_faults(settings) == {"s3://inbox/town/in": "нет"}
    assert last_faults(settings_for(tmp_path)) == {}
    note_faults(settings, {str(settings.inbox): "нет"})  # our own folder is one of them
    assert last_faults(settings_for(tmp_path)) == {str(settings.inbox): "нет"}
    note_faults(settings, {})
    assert last_faults(settings) == {}


def test_a_folder_alone_costs_no_library_of_the_others() -> None:
    """A night with nothing new is mostly imports; one of these costs as much as all else."""
    code = "import sys, warehouse.ingestion.intake, warehouse.channels.outbox; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"warehouse.channels.opening"} <= set(loaded)
    assert {"boto3", "botocore", "asyncssh", "imapclient"} & set(loaded) == set()


def test_a_channel_of_the_same_place_is_the_same() -> None:
    assert address_of(S3) == address_of(S3)
    assert isinstance(hash(address_of(S3)), int)
    assert address_of(S3) != Address("s3", "inbox", "town")
