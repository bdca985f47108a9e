"""The commands that show what is known: status, explain, settings; the file of settings, and the script for shells."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.messages import say
from crawler.program.given import FOLDER, execute, open_settings, read_given, with_folder, with_notes
from crawler.program.layout import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPLETION = "_NOTEMEND_COMPLETE"
"""The environment variable by which a shell asks for completions."""


@click.command("status", cls=Command, help=say("command_status"))
@with_folder
def status(folder: str | None, settings: Sequence[str], arguments: Sequence[str]) -> int:
    """Show the status of the link database."""
    from crawler.actions.looking import show_status

    return execute(read_given(settings, arguments, folder), show_status)


@click.command("explain", cls=Command, help=say("command_explain"))
@click.argument("url", metavar="URL")
@with_notes
def explain(url: str, folder: str | None, settings: Sequence[str], arguments: Sequence[str]) -> int:
    """Explain the verdict of a link."""
    from crawler.actions.looking import explain_link

    return execute(read_given(settings, arguments, folder), partial(explain_link, text=url))


@click.command("init", cls=Command, help=say("command_init"))
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
def init(folder: str | None) -> int:
    """Write a file of settings beside the notes."""
    from crawler.actions.initializing import write_settings

    return write_settings(Path(folder or "."))


@click.command("settings", cls=Command, help=say("command_settings"))
@with_folder
@click.option("--json", "as_json", is_flag=True, help=say("option_settings_json"))
@click.option("--ours", is_flag=True, hidden=True)  # Scrapy's command of this name needs it
def settings(
    folder: str | None,
    settings: Sequence[str],
    arguments: Sequence[str],
    *,
    as_json: bool,
    ours: bool,  # noqa: ARG001
) -> int:
    """List the settings with their sources."""
    from crawler.actions.settings import list_settings

    return list_settings(open_settings(read_given(settings, arguments, folder)), as_json=as_json)


@click.command("completion", cls=Command, help=say("command_completion"))
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the script that makes a shell complete commands and options."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - the shells are those that click knows
    click.echo(found(ctx.find_root().command, {}, "notemend", COMPLETION).source())
    return 0
