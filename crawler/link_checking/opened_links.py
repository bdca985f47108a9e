"""Links to jump pages and short links: find the target, and turn its result into one of the link in the note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.checks.redirects import PERMANENT
from crawler.fetch.politeness.host_throttle import HostUnavailableError
from crawler.kinds.registry import page_link, target_link
from crawler.links.canonical_url import WEB_SCHEMES, split
from crawler.links.jumps import is_short_link, jump_target
from crawler.links.targets.redirect_targets import PASSING_FAULTS, target_fault
from crawler.models.check import JUMP, SHORT_LINK, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.link import Link
    from crawler.models.result import CheckResult, DueLink

_MOST_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class ShortLinkOpener:
    """Asks services for short links where their links lead; `fetch` sends a request."""

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch

    async def open(self, link: Link, due: DueLink) -> tuple[Link, Sequence[int]]:
        """Return the link to which a short link leads, and the statuses of its redirects.

        It is the short link itself if its service does not answer with a redirect. `due` is the link in the queue.
        Raises HostUnavailableError if the service gets no requests now.
        """
        from crawler.fetch.early_stop import HEAD_OF_PAGE
        from crawler.fetch.verbatim_requests import build_request

        statuses: list[int] = []
        while is_short_link(link.url) and len(statuses) < _MOST_HOPS:
            request = build_request(link.url, meta={"max_bytes": HEAD_OF_PAGE, "dont_redirect": True})
            request.cb_kwargs["due"] = due
            try:
                response = await self._fetch(request)
            except HostUnavailableError:
                raise
            except Exception:  # noqa: BLE001 - the check of the link, which follows, finds out why
                return link, statuses
            location = response.headers.get("Location") if response.status in _REDIRECTS else None
            if location is None or (target := page_link(_joined(response.url, location))) is None:
                break
            statuses.append(response.status)
            link = target_link(target)
        return link, statuses


def as_opened(result: CheckResult, link: Link, statuses: Sequence[int]) -> CheckResult:
    """Return the result of the target of a link as that of the link: with the target as final URL.

    The target is the suggestion if it is sure to stay: that of a jump page, or of permanent redirects (`statuses`). The
    link itself never moves, even if its target did: only the target would be written.
    """
    check, target = result.check, jump_target(link.url) or result.link.url
    is_web = split(target).scheme in WEB_SCHEMES
    is_lasting = not statuses or target_fault(link.url, target) not in PASSING_FAULTS
    suggestion = target if is_web and is_lasting and PERMANENT.issuperset(statuses) else None
    source = (SHORT_LINK if statuses else JUMP) if suggestion else None
    check = replace(check, final_url=check.final_url or target, suggestion=suggestion, suggestion_source=source)
    if check.outcome is Outcome.MOVED:
        check = replace(check, outcome=Outcome.OK, reason=Reason(ReasonCode.REACHABLE))
    return replace(result, link=link, check=check)


def _joined(url: str, location: bytes) -> str:
    """Return the absolute URL of a Location header."""
    return urljoin(url, location.decode("utf-8", "replace").strip())
