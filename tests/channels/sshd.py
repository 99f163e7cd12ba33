"""OpenSSH on loopback, with a folder and keys of its own."""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.channels.servers import HOST, free_port, running
from warehouse.channels.address import Address, address_of

SSHD = "/usr/sbin/sshd"


@dataclass
class Sshd:
    """An OpenSSH server with a folder, its own key, and one key that is let in."""

    folder: Path
    port: int

    @property
    def root(self) -> Path:
        return self.folder / "files"

    def address(self, *options: str, key: str = "client") -> str:
        query = "&".join([f"key={self.folder / key}", *options])
        return f"sftp://{getpass.getuser()}@{HOST}:{self.port}{self.root}?{query}"

    @property
    def fingerprint(self) -> str:
        told = subprocess.run(
            ["ssh-keygen", "-lf", self.folder / "host.pub"], capture_output=True, text=True, check=True
        )
        return told.stdout.split()[1]


def pinned(ssh: Sshd, key: str = "client") -> Address:
    return address_of(ssh.address(f"hostkey={ssh.fingerprint}", key=key))


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """Run OpenSSH on loopback; what the key `listing` opens may list files and open none."""
    server = Sshd(folder, free_port())
    server.root.mkdir()
    for name in ("host", "client", "listing"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    listing = (folder / "listing.pub").read_text()
    allowed = [(folder / "client.pub").read_text(), f'command="internal-sftp -P open" {listing}']
    (folder / "authorized").write_text("".join(allowed))
    (folder / "config").write_text(
        f"ListenAddress {HOST}\nPort {server.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where Debian's sshd, started by root, insists to be
    with running(server.port, SSHD, "-D", "-e", "-f", str(folder / "config"), log=folder / "log"):
        yield server
