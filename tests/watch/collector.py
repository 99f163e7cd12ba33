"""An OpenTelemetry collector of the tests' own, a process: OTLP over HTTP, protobuf decoded by the protocol's own library.

It keeps the bytes it was sent in a folder, a file a request, beside the same decoded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {"/v1/traces": ExportTraceServiceRequest, "/v1/metrics": ExportMetricsServiceRequest}
ROOT = Path(__file__).parents[2]


class Collector:
    """What a running one got so far."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def spans(self) -> list[dict]:
        return self._of("traces", "resourceSpans", "scopeSpans", "spans")

    def metrics(self) -> list[dict]:
        return self._of("metrics", "resourceMetrics", "scopeMetrics", "metrics")

    def _of(self, kind: str, resources: str, scopes: str, things: str) -> list[dict]:
        told = [json.loads(path.read_text()) for path in sorted(self.folder.glob(f"{kind}-*.json"))]
        return [
            thing
            for one in told
            for resource in one[resources]
            for scope in resource[scopes]
            for thing in scope[things]
        ]


@contextmanager
def running_collector(folder: Path) -> Iterator[Collector]:
    """Start one on a free port of loopback."""
    command = [sys.executable, "-m", "tests.watch.collector", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Collector(process.stdout.readline().strip(), folder)
    finally:
        process.kill()
        process.wait()


def serve(folder: Path) -> None:
    """Collect until killed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/x-protobuf"
            told = REQUESTS[self.path].FromString(body)
            kind, number = self.path.rpartition("/")[2], len(list(folder.iterdir()))
            (folder / f"{kind}-{number:03}.bin").write_bytes(body)
            (folder / f"{kind}-{number:03}.json").write_text(json.dumps(MessageToDict(told)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
