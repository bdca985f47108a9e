"""Client of GitHub's REST API, which distinguishes what GraphQL reports as NOT_FOUND, and follows renames.

https://docs.github.com/rest/repos/repos#get-a-repository;
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from requests import codes

from crawler.lookups.errors import ServiceDownError
from crawler.lookups.values import count_in, flag_in, text_in, texts_in, time_in, value_at
from crawler.models.check import Outcome
from crawler.models.metadata import Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAML = "saml"
"""In the message of organizations that show even public repositories to approved tokens only."""


@dataclass(frozen=True, slots=True)
class MissingRepository:
    """The outcome and reason of a check for a repository that cannot be read."""

    outcome: Outcome
    reason: Reason


class GithubRest:
    """Requests one repository or path at a time; redirects, which mean that it was renamed, are followed."""

    def __init__(self, session: requests.Session, endpoint: str, headers: Mapping[str, str]) -> None:
        self._session = session
        self._endpoint = endpoint
        self._headers = {**headers, "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

    def repository(self, full_name: str) -> Repository | MissingRepository:
        """Return the repository with a name, or why it cannot be read."""
        return self._repository(f"repos/{quote(full_name)}")

    def repository_by_id(self, number: int) -> Repository | MissingRepository:
        """Return the repository with an id, whatever its present name."""
        return self._repository(f"repositories/{number}")

    def current_path(self, full_name: str, path: str) -> Mapping[str, Any] | None:
        """Return the answer that a path below a repository redirects to, {} without redirect, None if not found."""
        response = self._get(f"repos/{quote(full_name)}/{path}")
        if response.status_code in {codes.not_found, codes.gone}:
            return None
        answer = _json(response)
        if response.status_code != codes.ok:
            raise ServiceDownError(_error_message(response, answer))
        return answer if response.history else {}

    def _repository(self, path: str) -> Repository | MissingRepository:
        response = self._get(path)
        answer = _json(response)
        reason, title = text_in(value_at(answer, "block", "reason")), text_in(answer.get("full_name"))
        match response.status_code:
            case codes.ok if title is not None:
                return _read_repository(answer, title)
            case codes.not_found:
                return MissingRepository(Outcome.GONE, Reason(ReasonCode.REPOSITORY_NOT_FOUND))
            case codes.unavailable_for_legal_reasons:
                return MissingRepository(
                    Outcome.RESTRICTED, Reason(ReasonCode.BLOCKED_BY_GITHUB, reason or "legal reasons")
                )
            case codes.forbidden if reason:
                return MissingRepository(Outcome.RESTRICTED, Reason(ReasonCode.BLOCKED_BY_GITHUB, reason))
            case codes.forbidden if _SAML in str(answer.get("message")).lower():
                return MissingRepository(Outcome.BLOCKED, Reason(ReasonCode.TOKEN_NOT_APPROVED))
        raise ServiceDownError(_error_message(response, answer))

    def _get(self, path: str) -> requests.Response:
        try:
            return self._session.get(f"{self._endpoint}/{path}", headers=self._headers)
        except requests.RequestException as error:  # not retried by the session: a redirect loop
            raise ServiceDownError(describe_error(error)) from error


def _json(response: requests.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError) as error:
        raise ServiceDownError(f"HTTP {response.status_code}, not JSON") from error
    return answer if isinstance(answer, dict) else {}


def _error_message(response: requests.Response, answer: Mapping[str, Any]) -> str:
    return f"HTTP {response.status_code} {answer.get('message', '')}".strip()


def _read_repository(answer: Mapping[str, Any], title: str) -> Repository:
    return Repository(
        title=title,
        database_id=count_in(answer.get("id")),
        stars=count_in(answer.get("stargazers_count")),
        forks=count_in(answer.get("forks_count")),
        language=text_in(answer.get("language")),
        license=text_in(value_at(answer, "license", "spdx_id")),
        archived=flag_in(answer.get("archived")),
        pushed_at=time_in(answer.get("pushed_at")),
        description=text_in(answer.get("description")),
        default_branch=text_in(answer.get("default_branch")),
        topics=texts_in(answer.get("topics")),
    )
