"""Dovecot on loopback, over TLS, with one box."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.channels.servers import HOST, free_port, running
from tests.flows.mail import certificate

DOVECOT = "/usr/sbin/dovecot"
BOX, PASSWORD = "box", "s3cret"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/mail.pem
ssl_key = <{folder}/mail.key
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
"""


@dataclass
class Dovecot:
    """An IMAP server over TLS with one box."""

    folder: Path
    port: int

    def address(self, *options: str, folder: str = "INBOX") -> str:
        query = "&".join([f"ca={self.folder}/mail.pem", f"netrc={self.folder}/netrc", *options])
        return f"imaps://{BOX}@{HOST}:{self.port}/{folder}?{query}"


@contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """Run Dovecot on loopback; started by root it works as nobody: it gives root no mail."""
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    server = Dovecot(folder, free_port())
    certificate(folder)
    (folder / "users").write_text(f"{BOX}:{{PLAIN}}{PASSWORD}\n")
    (folder / "netrc").write_text(f"machine {HOST} login {BOX} password {PASSWORD}\n")
    names = {"user": owner.pw_name, "group": grp.getgrgid(owner.pw_gid).gr_name, "uid": owner.pw_uid}
    (folder / "config").write_text(CONFIG.format(folder=folder, port=server.port, gid=owner.pw_gid, **names))
    user = None
    if os.geteuid() == 0:
        user = owner
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    with running(server.port, DOVECOT, "-F", "-c", str(folder / "config"), log=folder / "log", user=user):
        yield server
