"""Servers on loopback for the channels' tests: S3 as a process, a proxy with faults before it, OpenSSH."""

from __future__ import annotations

import http.client
import pwd
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

START_SECONDS = 60.0
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection((HOST, port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"no server on {port}: {process.poll()}")


@contextmanager
def running(port: int, *command: str, log: Path, user: pwd.struct_passwd | None = None) -> Iterator[int]:
    """Run a server until the block ends."""
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with log.open("ab") as output, subprocess.Popen(command, stdout=output, stderr=output, **who) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()


def s3_server(folder: Path) -> AbstractContextManager[int]:
    port = free_port()
    return running(port, sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port), log=folder / "s3.log")


Fault = Callable[["Handler"], bool]  # true where it answered itself


@dataclass
class Proxy:
    """An S3 server with faults: one is taken from `faults` by each request that fetches an object."""

    behind: int
    port: int = 0
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    listing: Fault | None = None  # answers every listing itself

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        with ThreadingHTTPServer((HOST, 0), type("Own", (Handler,), {"proxy": self})) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        faults = self.proxy.faults
        self.proxy.asked.append(self.path)
        if self.proxy.listing and not self.of_object:
            self.proxy.listing(self)
        elif not (faults and self.of_object and faults.pop(0)(self)):
            status, headers, body = self.forwarded()
            self.answer(status, headers, body)

    @property
    def of_object(self) -> bool:
        return "list-type=2" not in self.path

    def forwarded(self) -> tuple[int, dict[str, str], bytes]:
        inner = http.client.HTTPConnection(HOST, self.proxy.behind, timeout=30)
        inner.request("GET", self.path, headers=dict(self.headers))
        answer = inner.getresponse()
        body = answer.read()
        inner.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in ("connection", "date")}
        return answer.status, kept | {"Content-Length": str(len(body))}, body

    def answer(self, status: int, headers: dict[str, str], body: bytes, sent: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        if sent is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def error(status: int, code: str) -> Fault:
    """Answer with an error of S3."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>".encode()

    def answer(handler: Handler) -> bool:
        handler.answer(status, {"Content-Type": "application/xml", "Content-Length": str(len(body))}, body)
        return True

    return answer


def listing(objects: int, page: int = 1000) -> Fault:
    """Answer with pages of so many objects, one for each sender: to put them all takes a server minutes."""

    def answer(handler: Handler) -> bool:
        query = parse_qs(urlsplit(handler.path).query)
        start = int(query.get("continuation-token", ["0"])[0])
        more = start + page < objects
        listed = "".join(
            f"<Contents><Key>in/S{n}/a.xlsx</Key><LastModified>2022-01-10T00:00:00Z</LastModified>"
            f"<ETag>&quot;{n}&quot;</ETag><Size>1</Size></Contents>"
            for n in range(start, min(start + page, objects))
        )
        told = f"<NextContinuationToken>{start + page}</NextContinuationToken>" if more else ""
        body = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{told}{listed}</ListBucketResult>".encode()
        handler.answer(200, {"Content-Type": "application/xml", "Content-Length": str(len(body))}, body)
        return True

    return answer


def cut(handler: Handler) -> bool:
    """Send nine tenths of the body and close."""
    status, headers, body = handler.forwarded()
    handler.answer(status, headers, body, sent=len(body) * 9 // 10)
    return True


def before(act: Callable[[], object]) -> Fault:
    """Do something on the server just before the request reaches it."""

    def answer(handler: Handler) -> bool:
        act()
        return False

    return answer


@contextmanager
def cutting(behind: int, after: list[int], *, silent: bool = False) -> Iterator[int]:
    """Run a proxy of bytes; each connection is cut once `after` bytes of its turn came back, the last is not cut.

    One cut `silent` stays open, and nothing more comes through it.
    """
    listener = socket.create_server((HOST, 0))

    def pump(source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while chunk := source.recv(16384):
                passed += len(chunk)
                if most is None or passed <= most:
                    target.sendall(chunk)
                elif not silent:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, behind))
            most = after.pop(0) if after else None
            threading.Thread(target=pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=pump, args=(server, client, most), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
