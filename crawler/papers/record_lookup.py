"""Look up papers by their identifiers, each in the service for its scheme.

A paper that no service knows, or whose service does not answer, has no result: its page is requested instead. So a
service that is down, or that registers a DOI days after it was printed, changes no verdict.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from crawler.lookups.base import SharedLookup
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import open_session
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.papers.services.crossref import Crossref
from crawler.papers.services.datacite import DataCite, DoiAgencies
from crawler.papers.services.dblp import Dblp
from crawler.papers.services.openreview import OpenReview
from crawler.papers.services.semantic_scholar import SemanticScholarIds
from crawler.papers.sites import ids_of
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Paper
    from crawler.models.result import DueLink
    from crawler.papers.services.base import RecordService


SERVICES: tuple[type[RecordService], ...] = (
    Crossref,
    DataCite,
    DoiAgencies,
    OpenReview,
    SemanticScholarIds,
    Dblp,
)
"""In the order in which they are asked; the later ones are asked for what the earlier ones do not know."""


class RecordLookup(SharedLookup):
    """A client of all services."""

    service: ClassVar[str] = "registries of papers"

    def __init__(self, session: requests.Session, services: Sequence[RecordService]) -> None:
        super().__init__(session)
        self._services = services

    @classmethod
    def from_options(cls, options: CrawlOptions) -> RecordLookup:
        """Build the lookup with its cache in OUTPUT_DIR; a mail address in USER_AGENT_CONTACT is sent to Crossref."""
        requests_ = options.requests
        session = open_session(
            options.apis.cache_file,
            user_agent=requests_.user_agent,
            delay=requests_.delay(Crossref.host),
            timeout=options.apis.timeout,
            delays={each.host: requests_.delay(each.host) for each in SERVICES},
        )
        return cls(session, [each.build(session, options) for each in SERVICES])

    def look_up(self, due: Sequence[DueLink], now: datetime) -> list[CheckResult | None]:
        """Return one result for each link; None for a paper that no service knows."""
        by_scheme: defaultdict[str, set[str]] = defaultdict(set)
        for each in due:
            scheme, _, paper_id = each.link.identity.partition(":")
            by_scheme[scheme].add(paper_id)
        known = {scheme: self._known(scheme, ids) for scheme, ids in by_scheme.items()}
        return [_result(each, known, now) for each in due]

    def _known(self, scheme: str, ids: set[str]) -> dict[str, tuple[str, Paper | None]]:
        """Return the papers that a service knows by id, with the name of the service."""
        known: dict[str, tuple[str, Paper | None]] = {}
        for service in self._services:
            wanted = sorted(ids.difference(known))
            if not wanted or scheme not in service.schemes or self.is_down(service.service):
                continue
            try:
                papers = service.papers(scheme, wanted)
            except ServiceDownError as error:
                self.set_down(service.service, str(error))
            except Exception as error:  # noqa: BLE001 - an invalid answer must not stop the run
                self.set_down(service.service, describe_error(error))
            else:
                known |= {paper_id: (service.service, paper) for paper_id, paper in papers.items()}
        return known


def _result(
    due: DueLink, known: Mapping[str, Mapping[str, tuple[str, Paper | None]]], now: datetime
) -> CheckResult | None:
    scheme, _, paper_id = due.link.identity.partition(":")
    if (found := known[scheme].get(paper_id)) is None:
        return None
    service, paper = found
    if paper is not None:
        paper = replace(paper, ids={**ids_of(due.link.identity), **paper.ids})
    check = Check(Outcome.OK, Reason(ReasonCode.FOUND_IN_RECORDS, service), now, CheckMethod.API)
    return CheckResult(due.link, check, paper, history=due.history)
