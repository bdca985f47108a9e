"""Write queries of GitHub's GraphQL API for many repositories under aliases, and read the answers. Pure.

https://docs.github.com/graphql/reference/objects#repository
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.links.spelling.text_links import find_arxiv_ids
from crawler.models.metadata import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.lookups.github.paths import RepositoryPath

MAX_TOPICS = 20  # GitHub's own limit for a repository

OWN_ERRORS = frozenset({"NOT_FOUND", "FORBIDDEN"})
"""Types of errors that concern one repository; others may concern the whole query."""

_FIELDS = f"""
  databaseId nameWithOwner description stargazerCount forkCount isArchived pushedAt
  licenseInfo {{ spdxId }} primaryLanguage {{ name }} defaultBranchRef {{ name }}
  latestRelease {{ tagName publishedAt }} repositoryTopics(first: {MAX_TOPICS}) {{ nodes {{ topic {{ name }} }} }}
  readme: object(expression: "HEAD:README.md") {{ ... on Blob {{ text }} }}
"""


@dataclass(frozen=True, slots=True)
class RepositoryAnswer:
    """A repository, and whether each queried field of paths in it exists; fields without an answer are missing."""

    repository: Repository
    existing: Mapping[str, bool] = field(default_factory=dict)


def write_query(queries: Sequence[tuple[str, Sequence[RepositoryPath]]]) -> str:
    """Return one query for repositories `owner/name` and paths in them; JSON strings are valid GraphQL strings."""
    selections = []
    for i, (full_name, paths) in enumerate(queries):
        owner, _, name = full_name.partition("/")
        fields = " ".join(f"p{j}: {field_}" for j, field_ in enumerate(_fields(paths)))
        arguments = f"owner: {json.dumps(owner)}, name: {json.dumps(name)}"
        selections.append(f"r{i}: repository({arguments}) {{ ...facts {fields} }}")
    limit = "rateLimit { cost remaining resetAt }"
    return f"query {{ {' '.join(selections)} {limit} }} fragment facts on Repository {{{_FIELDS}}}"


def read_answer(
    answer: Mapping[str, Any], queries: Sequence[tuple[str, Sequence[RepositoryPath]]]
) -> dict[str, RepositoryAnswer | str]:
    """Return the repositories by the names in the query, or the type of error in place of one.

    Repositories that were not answered are missing: GitHub returns null without an error for the part of a query that
    exceeded the time limit.
    """
    data = answer.get("data") or {}
    errors = {tuple(error["path"]): str(error.get("type")) for error in answer.get("errors") or [] if error.get("path")}
    answers: dict[str, RepositoryAnswer | str] = {}
    for i, (name, paths) in enumerate(queries):
        node, alias = data.get(f"r{i}"), f"r{i}"
        if node is not None:
            existing = {
                field_: node[f"p{j}"] is not None
                for j, field_ in enumerate(_fields(paths))
                if f"p{j}" in node and errors.get((alias, f"p{j}"), "NOT_FOUND") == "NOT_FOUND"
            }
            answers[name] = RepositoryAnswer(_repository(node), existing)
        elif errors.get((alias,)) in OWN_ERRORS:
            answers[name] = errors[alias,]
    return answers


def _fields(paths: Sequence[RepositoryPath]) -> list[str]:
    """Return the fields of all paths, without duplicates."""
    return list(dict.fromkeys(field_ for path in paths for field_ in path.fields))


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
    """Return a time in GitHub's ISO 8601 form; None for None."""
    return datetime.fromisoformat(text) if text else None
