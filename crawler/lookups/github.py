"""GitHub's GraphQL API: fifty repositories a query under aliases, halved when the query costs too much.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler import options
from crawler.items import Check, How, Outcome, Repository, Result
from crawler.lookups.base import ApiLookup
from crawler.lookups.session import ServiceDownError, cache_file, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import requests
    from scrapy.settings import BaseSettings

from crawler.items import Due, Link

BATCH = 50
HOST = "api.github.com"
ENDPOINT = f"https://{HOST}/graphql"

NOT_FOUND = "NOT_FOUND"
OWN_ERRORS = frozenset({NOT_FOUND, "FORBIDDEN"})
"""Errors that are about one repository; others may be about the query, which is then halved."""

_FIELDS = """
  databaseId nameWithOwner description stargazerCount forkCount isArchived pushedAt
  licenseInfo { spdxId } primaryLanguage { name } defaultBranchRef { name }
"""


class GithubLookup(ApiLookup):
    """Looks repositories up by owner and name."""

    service = "GitHub's API"
    batch = BATCH

    def __init__(self, session: requests.Session, token: str) -> None:
        super().__init__(session)
        self._headers = {"Authorization": f"bearer {token}"}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> GithubLookup:
        """Build the lookup; the token comes from the environment alone."""
        session = open_session(
            cache_file(settings),
            user_agent=settings["USER_AGENT"],
            pace=options.pace(settings, HOST),
        )
        return cls(session, settings["GITHUB_TOKEN"])

    def observe(self, due: Sequence[Due], now: datetime) -> Iterator[Result]:
        """Look up all repositories in as few queries as GitHub allows."""
        found = self.repositories(sorted({each.link.identity for each in due}))
        for each in due:
            answer = found[each.link.identity]
            metadata = answer if isinstance(answer, Repository) else None
            yield Result(each.link, _check(each.link, answer, now), metadata, history=each.history)

    def repositories(self, names: Sequence[str]) -> dict[str, Repository | str]:
        """Return each repository by the name it was asked by, or the type of error that stands in its place."""
        if not names:
            return {}
        answer = self._ask(_query(names))
        data = answer.get("data") or {}
        errors = {str(error["path"][0]): error for error in answer.get("errors") or [] if error.get("path")}
        types = {alias: str(error.get("type", "ERROR")) for alias, error in errors.items()}
        found: dict[str, Repository | str] = {}
        for i, name in enumerate(names):
            if data.get(f"r{i}") is not None:
                found[name] = _repository(data[f"r{i}"])
            elif types.get(f"r{i}") in OWN_ERRORS or (len(names) == 1 and f"r{i}" in types):
                found[name] = types[f"r{i}"]
        if len(found) == len(names):
            return found
        if len(names) == 1:
            raise ServiceDownError((answer.get("errors") or [{}])[0].get("message", "no data"))
        middle = len(names) // 2
        return self.repositories(names[:middle]) | self.repositories(names[middle:])

    def _ask(self, query: str) -> dict[str, Any]:
        response = self._session.post(ENDPOINT, json={"query": query}, headers=self._headers)
        try:
            answer = response.json()
        except ValueError as error:
            raise ServiceDownError(f"HTTP {response.status_code}, not JSON") from error
        if not response.ok or not isinstance(answer, dict):
            message = answer.get("message", "") if isinstance(answer, dict) else ""
            raise ServiceDownError(f"HTTP {response.status_code} {message}".strip())
        return answer


def _query(names: Sequence[str]) -> str:
    """Write one query for many repositories; JSON strings are GraphQL strings."""
    asked = (
        f"r{i}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{ ...facts }}"
        for i, (owner, _, name) in enumerate(full_name.partition("/") for full_name in names)
    )
    return f"query {{ {' '.join(asked)} rateLimit {{ cost remaining }} }} fragment facts on Repository {{{_FIELDS}}}"


def _repository(data: Mapping[str, Any]) -> Repository:
    pushed_at = data.get("pushedAt")
    return Repository(
        title=data["nameWithOwner"],
        database_id=data.get("databaseId"),
        stars=data.get("stargazerCount"),
        forks=data.get("forkCount"),
        language=(data.get("primaryLanguage") or {}).get("name"),
        license=(data.get("licenseInfo") or {}).get("spdxId"),
        archived=data.get("isArchived"),
        pushed_at=datetime.fromisoformat(pushed_at) if pushed_at else None,
        description=data.get("description"),
        default_branch=(data.get("defaultBranchRef") or {}).get("name"),
    )


def _check(link: Link, answer: Repository | str, now: datetime) -> Check:
    if answer == NOT_FOUND:
        return Check(Outcome.GONE, "GitHub knows no such repository", now, How.API, conclusive=True)
    if not isinstance(answer, Repository):
        return Check(Outcome.RESTRICTED, f"GitHub does not show it ({answer})", now, How.API)
    if answer.title.lower() == link.identity:
        return Check(Outcome.OK, "GitHub knows it", now, How.API)
    deep_path = "/".join(link.url.split("/")[5:])
    final_url = f"https://github.com/{answer.title}" + (f"/{deep_path}" if deep_path else "")
    return Check(Outcome.MOVED, "repository renamed or transferred", now, How.API, final_url=final_url)
