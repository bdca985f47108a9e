"""How a command ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli.terminal import print_error
from crawler.errors import ImageStoreError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.config.crawl_options import CrawlOptions
    from crawler.config.plain_settings import SettingsSource

EXIT_FOUND, EXIT_ERROR = 1, 2
"""Exit codes: what the user asked to be told of was found; the command could not do what it is for. 0 means fine.

A crawl that got a signal exits with 128 and the signal's number, as a shell says it.
"""


def is_done(settings: SettingsSource, work: Callable[[CrawlOptions], None]) -> bool:
    """Read the settings and do the work; print one line and return False where the user has to mend something."""
    from crawler.config.crawl_options import read_options
    from crawler.kinds.registry import kind_names

    try:
        work(read_options(settings, kind_names()))
    except (UserError, ImageStoreError) as error:
        print_error(str(error))
        return False
    return True
