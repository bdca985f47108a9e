"""The command that asks about each edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.messages import say
from crawler.program.given import execute, read_given, with_folder
from crawler.program.layout import Command

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("review", cls=Command, help=say("command_review"))
@with_folder
def review(folder: str | None, settings: Sequence[str], arguments: Sequence[str]) -> int:
    """Ask about each edit of `apply`, and make those that are accepted."""
    from crawler.actions.publishing import review_edits

    return execute(read_given(settings, arguments, folder), review_edits)
