"""A proxy before a PostgreSQL server that takes away what a client waits for, at a message of one's choice."""

from __future__ import annotations

import select
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import sqlalchemy as sa

SOCKET = ".s.PGSQL.5432"
CHUNK = 65536
Act = Callable[[bytes, socket.socket], None]  # with the message, and where it was going


def lose_request(message: bytes, server: socket.socket) -> None:
    """The server never hears of it."""


def lose_reply(message: bytes, server: socket.socket) -> None:
    """The server does it, and nobody hears its answer."""
    server.sendall(message)
    server.recv(CHUNK)


class Proxy:
    """Passes everything on; at the `number`-th message with `word` it acts and ends that connection."""

    def __init__(self, server_url: str, word: bytes = b"COMMIT\0", number: int = 0, act: Act = lose_request) -> None:
        self._server, self._word, self._number, self._act = sa.make_url(server_url), word, number, act
        self.seen = 0

    def __enter__(self) -> Proxy:
        self._folder = Path(tempfile.mkdtemp(prefix="nastavnik-proxy-", dir="/tmp"))  # short: as tests/postgres.py says
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._folder / SOCKET))
        self._listener.listen()
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder)

    @property
    def struck(self) -> bool:
        """Whether the message came."""
        return 0 < self._number <= self.seen

    @property
    def url(self) -> str:
        """The database's URL by way of this proxy."""
        there = self._server.update_query_dict({"host": str(self._folder)})
        return there.render_as_string(hide_password=False)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(f"{self._server.query['host']}/{SOCKET}")
                while self._pass_on(client, server):
                    pass
            except OSError:
                return

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass one piece on, whichever way; tell whether the connection goes on."""
        for end in select.select([client, server], [], [])[0]:
            if not (piece := end.recv(CHUNK)):
                return False
            if end is server:
                client.sendall(piece)
                continue
            self.seen += self._word in piece
            if self.struck and self._word in piece and self.seen == self._number:
                self._act(piece, server)
                return False
            server.sendall(piece)
        return True
