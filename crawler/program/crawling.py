"""The commands that send requests: they run Scrapy's commands `crawl` and `check`."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import click

import crawler.spiders
from crawler.errors import UserError
from crawler.messages import say
from crawler.program.given import read_given, with_folder, with_form, with_notes
from crawler.program.layout import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTES = "notes"
"""The spider of all kinds of links."""

_NO_SPIDERS = {"check", "shard"}
"""Modules whose spiders are not named on a command line."""


class _KindsOption(click.Option):
    """An option whose help names the kinds of links, also those that other packages add."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        from crawler.kinds.registry import kind_names

        self.help = say("option_only", kinds=say("comma").join(kind_names()))
        return super().get_help_record(ctx)


@click.command("crawl", cls=Command, help=say("command_crawl"))
@with_folder
@with_form
@click.option("--only", cls=_KindsOption, metavar="KIND,…")
def crawl(
    folder: str | None,
    settings: Sequence[str],
    arguments: Sequence[str],
    only: str | None,
    form: str,
    *,
    quiet: bool,
) -> None:
    """Check the links of the notes."""
    run_scrapy([*crawl_words(folder, settings, arguments, only), *_form_words(form, quiet=quiet)])


@click.command("check", cls=Command, help=say("command_check"))
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path())
@click.option("--since", metavar="COMMIT", help=say("option_since"))
@click.option("--sarif", metavar="FILE", type=click.Path(), help=say("option_sarif"))
@with_notes
@with_form
@click.pass_context
def check(
    context: click.Context,
    *,
    files: Sequence[str],
    folder: str | None,
    settings: Sequence[str],
    arguments: Sequence[str],
    since: str | None,
    sarif: str | None,
    form: str,
    quiet: bool,
) -> None:
    """Check the links of some notes, or of added lines."""
    if not files and since is None:
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    if folders := [path for path in files if Path(path).is_dir()]:
        if since is None or folder is not None or len(files) > 1:
            raise UserError(say("error_folder", folder=folders[0]))
        files, folder = (), folders[0]
    options = [f"--{name}={value}" for name, value in (("since", since), ("sarif", sarif)) if value is not None]
    paths = [f"./{path}" if path.startswith("-") else path for path in files]  # Scrapy takes `--` for a file
    words = [*_setting_words(read_given(settings, arguments, folder)), *_form_words(form, quiet=quiet)]
    run_scrapy(["check", *words, *options, *paths])


def crawl_words(
    folder: str | None, settings: Sequence[str], arguments: Sequence[str] = (), only: str | None = None
) -> list[str]:
    """Return what is typed for Scrapy's command; `folder` may be the name of a spider, as with Scrapy."""
    spider = NOTES
    has_folder = any(word.startswith(("NOTES_DIR=", "notes=")) for word in (*settings, *arguments))
    if folder in _spiders() and (has_folder or not Path(folder).is_dir()):
        spider, folder = folder, None
    words = ["crawl", spider, *_setting_words(read_given(settings, folder=folder))]
    words += [word for each in arguments for word in ("-a", each)]
    return [*words, "-a", f"only={only}"] if only else words


def _form_words(form: str, *, quiet: bool) -> list[str]:
    """Return the settings for how results are printed; a person is told first what is going to be done."""
    given = {"_FORMAT": form, "_QUIET": str(quiet), "_ANNOUNCE": str(form == "text" and not quiet)}
    return _setting_words(given)


def _setting_words(given: dict[str, str]) -> list[str]:
    return [word for name, value in given.items() for word in ("-s", f"{name}={value}")]


def run_scrapy(words: list[str]) -> None:
    """Execute a command of Scrapy, which ends the process, and turns garbage collection on when the run starts."""
    from scrapy.cmdline import execute

    execute(["notemend", *words])


def _spiders() -> set[str]:
    return {module.name for module in iter_modules(crawler.spiders.__path__)} - _NO_SPIDERS
