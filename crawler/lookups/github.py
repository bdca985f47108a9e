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

_FIELDS = """
  databaseId nameWithOwner description stargazerCount forkCount isArchived pushedAt
  licenseInfo { spdxId } primaryLanguage { name } defaultBranchRef { name }
"""


class GithubLookup(ApiLookup):
    """Looks repositories up by owner and name."""

    service = "GitHub's API"
    batch = BATCH

    def __init__(self, session: requests.Session, token: str) -> None:
        self._session = session
        self._headers = {"Authorization": f"bearer {token}"}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> GithubLookup:
        """Build the lookup; the token comes from the environment alone."""
        session = open_session(
            cache_file(settings),
            user_agent=settings["USER_AGENT"],
            pace=options.table(settings, "PACE").get(HOST, 0.0),
        )
        return cls(session, settings["GITHUB_TOKEN"])

    def observe(self, due: Sequence[Due], now: datetime) -> Iterator[Result]:
        """Look up all repositories in as few queries as GitHub allows."""
        found = self.repositories(sorted({each.link.identity for each in due}))
        for each in due:
            repository = found[each.link.identity]
            yield Result(each.link, _check(each.link, repository, now), repository, history=each.history)

    def repositories(self, names: Sequence[str]) -> dict[str, Repository | None]:
        """Return each repository by the name it was asked by, None where there is none."""
        if not names:
            return {}
        answer = self._ask(_query(names))
        data = answer.get("data")
        errors = answer.get("errors") or []
        missing = {error["path"][0] for error in errors if error.get("type") == "NOT_FOUND" and error.get("path")}
        if not isinstance(data, dict) or any(
            data.get(f"r{i}") is None and f"r{i}" not in missing for i in range(len(names))
        ):
            if len(names) == 1:
                raise ServiceDownError(errors[0].get("message", "no data") if errors else "no data")
            middle = len(names) // 2
            return self.repositories(names[:middle]) | self.repositories(names[middle:])
        return {name: _repository(data[f"r{i}"]) for i, name in enumerate(names)}

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


def _repository(data: Mapping[str, Any] | None) -> Repository | None:
    if data is None:
        return None
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


def _check(link: Link, repository: Repository | None, now: datetime) -> Check:
    if repository is None:
        return Check(Outcome.GONE, "GitHub knows no such repository", now, How.API, conclusive=True)
    if repository.title.lower() == link.identity:
        return Check(Outcome.OK, "GitHub knows it", now, How.API)
    deep_path = "/".join(link.url.split("/")[5:])
    final_url = f"https://github.com/{repository.title}" + (f"/{deep_path}" if deep_path else "")
    return Check(Outcome.MOVED, "repository renamed or transferred", now, How.API, final_url=final_url)
