"""Paths, issues, releases and commits that links into a repository lead to, as fields of GitHub's APIs. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SPLITS = 4
"""Segments up to which a branch name may extend: `a/b/c` may be `b/c` on branch `a`, or `c` on `a/b`."""

_LARGEST_INT = 2**31 - 1  # https://spec.graphql.org/October2021/#sec-Int


@dataclass(frozen=True, slots=True)
class RepositoryPath:
    """A path, issue, discussion, release or commit, as fields of the GraphQL type Repository.

    It exists if any field of `evidence` is not null. For a path, `ref` is the field of its branch, tag or commit,
    `elsewhere` that of the same path on the default branch. GraphQL does not find submodules and renamed branches, the
    REST API does: `rest` is the path there, below the repository, `branch` that of a path's branch. If it is `certain`,
    it is gone for sure when no field and no REST path exists.
    """

    not_found: ReasonCode
    evidence: tuple[str, ...]
    ref: str | None = None
    elsewhere: str | None = None
    rest: str | None = None
    branch: str = ""
    certain: bool = True
    verb: str = ""
    path: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Return all fields to query."""
        return (*self.evidence, *(field for field in (self.ref, self.elsewhere) if field is not None))

    def with_branch(self, branch: str) -> str:
        """Return the URL path of the same file on another branch, below the repository."""
        return quote("/".join(part for part in (self.verb, branch, self.path) if part))


def parse_repository_path(url: str) -> RepositoryPath | None:
    """Return what a link into a repository leads to; None for the repository itself and for pages that no API has."""
    match [unquote(part) for part in urlsplit(url).path.split("/")[3:]]:
        case [("tree" | "blob" | "raw" | "blame") as verb, *parts] if all(parts):
            return _path(verb, parts)
        case [("issues" | "pull") as verb, number, *_] if _is_number(number):
            fields = [f"issueOrPullRequest(number: {int(number)}) {{ __typename }}"]
            if verb == "issues":  # an issue may have been converted to a discussion, and is redirected
                fields.append(_discussion(number))
            return RepositoryPath(ReasonCode.ISSUE_NOT_FOUND, tuple(fields), rest=f"issues/{int(number)}")
        case ["discussions", number, *_] if _is_number(number):
            return RepositoryPath(ReasonCode.DISCUSSION_NOT_FOUND, (_discussion(number),), certain=False)
        case ["releases", "tag", *parts] if all(parts):
            tag = "/".join(parts)
            fields = [f"release(tagName: {json.dumps(tag)}) {{ tagName }}"]
            fields.append(f"ref(qualifiedName: {json.dumps(f'refs/tags/{tag}')}) {{ name }}")
            return RepositoryPath(ReasonCode.RELEASE_NOT_FOUND, tuple(fields))
        case ["commit", revision, *_] if revision:
            return RepositoryPath(ReasonCode.COMMIT_NOT_FOUND, (_object(revision),), certain=False)
    return None


def _path(verb: str, parts: Sequence[str]) -> RepositoryPath | None:
    if not parts:
        return None
    splits = range(1, min(len(parts), MAX_SPLITS) + 1)
    path = "/".join(parts[1:])
    return RepositoryPath(
        ReasonCode.PATH_NOT_FOUND,
        tuple(_object(f"{'/'.join(parts[:at])}:{'/'.join(parts[at:])}") for at in splits),
        ref=_object(f"{parts[0]}:") if path else None,
        elsewhere=_object(f"HEAD:{path}") if path else None,
        rest=f"contents/{quote(path)}?ref={quote(parts[0], safe='')}",
        branch=f"branches/{quote(parts[0], safe='')}",
        verb=verb,
        path=path,
    )


def _object(expression: str) -> str:
    """Return the field for an expression of gitrevisions(7)."""
    return f"object(expression: {json.dumps(expression)}) {{ __typename }}"


def _discussion(number: str) -> str:
    return f"discussion(number: {int(number)}) {{ number }}"


def _is_number(number: str) -> bool:
    """Return whether a text is a positive number that GraphQL's Int can hold."""
    return number.isascii() and number.isdecimal() and 0 < int(number[:20]) <= _LARGEST_INT
