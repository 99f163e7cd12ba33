"""Who decides, as a parameter."""

from __future__ import annotations

import getpass

import click

from flows.cli.frame.russian import Option

decided_by = click.option(
    "--by",
    cls=Option,
    metavar="КТО",
    callback=lambda context, option, told: told or getpass.getuser(),
    help="Кто решил; по умолчанию имя учётной записи.",
)
