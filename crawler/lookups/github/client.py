"""GitHub repositories and places in them: fifty in a query, halved when it costs too much; REST for what is not found.

What neither knows is gone only if its page is.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from requests import codes

from crawler.lookups.base import ApiLookup
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.github import graphql, pages
from crawler.lookups.github.graphql import RepositoryAnswer
from crawler.lookups.github.pages import GithubPages
from crawler.lookups.github.paths import parse_repository_path
from crawler.lookups.github.rest import GithubRest, MissingRepository
from crawler.lookups.session import open_session
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.metadata import Repository
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import requests

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.github.paths import RepositoryPath
    from crawler.models.link import Link
    from crawler.models.result import DueLink

BATCH = 50
HOST = "api.github.com"
ENDPOINT = f"https://{HOST}"

RESERVE = 100
"""Points of the hour (GitHub gives 5,000) that are left to whoever else uses the token."""

PATIENCE = 3
"""Repositories in a row that GraphQL cannot answer for, one at a time, after which it is down."""

_TOO_SLOW = "HTTP 502", "HTTP 504"
"""What GitHub answers to a query that takes longer than ten seconds."""

Queries = list[tuple[str, list["RepositoryPath"]]]
"""Repositories `owner/name` with the places in them."""


class GithubLookup(ApiLookup):
    """Looks repositories up by owner and name."""

    service = "GitHub's API"
    batch = BATCH

    def __init__(self, session: requests.Session, token: str) -> None:
        super().__init__(session)
        self._headers = {"Authorization": f"bearer {token}"}
        self._rest = GithubRest(session, ENDPOINT, self._headers)
        self._pages = GithubPages(session)
        self._failures_in_a_row = 0
        self._spent: str | None = None

    @classmethod
    def from_options(cls, options: CrawlOptions) -> GithubLookup:
        """Build the lookup; the token comes from the environment alone."""
        session = open_session(
            options.apis.cache_file,
            user_agent=options.requests.user_agent,
            delay=options.requests.delay(HOST),
            timeout=options.apis.timeout,
            delays={pages.HOST: options.requests.delay(pages.HOST)},
        )
        return cls(session, options.apis.github_token)

    def check_links(self, due: Sequence[DueLink], now: datetime) -> Iterator[CheckResult]:
        """Look up all repositories in as few queries as GitHub allows, one after the other."""
        links: defaultdict[str, list[DueLink]] = defaultdict(list)
        for each in due:
            links[each.link.identity].append(each)
        wanted = [
            (name, [place for each in links[name] if (place := parse_repository_path(each.link.url)) is not None])
            for name in sorted(links)
        ]
        for name, answer in self._query_repositories(wanted):
            try:
                yield from list(self._results(name, answer, links[name], now))
            except ServiceDownError as error:
                self._failures_in_a_row += 1
                neither = isinstance(answer, str) and answer not in graphql.OWN_ERRORS
                if neither or self._failures_in_a_row >= PATIENCE:
                    raise
                reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, self.service, str(error))
                check = Check(Outcome.SKIPPED, reason, now, CheckMethod.API)
                yield from (CheckResult(each.link, check, history=each.history) for each in links[name])
        self.unavailable_reason = self._spent

    def _query_repositories(self, wanted: Queries) -> Iterator[tuple[str, RepositoryAnswer | str]]:
        """Yield each repository, or the type of error that stands in its place; what is not answered is asked again."""
        if not wanted:
            return
        found, said = self._query(wanted)
        yield from found.items()
        left = [each for each in wanted if each[0] not in found]
        if found:
            self._failures_in_a_row = 0
            yield from self._query_repositories(left)
        elif len(wanted) > 1:
            middle = len(wanted) // 2
            yield from self._query_repositories(wanted[:middle])
            yield from self._query_repositories(wanted[middle:])
        else:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= PATIENCE:
                raise ServiceDownError(said)
            yield wanted[0][0], said

    def _query(self, wanted: Queries) -> tuple[dict[str, RepositoryAnswer | str], str]:
        """Send one query; return what it found, and what GitHub says of the rest."""
        try:
            answer = self._post(graphql.write_query(wanted))
        except ServiceDownError as error:
            if str(error) not in _TOO_SLOW:
                raise
            return {}, str(error)
        errors = answer.get("errors") or []
        said = str(errors[0].get("message")) if errors else "no data"
        if any(error.get("type") == "RATE_LIMITED" for error in errors):
            raise ServiceDownError(said)
        limit = (answer.get("data") or {}).get("rateLimit") or {}
        if limit.get("remaining", RESERVE) < RESERVE:
            self._spent = f"only {limit['remaining']} requests left until {limit.get('resetAt')}"
        return graphql.read_answer(answer, wanted), said

    def _post(self, query: str) -> Mapping[str, Any]:
        if self._spent is not None:
            raise ServiceDownError(self._spent)
        response = self._session.post(f"{ENDPOINT}/graphql", json={"query": query}, headers=self._headers)
        try:
            answer = response.json()
        except ValueError as error:
            raise ServiceDownError(f"HTTP {response.status_code}, not JSON") from error
        if response.status_code != codes.ok or not isinstance(answer, dict):
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise ServiceDownError(f"HTTP {response.status_code} {message}".strip())
        return answer

    def _results(
        self, name: str, answer: RepositoryAnswer | str, due: Sequence[DueLink], now: datetime
    ) -> Iterator[CheckResult]:
        known = next((each.known for each in due if isinstance(each.known, Repository)), None)
        settled = self._resolve_missing(name, answer, known)
        for each in due:
            if isinstance(settled, MissingRepository) and settled.outcome is Outcome.GONE:
                yield CheckResult(
                    each.link, self._pages.check(each.link.url, settled.reason, now), history=each.history
                )
            elif isinstance(settled, MissingRepository):
                check = Check(settled.outcome, settled.reason, now, CheckMethod.API)
                yield CheckResult(each.link, check, history=each.history)
            else:
                check = self._check(each.link, settled, now)
                yield CheckResult(each.link, check, settled.repository, history=each.history)

    def _resolve_missing(
        self, name: str, answer: RepositoryAnswer | str, known: Repository | None
    ) -> RepositoryAnswer | MissingRepository:
        """Find out what became of a repository that is not found, or not the one that had its name before."""
        known_id = known.database_id if known is not None else None
        if isinstance(answer, str):
            if known_id is not None and answer == "NOT_FOUND":
                found = self._rest.repository_by_id(known_id)
            else:
                found = self._check_name(name, answer)
            return found if isinstance(found, MissingRepository) else RepositoryAnswer(found)
        repository = answer.repository
        if known is None or known_id is None or repository.database_id in {known_id, None}:
            return replace(answer, repository=replace(repository, earlier_id=known.earlier_id if known else None))
        found = self._rest.repository_by_id(known_id)
        if isinstance(found, MissingRepository):
            return replace(answer, repository=replace(repository, earlier_id=known_id))
        return RepositoryAnswer(found)

    def _check_name(self, name: str, answer: str) -> Repository | MissingRepository:
        try:
            return self._rest.repository(name)
        except ServiceDownError as error:
            if answer in graphql.OWN_ERRORS:
                raise
            raise ServiceDownError(answer) from error

    def _check(self, link: Link, found: RepositoryAnswer, now: datetime) -> Check:
        repository, place = found.repository, parse_repository_path(link.url)
        below = "/".join(link.url.split("/")[5:])
        reason = Reason(ReasonCode.FOUND_ON_GITHUB)
        if repository.earlier_id is not None:
            reason = Reason(ReasonCode.NAME_REUSED, str(repository.earlier_id))
        moved = repository.title.lower() != link.identity
        if moved:
            reason = Reason(ReasonCode.REPOSITORY_RENAMED)
        if place is not None and not any(found.existing.get(each, True) for each in place.evidence):
            lost = self._check_path(repository, place, found.existing, now)
            if lost is not None:
                return lost
        if moved:
            return Check(Outcome.MOVED, reason, now, CheckMethod.API, final_url=_repository_url(repository, below))
        return Check(Outcome.OK, reason, now, CheckMethod.API)

    def _check_path(
        self, repository: Repository, place: RepositoryPath, there: Mapping[str, bool], now: datetime
    ) -> Check | None:
        """Find out what became of a place that GraphQL does not see; None if it is there after all."""
        offered = None
        if place.elsewhere is not None and there.get(place.elsewhere) and repository.default_branch:
            offered = _repository_url(repository, place.with_branch(repository.default_branch))
        branch_is_gone = False
        if place.rest is not None:
            branch_is_gone = bool(place.verb) and not (place.ref is not None and there.get(place.ref))
            today = self._rest.current_path(repository.title, place.branch if branch_is_gone else place.rest)
            moved_to = _renamed_target(repository, place, today, offered) if today else None
            if moved_to is not None:
                moved = Reason(ReasonCode.PATH_MOVED if place.verb else ReasonCode.ISSUE_MOVED)
                return Check(Outcome.MOVED, moved, now, CheckMethod.API, final_url=moved_to)
            if today is not None and not branch_is_gone:
                return None
        return Check(
            Outcome.GONE,
            Reason(place.not_found),
            now,
            CheckMethod.API,
            conclusive=place.certain and not branch_is_gone,  # it may have a slash in its name, and have been renamed
            suggestion=offered,
            suggestion_source="github" if offered else None,
        )


def _renamed_target(
    repository: Repository, place: RepositoryPath, today: Mapping[str, Any], offered: str | None
) -> str | None:
    """Return the new address of a path on a renamed branch, or of a transferred issue."""
    if not place.verb:
        address = str(today.get("html_url"))
        return address if address.startswith("https://github.com/") else None
    branch = today.get("name")
    if branch is not None and not place.path:
        return _repository_url(repository, place.with_branch(branch))
    return offered if branch is not None and branch == repository.default_branch else None


def _repository_url(repository: Repository, below: str) -> str:
    return f"https://github.com/{quote(repository.title)}" + (f"/{below}" if below else "")
