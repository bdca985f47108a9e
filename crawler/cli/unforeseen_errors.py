"""Keep the traceback of an error that nobody foresaw in a file, and tell the user in one line where it is."""

from __future__ import annotations

import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.links.secrets import masked

if TYPE_CHECKING:
    from crawler.config.crawl_options import CrawlOptions

FILE = "error.txt"


def explain(error: BaseException, options: CrawlOptions) -> str:
    """Return the line for the user: on a damaged value of the link database, or on the file with the traceback."""
    from crawler.store.damage import damage_of

    try:
        damage = damage_of(options)
    except Exception:  # noqa: BLE001 - then the error itself has to do
        damage = None
    return damage or keep_traceback(error, options.output_dir)


def keep_traceback(error: BaseException, folder: Path) -> str:
    """Append a traceback to a file in a folder, or in that for temporary files; return the line for the user.

    Secrets in URLs are masked. A folder that is not there is not created.
    """
    text = masked(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n{''.join(traceback.format_exception(error))}\n")
    for place in (folder, Path(tempfile.gettempdir())):
        path = place / (FILE if place == folder else f"notemend-{FILE}")
        try:
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return f"unexpected error, a fault of notemend: please report it with {path}"
    return "unexpected error, a fault of notemend: please report it; no file could be written with the details"
