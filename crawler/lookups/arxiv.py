"""Client of arXiv's API: looks up to 100 ids per request, and joins the entries of the answer by id.

An id in an answer exists, even if the rest of its entry cannot be parsed.

https://info.arxiv.org/help/api/user-manual.html; at most one request every three seconds
(https://info.arxiv.org/help/api/tou.html).
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import arxiv
from arxiv import _feed
from requests import codes

from crawler.links.arxiv_ids import is_well_formed
from crawler.lookups.arxiv_withdrawal import is_withdrawn
from crawler.lookups.base import ApiLookup
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import open_session
from crawler.lookups.values import count_in, text_in, texts_in, time_in
from crawler.models.authors import clean_author
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.metadata import Paper
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import collapse_whitespace, describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.result import DueLink

logging.getLogger("arxiv").setLevel(logging.ERROR)  # unreadable entries are reported as the reason of a check

BATCH = 100
CONTROL = "1706.03762"
"""A paper that exists for certain; an answer without it is incomplete."""
HOST = "export.arxiv.org"

_ENTRY_ID = re.compile(
    rb"(?:<(?:\w+:)?id\b[^>]*>\s*(?:<!\[CDATA\[)?|<(?:\w+:)?link\b[^>]*\bhref=[\"'])\s*"
    rb"https?://(?:\w+\.)?arxiv\.org/abs/([^<>\"'\]\s?#]+)",
    re.IGNORECASE,
)
"""The id of an entry, in its element `id` or its link."""
_TOTAL = re.compile(rb"totalResults\b[^>]*>\s*([0-9]{1,9})")
_ENTRY = re.compile(rb"<entry\b[^<]*+(?:<(?!/?entry\b)[^<]*+)*+</entry\s*+>")


class ArxivLookup(ApiLookup):
    """Looks up papers by id; an id that the API does not find does not exist."""

    service = "arXiv's API"
    batch = BATCH

    def __init__(self, session: requests.Session) -> None:
        super().__init__(session)
        self._malformed: set[str] = set()  # ids that the API refused
        # Delays and retries are left to the session: the client would wait after cached answers too, retry a malformed
        # id without end and ignore Retry-After.
        self._client = arxiv.Client(page_size=BATCH, delay_seconds=0, num_retries=0)
        self._answers: list[bytes] = []  # the pages of the answer to the latest request
        session.hooks["response"].append(self._record_answer)
        self._client._session = session  # noqa: SLF001 - there is no parameter; tests/crawler/lookups/test_lookups.py tests it

    @classmethod
    def from_options(cls, options: CrawlOptions) -> ArxivLookup:
        """Build the lookup with its cache in OUTPUT_DIR."""
        return cls(
            open_session(
                options.apis.cache_file,
                user_agent=options.requests.user_agent,
                delay=options.requests.delay(HOST),
                timeout=options.apis.timeout,
                is_cacheable=_has_entries,
            )
        )

    def check_links(self, due: Sequence[DueLink], now: datetime) -> Iterator[CheckResult]:
        """Yield the results of all papers; papers that are missing in the answer are looked up once more.

        arXiv sometimes answers with fewer entries than it has, or none. So the second request includes CONTROL, and an
        answer without it raises ServiceDownError.
        """
        ids = {each.link.identity for each in due if is_well_formed(each.link.identity)}
        papers = self.papers(sorted(ids))
        yield from _as_results(due, papers, now)
        missing = sorted(ids.difference(papers, self._malformed))
        for start in range(0, len(missing), BATCH - 1):
            second_answer = self.papers([*missing[start : start + BATCH - 1], CONTROL])
            if CONTROL not in second_answer:
                raise ServiceDownError("response without papers")
            papers |= second_answer
        yield from _as_results(due, {arxiv_id: papers[arxiv_id] for arxiv_id in missing if arxiv_id in papers}, now)
        for each in due:
            if each.link.identity not in papers:
                is_missing = each.link.identity in missing
                reason = Reason(ReasonCode.NOT_ON_ARXIV if is_missing else ReasonCode.INVALID_ARXIV_ID)
                check = Check(Outcome.GONE, reason, now, CheckMethod.API, conclusive=True)
                yield CheckResult(each.link, check, history=each.history)

    def papers(self, ids: Sequence[str]) -> dict[str, Paper | None]:
        """Return the papers that exist by id, None for entries that cannot be parsed.

        With one malformed id the API refuses the whole batch (HTTP 400), which is then halved.
        """
        if not ids:
            return {}
        if (papers := self._request(ids)) is not None:
            return papers
        if CONTROL not in (self._request([CONTROL]) or {}):  # every request is refused
            raise ServiceDownError("HTTP 400")
        if len(ids) == 1:
            self._malformed.update(ids)
            return {}
        middle = len(ids) // 2
        return self.papers(ids[:middle]) | self.papers(ids[middle:])

    def _request(self, ids: Sequence[str]) -> dict[str, Paper | None] | None:
        """Return the papers in the answer to one request; None if it is refused as malformed."""
        self._answers.clear()
        results: list[arxiv.Result] = []
        try:
            # The client skips entries without a date, and requests more pages then; it raises for an invalid date.
            results.extend(self._client.results(arxiv.Search(id_list=list(ids), max_results=len(ids))))
        except Exception as error:
            if isinstance(error, arxiv.HTTPError) and error.status == codes.bad_request and not self._answers:
                return None
            if not self._is_complete():
                raise ServiceDownError(_error_message(error)) from error
            results = [result for answer in self._answers for result in _parse_entries(answer)]
        papers = [paper for result in results if (paper := _paper(result)) is not None]
        return dict.fromkeys(self._ids_in_answers()) | {paper.ids["arxiv"]: paper for paper in papers}

    def _record_answer(self, response: requests.Response, **_: object) -> None:
        """Store a feed in `_answers`; raise ServiceDownError if it is incomplete, since the client accepts that."""
        if response.status_code != codes.ok:
            return
        if not response.content.rstrip().endswith(b"</feed>"):
            raise ServiceDownError("incomplete feed")
        self._answers.append(response.content)

    def _ids_in_answers(self) -> set[str]:
        """Return the ids of all entries, without versions."""
        ids = (match.decode("ascii", "replace") for answer in self._answers for match in _ENTRY_ID.findall(answer))
        return {_id_and_version(entry_id)[0] for entry_id in ids}

    def _is_complete(self) -> bool:
        """Return whether the answers have as many entries as the feed declares."""
        total = _TOTAL.search(self._answers[0]) if self._answers else None
        return total is not None and len(self._ids_in_answers()) >= int(total[1]) > 0


def _as_results(due: Sequence[DueLink], papers: Mapping[str, Paper | None], now: datetime) -> Iterator[CheckResult]:
    for each in due:
        if each.link.identity in papers:
            paper = papers[each.link.identity]
            reason = Reason(ReasonCode.ARXIV_RECORD_UNREADABLE if paper is None else ReasonCode.FOUND_ON_ARXIV)
            yield CheckResult(each.link, Check(Outcome.OK, reason, now, CheckMethod.API), paper, history=each.history)


def _error_message(error: Exception) -> str:
    """Return an exception's description, on one line."""
    if isinstance(error, arxiv.HTTPError):
        return f"HTTP {error.status}"
    if isinstance(error, arxiv.ArxivError | ServiceDownError):
        return str(error)
    return describe_error(error)


def _parse_entries(answer: bytes) -> Iterator[arxiv.Result]:
    """Yield the entries of a feed that the client can parse one by one, if it raises for the feed as a whole."""
    first = _ENTRY.search(answer)
    head = answer[: first.start()] if first is not None else b""
    for entry in _ENTRY.findall(answer):
        with suppress(Exception):  # any exception of the client: the entry is unreadable
            yield from _feed.parse(head + entry + b"</feed>").results


def _has_entries(response: requests.Response) -> bool:
    """Return whether an answer has papers; one without may be a transient failure, and is not cached."""
    return b"<entry" in response.content


def _paper(result: arxiv.Result) -> Paper | None:
    """Return the paper of an entry; None for an entry without title, which is invalid."""
    if (title := _text(result.title)) is None:
        return None
    arxiv_id, version = _id_and_version(urlsplit(result.entry_id).path.removeprefix("/abs/"))
    comment = _text(result.comment)
    abstract = _text(result.summary)
    authors = [
        (name, _affiliation(author)) for author in result.authors if (name := clean_author(_text(author.name) or ""))
    ]
    return Paper(
        title=title,
        ids={"arxiv": arxiv_id} | ({"doi": doi} if (doi := _text(result.doi)) else {}),
        authors=tuple(name for name, _ in authors),
        abstract=abstract,
        categories=texts_in(result.categories),
        comment=comment,
        journal_ref=_text(result.journal_ref),
        published=time_in(result.published),
        updated=time_in(result.updated),
        version=version,
        withdrawn=is_withdrawn(comment, abstract),
        affiliations=tuple(place for _, place in authors) if any(place for _, place in authors) else (),
    )


def _affiliation(author: arxiv.Result.Author) -> str:
    return "; ".join(text for each in author.affiliation if (text := _text(each)))


def _id_and_version(entry_id: str) -> tuple[str, int | None]:
    """Return id and version of `2110.15352v2`; None as version if there is none."""
    arxiv_id, v, version = entry_id.strip().rpartition("v")
    return (arxiv_id, count_in(int(version[:20]))) if v and version.isdecimal() else (entry_id.strip(), None)


def _text(text: str | None) -> str | None:
    return collapse_whitespace(text_in(text) or "") or None
