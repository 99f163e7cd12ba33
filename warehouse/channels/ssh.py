"""A session with an SSH server known by its key; one that is lost is made anew by its next use.

The key is pinned in the address or stands in a known_hosts file: an unknown or another one is refused. We show a key
of our own, never a password.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar

import asyncssh

from warehouse.channels.address import Address
from warehouse.channels.channel import Changed, Cut, Denied, Unreachable, quieten

quieten("asyncssh")
ANSWER_SECONDS = 60.0  # to one request: a server that is silent longer is gone
END_SECONDS = 5.0  # for our own side of a connection to end
GONE = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
DENIED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure)
UNKNOWN = "ключ узла неизвестен или подменён; соединение прервано. Сверьте ключ с хозяином сервера."
NOT_LET_IN = "сервер не впускает: проверьте имя и свой ключ."
Answer = TypeVar("Answer")


class Pinned(asyncssh.SSHClient):
    """Knows a server by the fingerprint of its key."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Tell whether the server's key is the pinned one."""
        return key.get_fingerprint("sha256") == self._fingerprint


class Session:
    """One connection, made by its first use."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @cached_property
    def _runner(self) -> asyncio.Runner:
        return asyncio.Runner()

    @cached_property
    def _connection(self) -> asyncssh.SSHClientConnection:
        return self.wait(asyncssh.connect(self._address.host, **_how(self._address)))

    @cached_property
    def sftp(self) -> asyncssh.SFTPClient:
        """The server's files; a name that is no UTF-8 is kept as it is."""
        return self.wait(self._connection.start_sftp_client(path_errors="surrogateescape"))

    def wait(self, answer: Awaitable[Answer], seconds: float = ANSWER_SECONDS) -> Answer:
        """Return the answer to one request; what goes wrong becomes Changed, Denied, Cut or Unreachable."""
        try:
            return self._runner.run(self._in_time(answer, seconds))
        except GONE:
            raise Changed from None
        except DENIED:
            raise Denied from None
        except asyncssh.HostKeyNotVerifiable:
            raise Unreachable(UNKNOWN) from None
        except asyncssh.PermissionDenied:
            raise Unreachable(NOT_LET_IN) from None
        except (asyncssh.Error, OSError) as error:
            self.close()
            raise Cut(f"сервер не отвечает ({type(error).__name__}).") from None

    async def _in_time(self, answer: Awaitable[Answer], seconds: float) -> Answer:
        """Await an answer; a lost one fails with its connection: cancelled, it would go on to ask to close its file."""
        asked = asyncio.ensure_future(answer)
        await asyncio.wait({asked}, timeout=seconds)
        if asked.done():
            return asked.result()
        await self._abort()
        asked.cancel()  # where there was no connection yet
        await asyncio.wait({asked}, timeout=END_SECONDS)
        raise TimeoutError

    async def _abort(self) -> None:
        """End the connection where there is one, and whatever still waits for its server."""
        if "_connection" in self.__dict__:
            self._connection.abort()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._connection.wait_closed(), END_SECONDS)

    def close(self) -> None:
        """End the connection where there is one."""
        if "_runner" in self.__dict__:
            self._runner.run(self._abort())
            self._runner.close()
        for made in ("sftp", "_connection", "_runner"):
            self.__dict__.pop(made, None)


def _how(address: Address) -> dict[str, Any]:
    options = address.options
    how: dict[str, Any] = {"port": address.port or 22, "config": None, "connect_timeout": 10, "login_timeout": 20}
    if address.user:
        how["username"] = address.user
    try:
        if "key" in options:
            how |= {"client_keys": [asyncssh.read_private_key(options["key"])], "agent_path": None}
        if "known_hosts" in options:
            how["known_hosts"] = asyncssh.read_known_hosts(options["known_hosts"])
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"файл ключей не читается ({type(error).__name__}): см. key и known_hosts в адресе."
        ) from None
    if "hostkey" in options:
        how |= {"known_hosts": ([], [], []), "client_factory": lambda: Pinned(options["hostkey"])}
    return how
