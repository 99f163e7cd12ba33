"""The command line: `nastavnik COMMAND`."""

from flows.cli.root import cli
from warehouse.installation.faults import seal_process


def main() -> None:
    """Run the command of this process's arguments and leave with its exit code."""
    seal_process()
    cli.main()
