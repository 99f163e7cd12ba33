"""An OpenLineage collector on loopback: keeps what it is sent, or misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Collector:
    """`answer` is the HTTP status; `patience` makes it wait that long before it answers."""

    url: str = ""
    answer: int = 201
    wait: float = 0.0
    events: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running_collector(answer: int = 201, wait: float = 0.0) -> Iterator[Collector]:
    """Start a collector in a thread; a slow one stops waiting when the test is over."""
    collector = Collector(answer=answer, wait=wait)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.paths.append(self.path)
            collector.events.append(json.loads(body))
            if collector.wait:
                collector.released.wait(collector.wait)
            self.send_response(collector.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
