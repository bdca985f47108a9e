"""Write the query of GitLab's GraphQL API for many projects, and read its answer. Pure.

https://docs.gitlab.com/api/graphql/reference/#queryprojects
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.lookups.forges.apis import APIS, read_repository
from crawler.lookups.values import text_in, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.models.metadata import Repository

_FIELDS = (
    "id fullPath starCount forksCount archived description topics lastActivityAt "
    "repository { rootRef } languages { name share }"
)


def write_query(names: Sequence[str]) -> str:
    """Return the query for projects by their full paths; those that were renamed are not among the answers."""
    return f"{{ projects(fullPaths: {json.dumps(list(names))}, first: {len(names)}) {{ nodes {{ {_FIELDS} }} }} }}"


def read_projects(answer: Any) -> dict[str, Repository]:
    """Return the projects in an answer by their full paths in lower case."""
    nodes = value_at(answer, "data", "projects", "nodes")
    projects = [read_repository(APIS["gitlab"], _as_rest(node)) for node in nodes] if isinstance(nodes, list) else []
    return {project.title.lower(): project for project in projects if project is not None}


def _as_rest(node: Any) -> Mapping[str, Any]:
    """Return a project under the names of the REST API, which has the license as well."""
    number = (text_in(value_at(node, "id"), 100) or "").rpartition("/")[2]
    languages = value_at(node, "languages")
    languages = languages if isinstance(languages, list) else []
    shares = [each for each in languages if isinstance(value_at(each, "share"), int | float)]
    return {
        "path_with_namespace": value_at(node, "fullPath"),
        "id": int(number) if number.isascii() and number.isdecimal() else None,
        "star_count": value_at(node, "starCount"),
        "forks_count": value_at(node, "forksCount"),
        "archived": value_at(node, "archived"),
        "description": value_at(node, "description"),
        "topics": value_at(node, "topics"),
        "last_activity_at": value_at(node, "lastActivityAt"),
        "default_branch": value_at(node, "repository", "rootRef"),
        "language": value_at(max(shares, key=lambda each: each["share"]), "name") if shares else None,
    }
