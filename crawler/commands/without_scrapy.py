"""`notemend status` and `notemend explain URL`, which read the store alone: importing Scrapy takes longer than that."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from crawler.cli.exit_codes import EXIT_ERROR, is_done
from crawler.cli.terminal import print_parts
from crawler.config.plain_settings import PlainSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.config.crawl_options import CrawlOptions


def run(words: Sequence[str]) -> int | None:
    """Run one of these commands and return its exit code; None where Scrapy has to read the command line.

    That is for all other commands, for options beside `-s NAME=VALUE`, for wrong numbers of arguments, and where the
    settings module cannot be imported.
    """
    if (read := _read(words)) is None:
        return None
    work, given = read
    try:
        settings = PlainSettings.of_project(given)
    except ImportError:
        return None
    return 0 if is_done(settings, work) else EXIT_ERROR


def show_status(options: CrawlOptions) -> None:
    """Print the state of the store; raise UserError where there is none."""
    from crawler.cli.store_status import status_parts
    from crawler.store.database import store_url
    from crawler.store.inspector import StoreInspector

    store = StoreInspector.open_to_read(store_url(options))
    try:
        print_parts(status_parts(store, datetime.now(UTC)))
    finally:
        store.close()


def show_explanation(options: CrawlOptions, text: str) -> None:
    """Print all that is known of the links that a text means; raise UserError where there is none."""
    from crawler.store.database import store_url
    from crawler.store.inspector import StoreInspector
    from pipelines.reports.explain import explain

    store = StoreInspector.open_to_read(store_url(options))
    try:
        print_parts(explain(options, store, text))
    finally:
        store.close()


def _read(words: Sequence[str]) -> tuple[Callable[[CrawlOptions], None], dict[str, str]] | None:
    """Return what a command line asks for, and its settings; None where that is for Scrapy to read."""
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
