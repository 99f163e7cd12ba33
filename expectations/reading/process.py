"""The program of a reading process: it starts in a moment, for it is started anew for every intake."""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection


def main(handle: int) -> None:
    """Serve the parent at the other end of a pipe."""
    # Arrow imports it where it is to be had: a third of the start, for conversions that no reading asks for.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from expectations.reading.worker import serve

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us itself
    serve(Connection(handle))


if __name__ == "__main__":
    main(int(sys.argv[1]))
