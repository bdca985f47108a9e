"""The page with 20,000 links: it is painted at once, and filters answer while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from tests.support.browsing import chromium
from tests.support.mending import moved, standing
from tests.support.reporting import file_of, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.link import LinkState

NOTES, LINKS = 400, 50
FIRST_PAINT_MS, FILTER_MS = 1000, 100

pytestmark = pytest.mark.stress

TIMES = """form => {
  const input = document.querySelector(`#${form} [name=q]`);
  return ["a", "h3", "h3.example", "zzz", ""].map(text => {
    input.value = text;
    const began = performance.now();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.offsetHeight;  // the browser computes the layout
    return performance.now() - began;
  });
}"""


def state(url: str, number: int) -> LinkState:
    match number % 10:
        case 0:
            return standing(url, Outcome.GONE, Verdict.DEAD, suggestion=f"https://web.archive.org/web/2020/{url}")
        case 1:
            return standing(url, Outcome.FAILED, Verdict.SUSPECT)
        case 2:
            return moved(url, f"{url}-new")
    return standing(url)


def test_paint_and_filters(tmp_path: Path) -> None:
    paths = {
        n: [f"h{(n * 7 + k) % 97}.example/{n:03}/{k:03}/a-rather-long-path" for k in range(LINKS)] for n in range(NOTES)
    }
    urls = {n: [f"https://{path}" for path in some] for n, some in paths.items()}
    notes = {
        f"{n % 4}/{n:03}.md": "".join(f"- [Title {n}]({each}) 文字\n" for each in some) for n, some in urls.items()
    }
    states = [state(each, n * LINKS + k) for n, some in urls.items() for k, each in enumerate(some)]
    made = rendered(tmp_path, notes, states)
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        for _ in range(3):  # the first is that of a browser that has just started
            tab.goto("about:blank")
            tab.goto(file_of(made).as_uri())
        paint = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        assert tab.locator(".task").count() == 50
        worst = {form: sorted(max(tab.evaluate(TIMES, form)) for _ in range(5)) for form in ("work-form", "links-form")}
    filters = ", ".join(f"{form} {times[0]:.0f} ms" for form, times in worst.items())
    print(f"\n{NOTES * LINKS:,} links: first paint {paint:.0f} ms, filters: {filters}")  # noqa: T201 - shown by `make stress`
    assert paint <= FIRST_PAINT_MS
    # The best of five: other programs run, too.
    assert {form: times[0] for form, times in worst.items() if times[0] > FILTER_MS} == {}
