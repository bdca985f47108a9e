"""Look up repositories by name, one per request; what a host does not say is left to the repository's page.

A repository that its host does not find may be private, and a path in one is not in its answer: pages tell both.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import requests

from crawler.links.canonical_url import is_sendable
from crawler.links.repository_urls import RepositoryUrl, repository_of
from crawler.lookups.base import SharedLookup
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.forges.apis import APIS, read_repository
from crawler.lookups.forges.gitlab import read_projects, write_query
from crawler.lookups.session import open_session
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.metadata import Repository
    from crawler.models.result import DueLink


class ForgeLookup(SharedLookup):
    """A client of all hosts."""

    service: ClassVar[str] = "hosts of repositories"

    @classmethod
    def from_options(cls, options: CrawlOptions) -> ForgeLookup:
        """Build the lookup with its cache in OUTPUT_DIR, and one rate limit for each host that has its own."""
        delays = {host: options.requests.delay(host) for host in options.requests.delays if host != "*"}
        return cls(
            open_session(
                options.apis.cache_file,
                user_agent=options.requests.user_agent,
                delay=options.requests.delay("*"),
                timeout=options.apis.timeout,
                delays=delays,
            )
        )

    def look_up(self, due: Sequence[DueLink], now: datetime) -> list[CheckResult | None]:
        """Return one result for each link; None for one that only its page can tell of."""
        places = {each.link.url: place for each in due if (place := repository_of(each.link.url)) is not None}
        roots = {place.identity: place for place in places.values() if not place.below}
        known = self._projects([place for place in roots.values() if place.api == "gitlab"])
        for identity, place in roots.items():
            if identity not in known and (repository := self._repository(place)) is not None:
                known[identity] = repository
        return [_result(each, places.get(each.link.url), known, now) for each in due]

    def _projects(self, places: Sequence[RepositoryUrl]) -> dict[str, Repository]:
        """Return the projects on hosts of GitLab that still have their names, with one query for each host."""
        known: dict[str, Repository] = {}
        for host in sorted({place.host for place in places}):
            names = [place.name for place in places if place.host == host]
            if len(names) > 1:
                answer = self._ask(host, "POST", f"https://{host}/api/graphql", json={"query": write_query(names)})
                known |= {f"{host}/{name}": project for name, project in read_projects(answer).items()}
        return known

    def _repository(self, place: RepositoryUrl) -> Repository | None:
        """Return a repository, under its present name if it was renamed; None if its host does not say."""
        api = APIS[place.api]
        url = api.url.format(host=place.host, name=quote(place.name), encoded=quote(place.name, safe=""))
        return read_repository(api, self._ask(place.host, "GET", url))

    def _ask(self, host: str, method: str, url: str, **more: Any) -> Any:
        """Return the JSON of an answer with status 200; None for any other, and from a host that is down."""
        if self.is_down(host):
            return None
        try:
            response = self._session.request(method, url, **more)
            return response.json() if response.status_code == HTTPStatus.OK else None
        except (requests.JSONDecodeError, RecursionError):
            return None  # a page
        except ServiceDownError as error:
            self.set_down(host, str(error))
        except requests.RequestException as error:
            self.set_down(host, describe_error(error))
        return None


def _result(
    due: DueLink, place: RepositoryUrl | None, known: Mapping[str, Repository], now: datetime
) -> CheckResult | None:
    """Return the result of a link to a repository; None for a path in one, and for one that is not known."""
    if place is None or place.below or (repository := known.get(place.identity)) is None:
        return None
    if repository.disabled:
        check = Check(Outcome.RESTRICTED, Reason(ReasonCode.REPOSITORY_DISABLED), now, CheckMethod.API)
    elif repository.title.lower() != place.name.lower():
        new = place.url_of(repository.title)
        if (found := repository_of(new)) is None or found.name != repository.title or not is_sendable(new):
            return None  # no name that a repository can have must get into notes
        check = Check(Outcome.MOVED, Reason(ReasonCode.REPOSITORY_RENAMED), now, CheckMethod.API, final_url=new)
    else:
        reason = Reason(ReasonCode.FOUND_BY_HOST, APIS[place.api].service)
        check = Check(Outcome.OK, reason, now, CheckMethod.API)
    return CheckResult(due.link, check, repository, history=due.history)
