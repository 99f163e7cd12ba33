"""What the channels' tests share: servers that run for all of them."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from expectations.sealing import StorageKeys
from tests.channels.dovecot import DOVECOT, Dovecot, dovecot
from tests.channels.servers import Proxy, s3_server
from tests.channels.sshd import SSHD, Sshd, sshd
from warehouse.channels import inboxes
from warehouse.storage.received import ReceivedFiles


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with s3_server(tmp_path_factory.mktemp("s3")) as port:
        yield port


@pytest.fixture
def proxy(s3: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(inboxes, "PAUSES", (0, 0))
    with Proxy(s3).running() as proxy:
        yield proxy


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try a request: what is away stays away."""
    from warehouse.channels import s3

    once = s3.Config(retries={"total_max_attempts": 1}, connect_timeout=2)
    monkeypatch.setattr(s3, "CONFIG", s3.CONFIG.merge(once))


@pytest.fixture
def client(s3: int, proxy: Proxy) -> Iterator[Any]:
    """A client that goes past the proxy: what senders do is no part of a fault."""
    import boto3
    from botocore.config import Config

    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{s3}", config=Config(max_pool_connections=20))
    yield client
    client.close()


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"inbox-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if not Path(SSHD).exists():
        pytest.skip("no OpenSSH server: apt-get install openssh-server")
    with sshd(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def root(ssh: Sshd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The server's folder, empty again after the test."""
    monkeypatch.setattr(inboxes, "PAUSES", (0, 0))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    yield ssh.root
    for one in ssh.root.iterdir():
        one.chmod(0o700)
        shutil.rmtree(one)


@pytest.fixture(scope="session")
def imap() -> Iterator[Dovecot]:
    if not Path(DOVECOT).exists():
        pytest.skip("no Dovecot: apt-get install dovecot-imapd")
    with TemporaryDirectory(prefix="imap-") as folder, dovecot(Path(folder)) as server:  # another user goes into it
        yield server


@pytest.fixture
def silence(caplog: pytest.LogCaptureFixture) -> Callable[[], AbstractContextManager]:
    """A block in which nobody logs anything, with every logger at DEBUG unless it has a level of its own."""

    @contextmanager
    def silent() -> Iterator[None]:
        with caplog.at_level(logging.DEBUG):
            yield
        assert {record.name.partition(".")[0] for record in caplog.records} <= {"asyncio"}

    return silent


@pytest.fixture
def received(tmp_path: Path) -> ReceivedFiles:
    return ReceivedFiles(tmp_path / "received", StorageKeys("00000000", {"00000000": bytes(range(32))}))
