"""Batched client of GitHub's API: looks up repositories and paths in them.

GraphQL queries have up to 50 repositories, and are halved if they exceed a limit. What GraphQL does not find is
requested by REST, and then as a page: it is gone only if that is not found either. What no API tells (files of
releases, wikis, comparisons …) is requested as a page.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from requests import codes

from crawler.links.canonical_url import is_sendable
from crawler.lookups.base import ApiLookup
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.github import graphql, pages
from crawler.lookups.github.graphql import RepositoryAnswer
from crawler.lookups.github.pages import GithubPages
from crawler.lookups.github.paths import parse_repository_path
from crawler.lookups.github.rest import GithubRest, MissingRepository
from crawler.lookups.session import open_session
from crawler.lookups.values import count_in, text_in, value_at
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.metadata import Repository
from crawler.models.reasons.reason import Reason, ReasonCode
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
"""Points of the hourly rate limit (5,000) that are left to other users of the token."""

MAX_FAILURES = 3
"""Repositories in a row, queried alone without an answer, after which GraphQL counts as down."""

_TOO_SLOW = "HTTP 502", "HTTP 504"
"""Answers to a query that takes longer than ten seconds."""

Queries = list[tuple[str, list["RepositoryPath"]]]
"""Repositories `owner/name` with the paths in them."""


class GithubLookup(ApiLookup):
    """Looks up repositories by owner and name, and the paths in them."""

    service = "GitHub's API"
    batch = BATCH

    def __init__(self, session: requests.Session, token: str) -> None:
        super().__init__(session)
        self._headers = {"Authorization": f"bearer {token}"}
        self._rest = GithubRest(session, ENDPOINT, self._headers)
        self._pages = GithubPages(session)
        self._failures_in_a_row = 0
        self._limit_reached: str | None = None  # why no more queries are sent

    @classmethod
    def from_options(cls, options: CrawlOptions) -> GithubLookup:
        """Build the lookup with the token of GITHUB_TOKEN, which only the environment sets."""
        session = open_session(
            options.apis.cache_file,
            user_agent=options.requests.user_agent,
            delay=options.requests.delay(HOST),
            timeout=options.apis.timeout,
            delays={pages.HOST: options.requests.delay(pages.HOST)},
        )
        return cls(session, options.apis.github_token)

    def check_links(self, due: Sequence[DueLink], now: datetime) -> Iterator[CheckResult]:
        """Yield the results of all links, repository by repository, with as few queries as possible."""
        links: defaultdict[str, list[DueLink]] = defaultdict(list)
        for each in due:
            links[each.link.identity].append(each)
        queries = [
            (name, [path for each in links[name] if (path := parse_repository_path(each.link.url)) is not None])
            for name in sorted(links)
        ]
        for name, answer in self._query_repositories(queries):
            try:
                yield from list(self._results(name, answer, links[name], now))
            except ServiceDownError as error:
                self._failures_in_a_row += 1
                graphql_failed = isinstance(answer, str) and answer not in graphql.OWN_ERRORS
                if graphql_failed or self._failures_in_a_row >= MAX_FAILURES:
                    raise
                reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, self.service, str(error))
                check = Check(Outcome.SKIPPED, reason, now, CheckMethod.API)
                yield from (CheckResult(each.link, check, history=each.history) for each in links[name])
        self.unavailable_reason = self._limit_reached

    def _query_repositories(self, queries: Queries) -> Iterator[tuple[str, RepositoryAnswer | str]]:
        """Yield each repository, or an error in its place; those that a query did not answer are queried again."""
        if not queries:
            return
        answers, message = self._query(queries)
        yield from answers.items()
        if answers:
            self._failures_in_a_row = 0
            yield from self._query_repositories([query for query in queries if query[0] not in answers])
        elif len(queries) > 1:
            middle = len(queries) // 2
            yield from self._query_repositories(queries[:middle])
            yield from self._query_repositories(queries[middle:])
        else:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= MAX_FAILURES:
                raise ServiceDownError(message)
            yield queries[0][0], message

    def _query(self, queries: Queries) -> tuple[dict[str, RepositoryAnswer | str], str]:
        """Return the repositories in the answer to one query, and GitHub's message on the others."""
        try:
            answer = self._post(graphql.write_query(queries))
        except ServiceDownError as error:
            if str(error) not in _TOO_SLOW:
                raise
            return {}, str(error)
        errors = graphql.errors_in(answer)
        message = str(errors[0].get("message")) if errors else "no data"
        if any(error.get("type") == "RATE_LIMITED" for error in errors):
            raise ServiceDownError(message)
        limit = value_at(answer, "data", "rateLimit")
        remaining = count_in(value_at(limit, "remaining"))
        if remaining is not None and remaining < RESERVE:
            self._limit_reached = f"only {remaining} requests left until {value_at(limit, 'resetAt')}"
        return graphql.read_answer(answer, queries), message

    def _post(self, query: str) -> Mapping[str, Any]:
        """Return the JSON of the answer to a query; raise ServiceDownError for another answer."""
        if self._limit_reached is not None:
            raise ServiceDownError(self._limit_reached)
        response = self._session.post(f"{ENDPOINT}/graphql", json={"query": query}, headers=self._headers)
        try:
            answer = response.json()
        except (ValueError, RecursionError) as error:
            raise ServiceDownError(f"HTTP {response.status_code}, not JSON") from error
        if response.status_code != codes.ok or not isinstance(answer, dict):
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise ServiceDownError(f"HTTP {response.status_code} {message}".strip())
        return answer

    def _results(
        self, name: str, answer: RepositoryAnswer | str, due: Sequence[DueLink], now: datetime
    ) -> Iterator[CheckResult]:
        """Yield the results of the links to one repository and its paths."""
        known = next((each.known for each in due if isinstance(each.known, Repository)), None)
        resolved = self._resolve(name, answer, known)
        for each in due:
            if isinstance(resolved, MissingRepository):
                yield CheckResult(each.link, self._check_missing(each.link, resolved, now), history=each.history)
            else:
                check = self._check(each.link, resolved, now)
                yield CheckResult(each.link, check, resolved.repository, history=each.history)

    def _check_missing(self, link: Link, missing: MissingRepository, now: datetime) -> Check:
        """Return the check of a link to a repository that the token cannot read: by its page, which may be public."""
        check = Check(missing.outcome, missing.reason, now, CheckMethod.API)
        if missing.outcome is Outcome.RESTRICTED:
            return check
        by_page = self._pages.check(link.url, missing.reason, now)
        return by_page if by_page.is_ok or missing.outcome is Outcome.GONE else check

    def _resolve(
        self, name: str, answer: RepositoryAnswer | str, known: Repository | None
    ) -> RepositoryAnswer | MissingRepository:
        """Return the repository that was meant, by REST if it is not found or if its name has another id now."""
        known_id = known.database_id if known is not None else None
        if isinstance(answer, str):
            if known_id is not None and answer == "NOT_FOUND":
                by_rest = self._rest.repository_by_id(known_id)
            else:
                by_rest = self._repository_by_name(name, answer)
            return by_rest if isinstance(by_rest, MissingRepository) else RepositoryAnswer(by_rest)
        repository = answer.repository
        if known is None or known_id is None or repository.database_id in {known_id, None}:
            return replace(answer, repository=replace(repository, earlier_id=known.earlier_id if known else None))
        by_rest = self._rest.repository_by_id(known_id)
        if isinstance(by_rest, MissingRepository):
            return replace(answer, repository=replace(repository, earlier_id=known_id))
        return RepositoryAnswer(by_rest)

    def _repository_by_name(self, name: str, answer: str) -> Repository | MissingRepository:
        """Return a repository by REST; raise ServiceDownError with the error of GraphQL if that failed as a whole."""
        try:
            return self._rest.repository(name)
        except ServiceDownError as error:
            if answer in graphql.OWN_ERRORS:
                raise
            raise ServiceDownError(answer) from error

    def _check(self, link: Link, answer: RepositoryAnswer, now: datetime) -> Check:
        """Return the check of a link to a repository that exists, or to a path in it."""
        repository, path = answer.repository, parse_repository_path(link.url)
        below = "/".join(link.url.split("/")[5:])
        reason = Reason(ReasonCode.FOUND_ON_GITHUB)
        if repository.earlier_id is not None:
            reason = Reason(ReasonCode.NAME_REUSED, str(repository.earlier_id))
        moved = repository.title.lower() != link.identity
        if moved:
            reason = Reason(ReasonCode.REPOSITORY_RENAMED)
        if path is not None and not any(answer.existing.get(field, True) for field in path.evidence):
            path_check = self._check_path(repository, path, answer.existing, now)
            if path_check is not None:
                return self._confirmed(path_check, link.url, now)
        elif below and (path is None or not any(field in answer.existing for field in path.evidence)):
            url = _repository_url(repository, below) if moved else link.url
            by_page = self._pages.check(url, Reason(ReasonCode.NOT_FOUND), now, conclusive=False)
            if not by_page.is_ok:
                return by_page
            reason = reason if moved else Reason(ReasonCode.REACHABLE)
        if moved:
            return Check(Outcome.MOVED, reason, now, CheckMethod.API, final_url=_repository_url(repository, below))
        return Check(Outcome.OK, reason, now, CheckMethod.API)

    def _confirmed(self, by_api: Check, url: str, now: datetime) -> Check:
        """Return the check of a path that the API does not find, if its page is not found either; else that page's."""
        if by_api.outcome is not Outcome.GONE:
            return by_api
        by_page = self._pages.check(url, by_api.reason, now)
        if by_page.outcome is Outcome.GONE:
            return by_api
        return replace(by_page, reason=Reason(ReasonCode.REACHABLE)) if by_page.is_ok else by_page

    def _check_path(
        self, repository: Repository, path: RepositoryPath, existing: Mapping[str, bool], now: datetime
    ) -> Check | None:
        """Return the check of a path that GraphQL does not find; None if the REST API finds it."""
        suggestion = None
        if path.elsewhere is not None and existing.get(path.elsewhere) and repository.default_branch:
            suggestion = _repository_url(repository, path.with_branch(repository.default_branch))
        branch_is_gone = False
        if path.rest is not None:
            branch_is_gone = bool(path.verb) and not (path.ref is not None and existing.get(path.ref))
            by_rest = self._rest.current_path(repository.title, path.branch if branch_is_gone else path.rest)
            moved_to = _renamed_target(repository, path, by_rest, suggestion) if by_rest else None
            if moved_to is not None:
                reason = Reason(ReasonCode.PATH_MOVED if path.verb else ReasonCode.ISSUE_MOVED)
                return Check(Outcome.MOVED, reason, now, CheckMethod.API, final_url=moved_to)
            if by_rest is not None and not branch_is_gone:
                return None
        return Check(
            Outcome.GONE,
            Reason(path.not_found),
            now,
            CheckMethod.API,
            conclusive=path.certain and not branch_is_gone,  # a branch with a slash in its name may have been renamed
            suggestion=suggestion,
            suggestion_source="github" if suggestion else None,
        )


def _renamed_target(
    repository: Repository, path: RepositoryPath, by_rest: Mapping[str, Any], on_default_branch: str | None
) -> str | None:
    """Return the new URL of a path on a renamed branch, or of a transferred issue; None if it is not known."""
    if not path.verb:
        url = str(by_rest.get("html_url"))
        return url if url.startswith("https://github.com/") and is_sendable(url) else None
    branch = text_in(by_rest.get("name"))
    if branch is not None and not path.path:
        return _repository_url(repository, path.with_branch(branch))
    return on_default_branch if branch is not None and branch == repository.default_branch else None


def _repository_url(repository: Repository, below: str) -> str:
    return f"https://github.com/{quote(repository.title)}" + (f"/{below}" if below else "")
