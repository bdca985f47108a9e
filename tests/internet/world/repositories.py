"""GitHub repositories: those of `repositories.toml`, special ones of `small-internet`, inventions for the rest."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from tests.internet.world.papers import tuples, vocabulary

OWNER = "small-internet"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}/[A-Za-z0-9._-]{1,100}")
REVISION = re.compile(r"v[0-9][0-9.]*|[0-9a-f]{7,40}")
BRANCHES = {"HEAD", "main", "master", "dev", "linen", "feature/loops"}
STATES = {"alive", "renamed", "archived", "missing", "empty", "dmca", "tos"}


@dataclass(frozen=True, slots=True)
class Repository:
    """What GitHub knows of a repository; `archived` is the day on which it was, `blocked` why nobody may see it."""

    full_name: str
    description: str | None
    language: str | None
    license: str
    stars: int
    forks: int
    created: date
    pushed: date
    default_branch: str | None = "main"
    archived: date | None = None
    topics: tuple[str, ...] = ()
    latest_release: str | None = None
    formerly: tuple[str, ...] = ()
    blocked: Literal["dmca", "tos"] | None = None

    @property
    def owner(self) -> str:
        """The account it belongs to."""
        return self.full_name.partition("/")[0]

    @property
    def name(self) -> str:
        """Its name without the owner's."""
        return self.full_name.partition("/")[2]

    @property
    def id(self) -> int:
        """Its number, which survives renaming; invented."""
        return 10_000_000 + Random(f"repository {self.full_name.lower()}").randrange(900_000_000)


def special_name(state: str, number: int) -> str:
    """Return the full name of a repository in that state."""
    if state not in STATES:
        raise ValueError(f"no such state: {state}")
    return f"{OWNER}/{state}-{number}"


@cache
def find_repository(full_name: str) -> Repository | None:
    """Return the repository of that name in any case, under its name of today; None when there is none."""
    if known := table().get(full_name.lower()):
        return known
    if not NAME.fullmatch(full_name):
        return None
    owner, _, name = full_name.partition("/")
    if owner.lower() != OWNER:
        return invent(full_name)
    state = name.lower().partition("-")[0]
    found = invent(full_name)
    match state:
        case "missing":
            return None
        case "renamed":
            return replace(found, full_name=f"{OWNER}/now-{name.partition('-')[2]}", formerly=(full_name,))
        case "archived":
            return replace(found, archived=found.pushed)
        case "empty":
            return replace(found, description=None, language=None, license="", default_branch=None, topics=(), stars=0)
        case "dmca" | "tos":
            return replace(found, blocked=state)
    return found


def find_object(repository: Repository, expression: str) -> Literal["Tree", "Blob", "Commit"] | None:
    """Return what Git has at a revision, or at a path in it (`main:docs/a.md`); None for nothing.

    There are the default branch and those of BRANCHES, tags like `v1.0` and all commits; in them every path without
    "missing" in it, files where the last part has a dot.
    """
    revision, colon, path = expression.partition(":")
    if repository.default_branch is None or not (
        revision in {repository.default_branch, *BRANCHES} or REVISION.fullmatch(revision)
    ):
        return None
    if not colon:
        return "Commit"
    if "missing" in path:
        return None
    return "Blob" if "." in path.rpartition("/")[2] else "Tree"


def find_thread(number: int) -> Literal["Issue", "PullRequest", "Discussion", "transferred"] | None:
    """Return what has that number in any repository, by its hundreds; odd ones of the first five are pull requests."""
    match number // 100:
        case 0 | 1 | 2 | 3 | 4:
            return "PullRequest" if number % 2 else "Issue"
        case 5:
            return "Discussion"
        case 6:
            return "transferred"
    return None


def renamed_branch(repository: Repository, branch: str) -> str | None:
    """Return the name that a branch has now that was renamed: `trunk` is the default branch."""
    return repository.default_branch if branch == "trunk" else None


@cache
def find_by_id(number: int) -> Repository | None:
    """Return a repository that has been found before, or is in the table, by its number."""
    renamed = (find_repository(f"{OWNER}/renamed-{n}") for n in range(100))
    return next((found for found in (*table().values(), *renamed) if found and found.id == number), None)


def invent(full_name: str) -> Repository:
    """Make up a repository from its name."""
    random = Random(f"invented {full_name.lower()}")
    words = vocabulary()
    created = date(2017, 1, 1) + timedelta(days=random.randrange(2500))
    stars = int(10 ** random.uniform(0.5, 4.3))
    return Repository(
        full_name=full_name,
        description=f"{random.choice(words['methods'])} for {random.choice(words['tasks']).lower()}",
        language=random.choice(words["languages"]),
        license=random.choice(words["licenses"]),
        stars=stars,
        forks=stars // random.randrange(3, 9),
        created=created,
        pushed=created + timedelta(days=random.randrange(30, 900)),
        default_branch=random.choice(("main", "master")),
        topics=tuple(random.sample(words["topics"], 2)),
        latest_release=random.choice((None, "v1.0", "v2.1.0")),
    )


@cache
def table() -> dict[str, Repository]:
    """Return the repositories of `repositories.toml` by every name they have or had, in lower case."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["repository"]
    known = [Repository(**tuples(row)) for row in rows]
    return {name.lower(): repository for repository in known for name in (repository.full_name, *repository.formerly)}
