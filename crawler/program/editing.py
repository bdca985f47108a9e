"""The commands that show, make and undo edits, write the outputs, tend the images, and take the user's word."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from crawler.errors import UserError
from crawler.messages import say
from crawler.program.given import execute, read_given, with_folder, with_notes
from crawler.program.layout import Command

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("diff", cls=Command, help=say("command_diff"))
@with_folder
def diff(folder: str | None, settings: Sequence[str], arguments: Sequence[str]) -> int:
    """Show the edits of `apply`."""
    from crawler.actions.publishing import show_diff

    return execute(read_given(settings, arguments, folder), show_diff)


@click.command("apply", cls=Command, help=say("command_apply"))
@with_folder
@click.option("--edits", "listed", metavar="FILE", type=click.Path(), help=say("option_edits"))
def apply(folder: str | None, settings: Sequence[str], arguments: Sequence[str], listed: str | None) -> int:
    """Edit the notes and render the outputs."""
    from crawler.actions.publishing import publish_outputs

    return execute(read_given(settings, arguments, folder), partial(publish_outputs, in_place=True, listed=listed))


@click.command("undo", cls=Command, help=say("command_undo"))
@with_folder
@click.option("--run", type=int, metavar="N", help=say("option_run"))
def undo(folder: str | None, settings: Sequence[str], arguments: Sequence[str], run: int | None) -> int:
    """Restore the notes that `apply` edited."""
    from crawler.actions.publishing import undo_edits

    return execute(read_given(settings, arguments, folder), partial(undo_edits, number=run))


@click.command("publish", cls=Command, help=say("command_publish"))
@with_folder
@click.option("--in-place", is_flag=True, hidden=True)  # the names of Scrapy's command for `apply` and `diff`
@click.option("--diff", "is_diff", is_flag=True, hidden=True)
def publish(
    folder: str | None, settings: Sequence[str], arguments: Sequence[str], *, in_place: bool, is_diff: bool
) -> int:
    """Render the outputs."""
    from crawler.actions.publishing import publish_outputs, show_diff

    if in_place and is_diff:
        raise UserError(say("error_both", command="publish", options="--in-place, --diff"))
    work = show_diff if is_diff else partial(publish_outputs, in_place=in_place)
    return execute(read_given(settings, arguments, folder), work)


@click.command("images", cls=Command, help=say("command_images"))
@with_folder
@click.option("--verify", is_flag=True, help=say("option_verify"))
@click.option("--gc", "collect", is_flag=True, help=say("option_gc"))
@click.option("--delete", is_flag=True, help=say("option_delete"))
@click.option("--copy-from", metavar="PLACE", help=say("option_copy_from"))
def images(
    folder: str | None,
    settings: Sequence[str],
    arguments: Sequence[str],
    *,
    verify: bool,
    collect: bool,
    delete: bool,
    copy_from: str | None,
) -> int:
    """Copy, verify and collect images."""
    from crawler.actions.images import ImageTasks, tend_images

    tasks = ImageTasks(copy_from, verify, collect, delete)
    return execute(read_given(settings, arguments, folder), partial(tend_images, tasks=tasks))


@click.command("vouch", cls=Command, help=say("command_vouch"))
@click.argument("url", metavar="URL")
@click.option("--alive", is_flag=True, help=say("option_alive"))
@click.option("--dead", is_flag=True, help=say("option_dead"))
@click.option("--remove", is_flag=True, help=say("option_remove"))
@click.option("--until", metavar="DATE", help=say("option_until"))
@click.option("--because", metavar="TEXT", help=say("option_because"))
@with_notes
def vouch(
    url: str,
    folder: str | None,
    settings: Sequence[str],
    arguments: Sequence[str],
    *,
    alive: bool,
    dead: bool,
    remove: bool,
    until: str | None,
    because: str | None,
) -> int:
    """Save or remove a vouch."""
    from crawler.actions.vouching import VouchWords, vouch_for
    from crawler.models.link import Verdict

    if alive + dead + remove > 1:
        raise UserError(say("error_both", command="vouch", options="--alive, --dead, --remove"))
    verdict = (Verdict.ALIVE if alive else Verdict.DEAD) if alive or dead else None
    words = VouchWords(verdict, until, because, remove)
    return execute(read_given(settings, arguments, folder), partial(vouch_for, text=url, words=words))
