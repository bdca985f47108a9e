"""archive.org and web.archive.org: the Wayback Machine's availability API and its snapshots.

Every URL has a snapshot on the 15th of each month from 2016 to 2025, but those that were never archived.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.internet.messages import Request, Response, as_json, not_found, page
from tests.internet.sites import Site

if TYPE_CHECKING:
    from tests.internet.world import World

NEVER = "never-archived"
SNAPSHOTS = [datetime(year, month, 15, 12, tzinfo=UTC) for year in range(2016, 2026) for month in range(1, 13)]
STAMP = "%Y%m%d%H%M%S"


def answer(request: Request, _: World) -> Response:
    """Answer `/wayback/available?url=…&timestamp=…`, and `/web/STAMP/URL` on the other host."""
    if request.host == "web.archive.org":
        found = re.fullmatch(r"/web/\d{14}(?:id_)?/.+", request.path)
        return page("Wayback Machine", "A page as it was.") if found else not_found()
    if request.path != "/wayback/available":
        return page("Internet Archive") if request.path == "/" else not_found()
    url, stamp = request.query.get("url", ""), request.query.get("timestamp", "")
    told: dict[str, object] = {"url": url, "archived_snapshots": {}}
    if stamp:
        told["timestamp"] = stamp
    if url and NEVER not in url:
        near = f"{nearest(stamp):{STAMP}}"
        where = f"http://web.archive.org/web/{near}/{url}"
        told["archived_snapshots"] = {"closest": {"status": "200", "available": True, "url": where, "timestamp": near}}
    return as_json(told)


def nearest(stamp: str) -> datetime:
    """Return the snapshot nearest to a timestamp of 1 to 14 digits; the newest without one."""
    if not stamp:
        return SNAPSHOTS[-1]
    wanted = datetime.strptime(stamp + "00000101000000"[len(stamp) :], STAMP).replace(tzinfo=UTC)
    return min(SNAPSHOTS, key=lambda snapshot: abs(snapshot - wanted))


SITES = (Site(hosts=("archive.org", "www.archive.org", "web.archive.org"), answer=answer, robots=""),)
