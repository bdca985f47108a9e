"""archive.org and web.archive.org: the Wayback Machine's availability API, its index (CDX) and its snapshots.

Every URL has a snapshot on the 15th of each month from 2016 to 2025, but for those that were never archived or are
excluded. Where the API wrongly says that there is none, as it does at times, the index knows better. Some were captured
just now.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.internet.messages import Request, Response, as_json, html, not_found, page, text
from tests.internet.sites import Site

if TYPE_CHECKING:
    from tests.internet.world import World

NEVER = "never-archived"
SPURIOUS = "spurious"
EXCLUDED = "excluded"
RECENT = "just-captured"
SNAPSHOTS = [datetime(year, month, 15, 12, tzinfo=UTC) for year in range(2016, 2026) for month in range(1, 13)]
STAMP = "%Y%m%d%H%M%S"
PAPER_ID = "2103.01988"
PAPER_PAGE = """<!DOCTYPE html><html><head><meta property="og:title" content="Papers with Code - {title}"></head><body>
<h1>{title}</h1><div class="authors"><span class="author-span"><a href="/author/ada-ode">Ada Ode</a></span></div>
<a href="https://arxiv.org/pdf/{id}v1.pdf" class="badge">PDF</a> <a href="https://arxiv.org/abs/{id}v1">Abstract</a>
<div class="code-table"><a href="https://github.com/ada/loops" class="code-table-link">ada/loops</a></div>
</body></html>"""
"""What Papers with Code showed of a paper, which is gone."""


def answer(request: Request, _: World) -> Response:
    """Answer `/wayback/available?url=…&timestamp=…`; on the other host `/cdx/search/cdx?url=…` and `/web/STAMP/URL`."""
    if request.host == "web.archive.org":
        if request.path == "/cdx/search/cdx":
            return _index(request.query)
        found = re.fullmatch(r"/web/\d{14}(?:id_)?/(.+)", request.path)
        if found and (paper := re.fullmatch(r"https://paperswithcode\.com/paper/([\w-]+)", found[1])):
            return html(PAPER_PAGE.format(title=paper[1].replace("-", " ").title(), id=PAPER_ID))
        return page("Wayback Machine", "A page as it was.") if found else not_found()
    if request.path != "/wayback/available":
        return page("Internet Archive") if request.path == "/" else not_found()
    url, stamp = request.query.get("url", ""), request.query.get("timestamp", "")
    told: dict[str, object] = {"url": url, "archived_snapshots": {}}
    if stamp:
        told["timestamp"] = stamp
    if url and not any(mark in url for mark in (NEVER, SPURIOUS, EXCLUDED)):
        near = f"{_newest(url) if not stamp else nearest(stamp):{STAMP}}"
        where = f"http://web.archive.org/web/{near}/{url}"
        told["archived_snapshots"] = {"closest": {"status": "200", "available": True, "url": where, "timestamp": near}}
    return as_json(told)


def _index(query: dict[str, str]) -> Response:
    """Answer with the one row that a query with `limit=1` or `limit=-1` is about; `closest` needs `sort=closest`."""
    url = query["url"]
    if EXCLUDED in url:
        why = "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
        return text(f"org.archive.util.io.RuntimeIOException: {why}\n", 403)
    if NEVER in url:
        return as_json([])
    snapshot = _newest(url) if query["limit"] == "-1" else SNAPSHOTS[0]
    if f"{snapshot:{STAMP}}" < query.get("from", ""):
        return as_json([])
    if query.get("sort") == "closest":
        snapshot = nearest(query["closest"])
    row = {"timestamp": f"{snapshot:{STAMP}}", "original": url, "statuscode": "200", "mimetype": "text/html"}
    fields = query["fl"].split(",")
    return as_json([fields, [row[field] for field in fields]])


def _newest(url: str) -> datetime:
    return datetime.now(UTC) if RECENT in url else SNAPSHOTS[-1]


def nearest(stamp: str) -> datetime:
    """Return the snapshot nearest to a timestamp of 1 to 14 digits; the newest without one."""
    if not stamp:
        return SNAPSHOTS[-1]
    wanted = datetime.strptime(stamp + "00000101000000"[len(stamp) :], STAMP).replace(tzinfo=UTC)
    return min(SNAPSHOTS, key=lambda snapshot: abs(snapshot - wanted))


SITES = (Site(hosts=("archive.org", "www.archive.org", "web.archive.org"), answer=answer, robots=""),)
