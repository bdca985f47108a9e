"""`python -m benchmarks.harness.filling read|check NOTES OUTPUT DUE`: a store with many links, without crawling them.

`read` registers the links of the notes, as a crawl does first; `check` writes down that all but DUE of them were found
alive a moment ago.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.settings import Settings

from benchmarks.baselines.programs import store_url
from crawler.config.crawl_options import CrawlOptions
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict, VerdictRecord
from crawler.models.metadata import Page
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.run.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.link import Link
    from crawler.run.workspace import Workspace

BATCH = 1000


def links(workspace: Workspace) -> Iterator[Link]:
    """Yield every link of the notes."""
    for note in workspace.notes_folder:
        for mention in note.mentions:
            if (link := link_of(mention.url, note.path, mention.role)) is not None:
                yield link


def check(workspace: Workspace, due: int) -> None:
    """Find all but the first few links alive."""
    now = datetime.now(UTC)
    seen = Check(
        Outcome.OK, Reason(ReasonCode.REACHABLE), now, CheckMethod.PAGE, http_status=200, elapsed=timedelta(seconds=0.2)
    )
    alive = VerdictRecord(Verdict.ALIVE, 0, now + timedelta(days=7))
    page = Page("Plain", "text/html")
    fresh = islice(dict.fromkeys(links(workspace)), due, None)
    while some := list(islice(fresh, BATCH)):
        workspace.store.save([CheckResult(link, seen, page, verdict_record=alive) for link in some])


def main(step: str, notes: str, output: str, due: str) -> None:
    """Do one of the two steps."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    folders = {"NOTES_DIR": notes, "OUTPUT_DIR": output, "DATABASE_URL": store_url(Path(output))}
    settings.setdict(folders, priority="cmdline")
    with open_workspace(CrawlOptions.from_settings(settings)) as workspace:
        if step == "read":
            workspace.read(datetime.now(UTC))
        else:
            check(workspace, int(due))


if __name__ == "__main__":
    main(*sys.argv[1:])
