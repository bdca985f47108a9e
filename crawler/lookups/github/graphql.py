"""Write queries of GitHub's GraphQL API for many repositories under aliases, and read the answers. Pure.

https://docs.github.com/graphql/reference/objects#repository
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.links.spelling.text_links import find_arxiv_ids
from crawler.lookups.values import count_in, flag_in, text_in, texts_in, time_in, value_at, values_at
from crawler.models.metadata import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.lookups.github.paths import RepositoryPath

MAX_README = 1_000_000
"""Characters of a README in which papers are searched; GitHub answers with no more."""

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
    data = answer.get("data")
    errors = {
        tuple(map(str, error["path"])): str(error.get("type")) for error in errors_in(answer) if error.get("path")
    }
    answers: dict[str, RepositoryAnswer | str] = {}
    for i, (name, paths) in enumerate(queries):
        alias = f"r{i}"
        node = value_at(data, alias)
        title = text_in(value_at(node, "nameWithOwner"))
        if title is not None:
            existing = {
                field_: node[f"p{j}"] is not None
                for j, field_ in enumerate(_fields(paths))
                if f"p{j}" in node and errors.get((alias, f"p{j}"), "NOT_FOUND") == "NOT_FOUND"
            }
            answers[name] = RepositoryAnswer(_repository(node, title), existing)
        elif errors.get((alias,)) in OWN_ERRORS:
            answers[name] = errors[alias,]
    return answers


def errors_in(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the errors of an answer; their `path` is a list, if they have one."""
    found = answer.get("errors")
    errors = [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []
    return [error for error in errors if isinstance(error.get("path"), list | None)]


def _fields(paths: Sequence[RepositoryPath]) -> list[str]:
    """Return the fields of all paths, without duplicates."""
    return list(dict.fromkeys(field_ for path in paths for field_ in path.fields))


def _repository(node: Mapping[str, Any], title: str) -> Repository:
    description = text_in(node.get("description"))
    return Repository(
        title=title,
        database_id=count_in(node.get("databaseId")),
        stars=count_in(node.get("stargazerCount")),
        forks=count_in(node.get("forkCount")),
        language=text_in(value_at(node, "primaryLanguage", "name")),
        license=text_in(value_at(node, "licenseInfo", "spdxId")),
        archived=flag_in(node.get("isArchived")),
        pushed_at=time_in(node.get("pushedAt")),
        description=description,
        default_branch=text_in(value_at(node, "defaultBranchRef", "name")),
        topics=texts_in(values_at(value_at(node, "repositoryTopics", "nodes"), "topic", "name")),
        latest_release=text_in(value_at(node, "latestRelease", "tagName")),
        released_at=time_in(value_at(node, "latestRelease", "publishedAt")),
        papers=find_arxiv_ids(f"{description or ''}\n{text_in(value_at(node, 'readme', 'text'), MAX_README) or ''}"),
    )
