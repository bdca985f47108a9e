"""Options that commands share, and the settings that the command line gives."""

from __future__ import annotations

import gc
import os
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crawler.cli.results.formats import FORMATS
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.config.crawl_options import CrawlOptions
    from crawler.config.plain_settings import PlainSettings

_Decorated = TypeVar("_Decorated", bound="Callable[..., Any]")


class _Folder(click.Path):
    """A folder: completed by shells; a file in its place gets a message with the command that takes files."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the folder; raise UserError for a file."""
        if os.path.isfile(value):  # noqa: PTH113 - Path.is_file raises OSError for a long name
            raise UserError(say("error_file", file=os.fspath(value)))
        return super().convert(value, param, ctx)


FOLDER = _Folder(file_okay=False)
"""The type of a folder; whether it is there is checked later."""


def with_settings(function: _Decorated) -> _Decorated:
    """Add `-s NAME=VALUE` to a command, and `-a NAME=VALUE` as Scrapy has it."""
    function = click.option("-a", "arguments", multiple=True, hidden=True)(function)
    return click.option("-s", "--set", "settings", multiple=True, metavar="NAME=VALUE", help=say("option_set"))(
        function
    )


def with_folder(function: _Decorated) -> _Decorated:
    """Add the argument DIR, the notes folder, and the settings to a command."""
    return click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)(with_settings(function))


def with_notes(function: _Decorated) -> _Decorated:
    """Add `--notes DIR` and the settings to a command whose arguments are something else."""
    return click.option("--notes", "folder", metavar="DIR", type=FOLDER, help=say("option_notes"))(
        with_settings(function)
    )


def with_form(function: _Decorated) -> _Decorated:
    """Add the options that say how results are printed."""
    function = click.option("--quiet", "-q", is_flag=True, help=say("option_quiet"))(function)
    function = click.option("--json", "form", flag_value="json", help=say("option_json"))(function)
    return click.option(
        "--format",
        "form",
        metavar="|".join(FORMATS),
        type=click.Choice(FORMATS),
        default="text",
        help=say("option_format"),
    )(function)


def read_given(settings: Sequence[str], arguments: Sequence[str] = (), folder: str | None = None) -> dict[str, str]:
    """Return the settings of the command line; raise UserError for what is none.

    The notes folder is that of `-a notes=DIR`, or `folder`.
    """
    given = dict(_pair(word) for word in settings)
    if folder is not None:
        given["NOTES_DIR"] = os.fspath(folder)
    for word in arguments:
        name, equals, value = word.partition("=")
        if not equals or name != "notes":
            raise UserError(say("error_argument", word=name, valid="notes"))
        given["NOTES_DIR"] = value
    return given


def execute(given: dict[str, str], work: Callable[[CrawlOptions], int]) -> int:
    """Read the settings and call a function with them; return the exit code."""
    from crawler.cli import masked_log
    from crawler.cli.exit_codes import exit_code_of

    masked_log.install()
    return exit_code_of(open_settings(given), partial(_with_garbage_collection, work))


def _with_garbage_collection(work: Callable[[CrawlOptions], int], options: CrawlOptions) -> int:
    gc.freeze()  # what was imported until now stays
    gc.enable()
    return work(options)


def open_settings(given: dict[str, str]) -> PlainSettings:
    """Return the settings of the project with those of the command line; raise UserError for a wrong module."""
    from crawler.config.plain_settings import PlainSettings

    try:
        return PlainSettings.of_project(given)
    except ImportError as error:
        raise UserError(f"SCRAPY_SETTINGS_MODULE: {error}") from error


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise UserError(say("error_setting", word=word))
    return name, value
