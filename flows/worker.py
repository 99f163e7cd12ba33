"""Prefect's worker with a folder inside the home for its temporary files: `python -m flows.worker [OPTION...]`.

For each run Prefect makes two folders, which it leaves where it is killed; the next worker takes them away.
"""

from __future__ import annotations

import os
import sys

from flows.serving import POOL
from warehouse.installation.settings import read_settings
from warehouse.installation.temporary import own_folder

FOLDER = "tmp"  # below Prefect's own


def main(options: list[str]) -> None:
    """Become the worker, with the same process number; options are those of `prefect worker start`."""
    os.umask(0o077)
    os.environ["TMPDIR"] = str(own_folder(read_settings().run / "prefect" / FOLDER))
    words = ("-m", "prefect", "worker", "start", "--pool", POOL, *(options or ("--name", POOL)))
    os.execv(sys.executable, (sys.executable, *words))


if __name__ == "__main__":
    main(sys.argv[1:])
