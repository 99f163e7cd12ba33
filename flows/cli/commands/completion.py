"""The command that teaches a shell our words: completion."""

from __future__ import annotations

import click

from flows.cli.frame.kinds import OneOf
from flows.cli.frame.russian import Argument, Command

VARIABLE = "_NASTAVNIK_COMPLETE"  # by it the shell asks; a setting of ours begins without the underscore


@click.command(cls=Command)
@click.argument("shell", cls=Argument, type=OneOf(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Напечатать подсказки для клавиши Tab: команды, параметры, коды организаций, отчётные даты, выпуски.

    \b
    bash: nastavnik completion bash > ~/.local/share/bash-completion/completions/nastavnik
    zsh:  nastavnik completion zsh > ~/.zfunc/_nastavnik
    fish: nastavnik completion fish > ~/.config/fish/completions/nastavnik.fish

    Затем откройте новый терминал. Коды и даты берутся из хранилища, ключ для этого не нужен; пока идёт запись, их нет.
    """
    from click.shell_completion import get_completion_class

    root = context.find_root()
    made = get_completion_class(shell)
    assert made is not None and root.info_name is not None
    click.echo(made(root.command, {}, root.info_name, VARIABLE).source())


COMMANDS = (completion,)
