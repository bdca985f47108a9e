"""How quickly the report shows and answers: `python -m benchmarks.scenarios.report [--links 20000] [--rounds 5]`.

The notes are those of `benchmarks.scenarios.rendering`: articles, papers, repositories and pictures in equal parts.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.harness.running import MB, at_most, machine, table
from benchmarks.scenarios.rendering import NOW, fill, write
from crawler.config.value_readers import REWRITES
from crawler.images.store import FolderImageStore
from crawler.notes.files.folder import NotesFolder
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from pipelines.reports import render as reports
from pipelines.reports.contract import Rendering
from pipelines.reports.html import report
from tests.support.browsing import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LINKS_A_NOTE = 52
FIRST = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
TAKES = """async (act) => {
    const began = performance.now();
    (0, eval)(act);
    const answered = performance.now() - began;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return [answered, performance.now() - began];
}"""
TYPED = "filters.elements.{field}.value = '{text}'; filters.dispatchEvent(new Event('input'))"
ACTS = {
    "search, one letter": TYPED.format(field="q", text="a"),
    "search, Chinese": TYPED.format(field="q", text="高效"),
    "search, two words": TYPED.format(field="q", text="method 123"),
    "search, nothing found": TYPED.format(field="q", text="不存在"),
    "search taken back": TYPED.format(field="q", text=""),
    "filter by verdict": TYPED.format(field="verdict", text="moved"),
    "filter by kind": TYPED.format(field="kind", text="arxiv"),
    "filters taken back": "document.getElementById('clear').click()",
    "filter by host": TYPED.format(field="host", text="github"),
    "filter by note": TYPED.format(field="note", text="0001"),
    "filters taken back again": "document.getElementById('clear').click()",
    "sort by title": "sortBy('link')",
    "sort by note": "sortBy('where')",
    "next page": "show(page + 1)",
}


def render(folder: Path, links: int) -> tuple[Path, float]:
    """Render the report of so many links; return it, and the seconds that took."""
    write(folder / "notes", links // LINKS_A_NOTE)
    library, store = NotesFolder(folder / "notes"), LinkStore.open(sqlite_url(folder / "store.sqlite"))
    output = folder / "output"
    image_store = FolderImageStore(output / "images")
    fill(library, store, image_store)
    store.start_run(NOW)
    rewrite = frozenset(name for word in ("links", "pictures", "facts") for name in REWRITES[word])
    began = time.perf_counter()
    reports.render(Rendering(library, store, output, image_store, rewrite), report)
    took = time.perf_counter() - began
    store.close()
    return output / "report.html", took


def opened(browser: Browser, file: Path) -> tuple[Page, float, float]:
    """Open the report in a new tab; return it, and the milliseconds until it showed something and was ready."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_function(FIRST.removesuffix(".startTime"))
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    return page, page.evaluate(FIRST), ready


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenarios.report")
    parser.add_argument("--links", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"\nreport: {options.links:,} links, medians of {options.rounds} rounds in headless Chromium")
    print(machine(), flush=True)
    with TemporaryDirectory() as place, chromium() as browser:
        file, took = render(Path(place), options.links)
        print(f"rendered in {took:.1f} s, {file.stat().st_size / MB:.1f} MB")
        shows, readies = [], []
        answers: dict[str, list[list[float]]] = {act: [] for act in ACTS}
        for _ in range(options.rounds):
            page, shown, ready = opened(browser, file)
            shows.append(shown)
            readies.append(ready)
            for act, script in ACTS.items():
                answers[act].append(page.evaluate(TAKES, script))
            page.close()
    lines = [["milliseconds", "answered", "painted"]]
    lines += [["first content", "", f"{median(shows):.0f}"], ["all of it ready", f"{median(readies):.0f}", ""]]
    for act, found in answers.items():
        lines.append([act, *(f"{median(times):.0f}" for times in zip(*found, strict=True))])
    print(table(lines), flush=True)
    print(at_most("milliseconds to the first content", median(shows), 1000))
    print(
        at_most(
            "milliseconds to the slowest answer",
            max(median(times[0] for times in each) for each in answers.values()),
            100,
        )
    )


if __name__ == "__main__":
    main()
