"""Cuts the part that we need out of GitHub's published GraphQL schema (1.2 MB): names, arguments and types as there.

`npm pack @octokit/graphql-schema` brings a package with `schema.graphql` and `LICENSE.md`. Both are read by
`python -m tests.internet.github_schema schema.graphql LICENSE.md > tests/internet/pages/github.graphql`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import (
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCALARS = {"Int", "String", "Boolean", "ID", "Float", "DateTime", "URI", "GitObjectID"}
FIELDS = {
    "Query": "repository rateLimit viewer",
    "RateLimit": "limit cost remaining used resetAt nodeCount",
    "RepositoryOwner": "login url",
    "User": "login url",
    "Organization": "login url",
    "Repository": (
        "id databaseId name nameWithOwner owner url description homepageUrl stargazerCount stargazers forkCount "
        "watchers isArchived archivedAt isDisabled isEmpty isFork isLocked isPrivate isTemplate createdAt updatedAt "
        "pushedAt primaryLanguage licenseInfo defaultBranchRef latestRelease repositoryTopics hasWikiEnabled "
        "object issueOrPullRequest discussion release ref"
    ),
    "StargazerConnection": "totalCount",
    "UserConnection": "totalCount",
    "Language": "name color",
    "License": "key name spdxId url",
    "Ref": "name prefix",
    "Release": "name tagName publishedAt url",
    "RepositoryTopicConnection": "totalCount nodes edges",
    "RepositoryTopicEdge": "node",
    "RepositoryTopic": "topic url",
    "Topic": "name",
    "GitObject": "id oid",
    "Blob": "id oid text",
    "Tree": "id oid",
    "Commit": "id oid",
    "Tag": "id oid",
    "Issue": "number title url",
    "PullRequest": "number title url",
    "Discussion": "number title url",
    "IssueOrPullRequest": "",
}
"""What is kept of which type; a union keeps the types that are kept."""


def excerpt(schema: str) -> Iterator[str]:
    """Yield the definitions that are kept."""
    for node in parse(schema, no_location=True).definitions:
        match node:
            case ScalarTypeDefinitionNode() if node.name.value in SCALARS:
                yield f"scalar {node.name.value}"
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode() if node.name.value in FIELDS:
                word = "type" if isinstance(node, ObjectTypeDefinitionNode) else "interface"
                kept = kept_of(node.interfaces) if word == "type" else []
                implements = f" implements {' & '.join(kept)}" if kept else ""
                wanted = FIELDS[node.name.value].split()
                fields = [f"  {field(each)}\n" for each in node.fields or () if each.name.value in wanted]
                yield f"{word} {node.name.value}{implements} {{\n{''.join(fields)}}}"
            case UnionTypeDefinitionNode() if node.name.value in FIELDS:
                yield f"union {node.name.value} = {' | '.join(kept_of(node.types))}"


def kept_of(types: Iterable[NamedTypeNode] | None) -> list[str]:
    """Return the names of those types that are kept."""
    return [each.name.value for each in types or () if each.name.value in FIELDS]


def field(node: FieldDefinitionNode) -> str:
    """Return a field with those of its arguments whose types are kept."""
    arguments = []
    for each in node.arguments or ():
        if print_ast(each.type).strip("[]!") in SCALARS:
            default = f" = {print_ast(each.default_value)}" if each.default_value else ""
            arguments.append(f"{each.name.value}: {print_ast(each.type)}{default}")
    asked = f"({', '.join(arguments)})" if arguments else ""
    return f"{node.name.value}{asked}: {print_ast(node.type)}"


def main(schema: str, licence: str) -> None:
    """Write the excerpt, with the licence of what it was cut from."""
    title = "Excerpt of @octokit/graphql-schema, made by tests/internet/github_schema.py"
    notice = "\n".join(f"# {line}".rstrip() for line in (title, "", *licence.split("\n")))
    sys.stdout.write("\n\n".join([notice, *excerpt(schema)]) + "\n")


if __name__ == "__main__":
    main(*(Path(name).read_text(encoding="utf-8").strip() for name in sys.argv[1:]))
