"""Exit codes of the commands."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, NoReturn

from crawler.cli.terminal import prepare_streams, print_error, until_closed
from crawler.errors import ImageStoreError, UserError
from crawler.text import describe_os_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from crawler.config.crawl_options import CrawlOptions
    from crawler.config.plain_settings import SettingsSource

EXIT_FOUND, EXIT_ERROR = 1, 2
"""Exit codes: a condition of FAIL_ON was met; the command failed. 0 is success.

A command that was interrupted by a signal exits with 128 plus the number of the signal, as in shells.
"""

INTERRUPTED = "interrupted: no saved result is lost; run the same command again to continue"


class _Interrupt(KeyboardInterrupt):
    """SIGINT or SIGTERM; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code_of(settings: SettingsSource, work: Callable[[CrawlOptions], int]) -> int:
    """Read the settings, call `work` with them and return the exit code; print one line on an error or a signal.

    At the first signal everything is closed as after an error; a second one ends the process at once.
    """
    prepare_streams()
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _code_of(settings, work)
    except _Interrupt as interrupt:
        print_error(INTERRUPTED)
        return 128 + interrupt.number
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    raise _Interrupt(number)


def _code_of(settings: SettingsSource, work: Callable[[CrawlOptions], int]) -> int:
    """Read the settings and return what `work` returns for them; on an error, print one line and return 2.

    The traceback of an error that is not the user's goes to a file.
    """
    from crawler.config.crawl_options import read_options
    from crawler.kinds.registry import kind_names

    try:
        options = read_options(settings, kind_names())
    except UserError as error:
        print_error(str(error))
        return EXIT_ERROR
    try:
        with until_closed():
            return work(options)
    except (UserError, ImageStoreError) as error:
        print_error(str(error))
    except OSError as error:  # such as a full disk, or a folder that cannot be read
        print_error(describe_os_error(error))
    except Exception as error:  # noqa: BLE001 - a traceback on the screen helps no user
        from crawler.cli.unforeseen_errors import explain

        print_error(explain(error, options))
    return EXIT_ERROR
