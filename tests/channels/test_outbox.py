"""Receipts put into a place elsewhere: a real S3 server, a real OpenSSH."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asyncssh import SFTPClient

from tests.channels.servers import Proxy, free_port
from tests.channels.sshd import Sshd, pinned
from tests.installations import settings_for
from warehouse.channels import sftp
from warehouse.channels.address import address_of
from warehouse.channels.outbox import send_receipts
from warehouse.installation.settings import Settings
from warehouse.receipts.writing import DOCUMENT, PROTOCOL

pytestmark = pytest.mark.slow
FIRST, SECOND = "NSH-S007/2021-12-31_1", "NSH-S008/2021-12-31_2"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path / "home")
    settings.run.mkdir(parents=True, exist_ok=True)
    receipt(settings, FIRST, "a")
    return settings


def receipt(settings: Settings, name: str, content: str) -> None:
    folder = settings.receipts / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in (PROTOCOL, DOCUMENT):
        (folder / file).write_text(f"{content} {file}")


def test_receipts_are_put_into_a_bucket_once(settings: Settings, client: Any, bucket: str, proxy: Proxy) -> None:
    url = f"s3://{bucket}/out?endpoint={client.meta.endpoint_url}"
    settings = replace(settings, outbox=address_of(url))

    def put() -> dict[str, str]:
        listed = client.list_objects_v2(Bucket=bucket).get("Contents", [])
        keys = [one["Key"] for one in listed]
        return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}

    assert send_receipts(settings) == {}
    assert put() == {f"out/{FIRST}/{name}": f"a {name}" for name in (DOCUMENT, PROTOCOL)}
    client.delete_object(Bucket=bucket, Key=f"out/{FIRST}/{PROTOCOL}")  # its school took it away
    receipt(settings, SECOND, "b")
    assert send_receipts(settings) == {}
    assert sorted(put()) == [f"out/{FIRST}/{DOCUMENT}", f"out/{SECOND}/{DOCUMENT}", f"out/{SECOND}/{PROTOCOL}"]
    receipt(settings, FIRST, "changed")
    assert send_receipts(settings) == {}
    assert put()[f"out/{FIRST}/{PROTOCOL}"] == f"changed {PROTOCOL}"


def test_what_a_broken_outbox_did_not_take_is_put_later(
    settings: Settings, client: Any, bucket: str, impatient: None, proxy: Proxy
) -> None:
    away = replace(settings, outbox=address_of(f"s3://{bucket}/out?endpoint=http://127.0.0.1:{free_port()}"))
    assert list(send_receipts(away).values()) == ["хранилище не отвечает (EndpointConnectionError)."]
    back = replace(settings, outbox=address_of(f"s3://{bucket}/out?endpoint={client.meta.endpoint_url}"))
    assert send_receipts(back) == {}
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 2


def test_receipts_are_put_over_sftp_once(settings: Settings, ssh: Sshd, root: Path) -> None:
    settings = replace(settings, outbox=pinned(ssh))
    assert send_receipts(settings) == {}
    assert {path.name: path.read_text() for path in (root / FIRST).iterdir()} == {
        name: f"a {name}" for name in (DOCUMENT, PROTOCOL)
    }
    (root / FIRST / PROTOCOL).unlink()
    receipt(settings, FIRST, "changed")
    receipt(settings, SECOND, "b")
    assert send_receipts(settings) == {}
    assert (root / FIRST / PROTOCOL).read_text() == f"changed {PROTOCOL}"
    assert (root / SECOND).exists()
    (root / FIRST / PROTOCOL).unlink()
    assert send_receipts(settings) == {}
    assert not (root / FIRST / PROTOCOL).exists()


def test_an_outbox_that_may_not_be_written_is_told(settings: Settings, ssh: Sshd, root: Path) -> None:
    faults = send_receipts(replace(settings, outbox=pinned(ssh, "listing")))
    assert list(faults.values()) == ["протоколы туда не кладутся: нет права на запись."]


def test_a_receipt_swept_away_half_written_is_told(
    settings: Settings, ssh: Sshd, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def swept(server: SFTPClient, folder: str, name: str, content: bytes) -> None:
        await server.posix_rename(f"{folder}/.{name}.part", f"{folder}/{name}")

    monkeypatch.setattr(sftp, "_written", swept)
    faults = send_receipts(replace(settings, outbox=pinned(ssh)))
    assert list(faults.values()) == ["папка на сервере не открывается: проверьте её имя и права."]
