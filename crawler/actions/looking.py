"""Show the status of the link database, and explain a link."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.terminal import print_parts
from crawler.store.database import store_url
from crawler.store.inspector import StoreInspector

if TYPE_CHECKING:
    from crawler.config.crawl_options import CrawlOptions


def show_status(options: CrawlOptions) -> int:
    """Print the status of the link database; raise UserError if there is none."""
    from crawler.cli.store_status import status_parts

    with closing(StoreInspector.open_to_read(store_url(options))) as store:
        print_parts(status_parts(store, datetime.now(UTC)))
    return 0


def explain_link(options: CrawlOptions, text: str) -> int:
    """Print the explanation of the links that a URL or identity matches; raise UserError if there are none."""
    from pipelines.reports.explain import explain

    with closing(StoreInspector.open_to_read(store_url(options))) as store:
        print_parts(explain(options, store, text))
    return 0
