"""What one answer to one request says: response -> result, and how long its host wants to be left alone. Pure."""

from __future__ import annotations

import logging
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from crawler import exchange
from crawler.hosts import retry_after
from crawler.items import Outcome, Result
from crawler.kinds import all_kinds
from crawler.markup import TooMuchMarkupError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scrapy.http import Response

    from crawler.items import Due

logger = logging.getLogger(__name__)

_COME_BACK = {429, 503}  # with Retry-After: RFC 6585, 4; RFC 9110, 15.6.4


def observe(due: Due, response: Response, accepted: Mapping[str, frozenset[int]], now: datetime) -> Result:
    """Let a link's kind read a response; a page that makes its kind stumble says nothing about the link.

    `accepted` are the HTTP statuses that the user takes for good, by pattern of the host.
    """
    link = due.link
    fine = (statuses for pattern, statuses in accepted.items() if fnmatchcase(link.host, pattern))
    check = exchange.check_response(response, now, texts=due.texts, accept=frozenset().union(*fine))
    try:
        result = all_kinds()[link.kind].read(link, response, check)
    except TooMuchMarkupError as error:
        result = Result(link, replace(check, outcome=Outcome.FAILED, reason=str(error)))
    except Exception as error:
        logger.exception("%s could not be read", link.url)
        result = Result(link, replace(check, outcome=Outcome.BLOCKED, reason=f"page not understood: {error!r}"[:200]))
    return replace(result, history=due.history)


def asks_to_wait(response: Response, now: datetime) -> float | None:
    """Return the seconds for which a host asks to be left alone."""
    asked = response.headers.get("Retry-After") if response.status in _COME_BACK else None
    return None if asked is None else retry_after(asked.decode("latin-1"), now)
