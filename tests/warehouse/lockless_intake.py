"""An intake on a shared home whose file system honours no lock between machines: `python -m … HOME URL`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import warehouse.installation.home
from tests.warehouse.dying_intake import run


@contextmanager
def locked(*_: object, **__: object) -> Iterator[None]:
    yield


if __name__ == "__main__":
    warehouse.installation.home.locked = locked
    run(sys.argv[1], sys.argv[2], None)
