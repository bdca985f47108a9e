"""GitHub's GraphQL API: queries for many repositories under aliases, and what comes back. Pure.

https://docs.github.com/graphql/reference/objects#repository
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.links.text_links import find_arxiv_ids
from crawler.models.metadata import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.lookups.github.paths import RepositoryPath

MAX_TOPICS = 20  # GitHub's own limit for a repository

OWN_ERRORS = frozenset({"NOT_FOUND", "FORBIDDEN"})
"""Errors that are about one repository; others may be about the query."""

_FIELDS = f"""
  databaseId nameWithOwner description stargazerCount forkCount isArchived pushedAt
  licenseInfo {{ spdxId }} primaryLanguage {{ name }} defaultBranchRef {{ name }}
  latestRelease {{ tagName publishedAt }} repositoryTopics(first: {MAX_TOPICS}) {{ nodes {{ topic {{ name }} }} }}
  readme: object(expression: "HEAD:README.md") {{ ... on Blob {{ text }} }}
"""


@dataclass(frozen=True, slots=True)
class RepositoryAnswer:
    """A repository, and which fields of the places in it are there; what was not said is not in `there`."""

    repository: Repository
    existing: Mapping[str, bool] = field(default_factory=dict)


def write_query(queries: Sequence[tuple[str, Sequence[RepositoryPath]]]) -> str:
    """Write one query for many repositories `owner/name` and the places in them; JSON strings are GraphQL strings."""
    asked = []
    for i, (full_name, places) in enumerate(queries):
        owner, _, name = full_name.partition("/")
        fields = " ".join(f"p{j}: {each}" for j, each in enumerate(_fields(places)))
        asked.append(f"r{i}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{ ...facts {fields} }}")
    limit = "rateLimit { cost remaining resetAt }"
    return f"query {{ {' '.join(asked)} {limit} }} fragment facts on Repository {{{_FIELDS}}}"


def read_answer(
    answer: Mapping[str, Any], queries: Sequence[tuple[str, Sequence[RepositoryPath]]]
) -> dict[str, RepositoryAnswer | str]:
    """Return each repository by the name that it was asked by, or the type of the error in its place.

    What is missing in the result was not answered: a part of the query that ran out of time is null without a word.
    """
    data = answer.get("data") or {}
    errors = {tuple(each["path"]): str(each.get("type")) for each in answer.get("errors") or [] if each.get("path")}
    found: dict[str, RepositoryAnswer | str] = {}
    for i, (name, places) in enumerate(queries):
        node, alias = data.get(f"r{i}"), f"r{i}"
        if node is not None:
            there = {
                each: node[f"p{j}"] is not None
                for j, each in enumerate(_fields(places))
                if f"p{j}" in node and errors.get((alias, f"p{j}"), "NOT_FOUND") == "NOT_FOUND"
            }
            found[name] = RepositoryAnswer(_repository(node), there)
        elif errors.get((alias,)) in OWN_ERRORS:
            found[name] = errors[alias,]
    return found


def _fields(places: Sequence[RepositoryPath]) -> list[str]:
    return list(dict.fromkeys(each for place in places for each in place.fields))


def _repository(node: Mapping[str, Any]) -> Repository:
    release = node.get("latestRelease") or {}
    topics = (node.get("repositoryTopics") or {}).get("nodes") or []
    return Repository(
        title=node["nameWithOwner"],
        database_id=node.get("databaseId"),
        stars=node.get("stargazerCount"),
        forks=node.get("forkCount"),
        language=(node.get("primaryLanguage") or {}).get("name"),
        license=(node.get("licenseInfo") or {}).get("spdxId"),
        archived=node.get("isArchived"),
        pushed_at=parse_time(node.get("pushedAt")),
        description=node.get("description"),
        default_branch=(node.get("defaultBranchRef") or {}).get("name"),
        topics=tuple(each["topic"]["name"] for each in topics if each),
        latest_release=release.get("tagName"),
        released_at=parse_time(release.get("publishedAt")),
        papers=find_arxiv_ids(f"{node.get('description') or ''}\n{(node.get('readme') or {}).get('text') or ''}"),
    )


def parse_time(text: str | None) -> datetime | None:
    """Read a time as GitHub writes it."""
    return datetime.fromisoformat(text) if text else None
