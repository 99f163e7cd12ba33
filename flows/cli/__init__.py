"""The command line: `nastavnik COMMAND`."""

import gc

from flows.cli.root import cli
from warehouse.installation.faults import seal_process

GARBAGE = (20_000, 50, 100)  # objects, and collections of the younger: most of what a command makes stays until its end


def main() -> None:
    """Run the command of this process's arguments and leave with its exit code."""
    gc.set_threshold(*GARBAGE)
    seal_process()
    cli.main()
