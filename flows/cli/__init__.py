"""The command line: `nastavnik COMMAND`."""

from flows.cli.root import cli


def main() -> None:
    """Run the command of this process's arguments and leave with its exit code."""
    cli.main()
