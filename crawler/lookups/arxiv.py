"""arXiv's API: up to a hundred ids a request, joined to what was asked by id.

https://info.arxiv.org/help/api/user-manual.html; one request every three seconds (https://info.arxiv.org/help/api/tou.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import arxiv

from crawler import options
from crawler.items import Check, How, Outcome, Paper, Result
from crawler.lookups.base import ApiLookup
from crawler.lookups.session import ServiceDownError, cache_file, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import requests
    from scrapy.settings import BaseSettings

from crawler.items import Due

BATCH = 100
CONTROL = "1706.03762"
"""A paper that is there as long as arXiv is."""
HOST = "export.arxiv.org"

_WITHDRAWN = re.compile(
    r"\s*(?:this (?:paper|article|submission|manuscript) (?:has been|is|was) )?withdrawn\b", re.IGNORECASE
)


class ArxivLookup(ApiLookup):
    """Looks papers up by id; an id the API does not know does not exist."""

    service = "arXiv's API"
    batch = BATCH

    def __init__(self, session: requests.Session) -> None:
        super().__init__(session)
        # The session does the waiting and trying again: the client would wait after cached answers too, retry a
        # malformed id for ever and ignore Retry-After.
        self._client = arxiv.Client(page_size=BATCH, delay_seconds=0, num_retries=0)
        self._client._session = session  # noqa: SLF001 - the only way in; tests/test_lookups.py guards it

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> ArxivLookup:
        """Build the lookup with its cache in OUTPUT_DIR."""
        return cls(
            open_session(
                cache_file(settings),
                user_agent=settings["USER_AGENT"],
                pace=options.pace(settings, HOST),
                worth_keeping=_has_entries,
            )
        )

    def observe(self, due: Sequence[Due], now: datetime) -> Iterator[Result]:
        """Look up all papers in one request, and once more those that seem not to exist.

        arXiv sometimes answers with fewer entries than it has, or none. So the second request also asks for a paper
        that is known to exist: only an answer that has it is believed.
        """
        papers = self.papers(sorted({each.link.identity for each in due}))
        if missing := sorted({each.link.identity for each in due}.difference(papers)):
            papers |= self.papers([*missing[: BATCH - 1], CONTROL])
            if CONTROL not in papers:
                raise ServiceDownError("an answer without papers")
        known = Check(Outcome.OK, "arXiv knows it", now, How.API)
        unknown = Check(Outcome.GONE, "arXiv knows no such paper", now, How.API, conclusive=True)
        for each in due:
            paper = papers.get(each.link.identity)
            yield Result(each.link, unknown if paper is None else known, paper, history=each.history)

    def papers(self, ids: Sequence[str]) -> dict[str, Paper]:
        """Return the papers that exist, by id. One malformed id spoils an answer (HTTP 400): such a batch is halved."""
        if not ids:
            return {}
        try:
            found = list(self._client.results(arxiv.Search(id_list=list(ids), max_results=len(ids))))
        except arxiv.HTTPError as error:
            if error.status != 400:  # noqa: PLR2004
                raise ServiceDownError(str(error)) from error
            if len(ids) == 1:
                return {}
            middle = len(ids) // 2
            return self.papers(ids[:middle]) | self.papers(ids[middle:])
        except arxiv.ArxivError as error:
            raise ServiceDownError(str(error)) from error
        papers = (_paper(result) for result in found)
        return {paper.arxiv_id: paper for paper in papers}


def _has_entries(response: requests.Response) -> bool:
    """Tell whether an answer has papers: one without may be a bad moment of the service."""
    return b"<entry" in response.content


def _paper(result: arxiv.Result) -> Paper:
    arxiv_id, version = _id_and_version(result.entry_id)
    comment = _text(result.comment)
    abstract = _text(result.summary)
    return Paper(
        title=_text(result.title) or "",
        arxiv_id=arxiv_id,
        authors=tuple(name for author in result.authors if (name := _text(author.name))),
        abstract=abstract,
        categories=tuple(result.categories),
        comment=comment,
        journal_ref=_text(result.journal_ref),
        doi=_text(result.doi),
        published=result.published,
        updated=result.updated,
        version=version,
        withdrawn=any(_WITHDRAWN.match(text) is not None for text in (comment, abstract) if text),
    )


def _id_and_version(entry_id: str) -> tuple[str, int | None]:
    """Split `http://arxiv.org/abs/2110.15352v2` into id and version."""
    arxiv_id, v, version = urlsplit(entry_id).path.removeprefix("/abs/").rpartition("v")
    return (arxiv_id, int(version)) if v and version.isdecimal() else (version, None)


def _text(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None
