"""Exit codes of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli.terminal import print_error
from crawler.errors import ImageStoreError, UserError
from crawler.text import describe_os_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.config.crawl_options import CrawlOptions
    from crawler.config.plain_settings import SettingsSource

EXIT_FOUND, EXIT_ERROR = 1, 2
"""Exit codes: a condition of FAIL_ON was met; the command failed. 0 is success.

A crawl that was interrupted by a signal exits with 128 plus the number of the signal, as in shells.
"""


def is_done(settings: SettingsSource, work: Callable[[CrawlOptions], None]) -> bool:
    """Read the settings and call `work` with them; on an error, print one line and return False.

    The traceback of an error that is not the user's goes to a file.
    """
    from crawler.config.crawl_options import read_options
    from crawler.kinds.registry import kind_names

    try:
        options = read_options(settings, kind_names())
    except UserError as error:
        print_error(str(error))
        return False
    try:
        work(options)
    except (UserError, ImageStoreError) as error:
        print_error(str(error))
    except OSError as error:  # such as a full disk, or a folder that cannot be read
        print_error(describe_os_error(error))
    except Exception as error:  # noqa: BLE001 - a traceback on the screen helps no user
        from crawler.cli.unforeseen_errors import explain

        print_error(explain(error, options))
    else:
        return True
    return False
