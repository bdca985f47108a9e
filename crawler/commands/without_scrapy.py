"""`notemend status` and `notemend explain URL` without importing Scrapy, which takes longer than the commands."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.cli.exit_codes import exit_code_of
from crawler.cli.terminal import print_parts
from crawler.config.plain_settings import PlainSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.config.crawl_options import CrawlOptions


def run(words: Sequence[str]) -> int | None:
    """Run a command and return its exit code; None if Scrapy has to interpret the command line.

    Scrapy does that for all other commands, for options except `-s NAME=VALUE`, for a wrong number of arguments, and if
    the settings module cannot be imported.
    """
    if (read := _read(words)) is None:
        return None
    work, given = read
    try:
        settings = PlainSettings.of_project(given)
    except ImportError:
        return None
    return exit_code_of(settings, work)


def show_status(options: CrawlOptions) -> None:
    """Print the status of the link database; raise UserError if there is none."""
    from crawler.cli.store_status import status_parts
    from crawler.store.database import store_url
    from crawler.store.inspector import StoreInspector

    store = StoreInspector.open_to_read(store_url(options))
    try:
        print_parts(status_parts(store, datetime.now(UTC)))
    finally:
        store.close()


def show_explanation(options: CrawlOptions, text: str) -> None:
    """Print the explanation of the links that a URL or identity matches; raise UserError if there are none."""
    from crawler.store.database import store_url
    from crawler.store.inspector import StoreInspector
    from pipelines.reports.explain import explain

    store = StoreInspector.open_to_read(store_url(options))
    try:
        print_parts(explain(options, store, text))
    finally:
        store.close()


def _read(words: Sequence[str]) -> tuple[Callable[[CrawlOptions], None], dict[str, str]] | None:
    """Return the function of a command line and its settings; None if Scrapy has to interpret it."""
    given: dict[str, str] = {}
    others: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            others.append(word)
            continue
        value = next(rest, "") if word in {"-s", "--set"} else ""
        name, equals, value = value.partition("=")
        if not equals or not name or name.startswith("-"):
            return None
        given[name] = value
    match others:
        case ["status"] if words[0] == "status":
            return show_status, given
        case ["explain", url] if words[0] == "explain":
            return partial(show_explanation, text=url), given
    return None
