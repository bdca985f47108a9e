"""`notemend`: finds the command of a command line, runs it, and tells its errors in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import prepare_streams, print_error, until_closed
from crawler.errors import UserError
from crawler.messages import say
from crawler.program import crawling, editing, looking, reviewing
from crawler.program.layout import Program, error_line
from crawler.text import describe_os_error

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    *(crawling.crawl, crawling.check, editing.diff, reviewing.review, editing.apply, editing.undo),
    *(looking.status, looking.explain, editing.vouch, editing.images, editing.publish),
    *(looking.init, looking.settings, looking.completion),
)
"""The commands, in the order of the help."""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


def _print_version(ctx: click.Context, _param: click.Parameter, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"notemend {version('notemend')}")
        ctx.exit()


program = Program(
    "notemend",
    commands={str(command.name): command for command in COMMANDS},
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help=say("option_version"),
        )
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run(words: Sequence[str]) -> int:
    """Run the command of a command line and return its exit code."""
    prepare_streams()
    code = 0
    try:
        with until_closed():
            code = program.main(words, "notemend", looking.COMPLETION, standalone_mode=False) or 0
    except click.UsageError as error:
        print_error(error_line(error))
    except UserError as error:
        print_error(str(error))
    except OSError as error:  # such as a stdout that cannot be written
        print_error(describe_os_error(error))
    except click.Abort:
        return INTERRUPTED
    else:
        return code
    return EXIT_ERROR
