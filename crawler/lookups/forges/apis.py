"""The interfaces of hosts of repositories: where each says what a repository is, and under which names. Pure.

https://huggingface.co/docs/hub/api, https://docs.gitlab.com/api/projects/, https://codeberg.org/api/swagger,
https://gitee.com/api/v5/swagger, https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.lookups.values import count_in, flag_in, text_in, texts_in, time_in, value_at
from crawler.models.metadata import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForgeApi:
    """One interface: its URL for a repository, and the paths to the values in its answer."""

    service: str
    url: str
    title: Path
    stars: Path = ()
    forks: Path = ("forks_count",)
    number: Path = ("id",)
    license: Path = ()
    language: Path = ("language",)
    pushed_at: Path = ()
    description: Path = ("description",)
    branch: Path = ("default_branch",)
    archived: Path = ("archived",)
    topics: Path = ("topics",)
    more: Mapping[str, Path] = field(default_factory=dict)
    """Paths to what only some have: `downloads`, `gated`, `disabled`."""


def _huggingface(path: str) -> ForgeApi:
    return ForgeApi(
        "Hugging Face",
        f"https://{{host}}/api/{path}/{{name}}",
        ("id",),
        stars=("likes",),
        number=(),
        license=("cardData", "license"),
        pushed_at=("lastModified",),
        topics=(),
        more={"downloads": ("downloads",), "gated": ("gated",), "disabled": ("disabled",)},
    )


APIS: Mapping[str, ForgeApi] = {
    "huggingface_model": _huggingface("models"),
    "huggingface_dataset": _huggingface("datasets"),
    "huggingface_space": _huggingface("spaces"),
    "gitlab": ForgeApi(
        "GitLab",
        "https://{host}/api/v4/projects/{encoded}?license=true",
        ("path_with_namespace",),
        stars=("star_count",),
        license=("license", "key"),
        pushed_at=("last_activity_at",),
    ),
    "gitea": ForgeApi(
        "Codeberg",
        "https://{host}/api/v1/repos/{name}",
        ("full_name",),
        stars=("stars_count",),
        license=("licenses",),
        pushed_at=("updated_at",),
    ),
    "gitee": ForgeApi(
        "Gitee",
        "https://{host}/api/v5/repos/{name}",
        ("full_name",),
        stars=("stargazers_count",),
        license=("license",),
        pushed_at=("pushed_at",),
    ),
    "bitbucket": ForgeApi(
        "Bitbucket",
        "https://api.{host}/2.0/repositories/{name}",
        ("full_name",),
        number=(),
        pushed_at=("updated_on",),
        branch=("mainbranch", "name"),
    ),
}


def read_repository(api: ForgeApi, answer: Any) -> Repository | None:
    """Return the repository in an answer; None if it has no name."""

    def value(path: Path) -> Any:
        return value_at(answer, *path) if path else None

    if not (title := text_in(value(api.title), 300)):
        return None
    more = {name: value(path) for name, path in api.more.items()}
    return Repository(
        title=title,
        database_id=count_in(value(api.number)),
        stars=count_in(value(api.stars)),
        forks=count_in(value(api.forks)),
        language=text_in(value(api.language), 100) or None,
        license=_license(value(api.license)),
        archived=flag_in(value(api.archived)),
        pushed_at=time_in(value(api.pushed_at)),
        description=text_in(value(api.description), 2_000) or None,
        default_branch=text_in(value(api.branch), 300),
        topics=texts_in(value(api.topics))[:50],
        downloads=count_in(more.get("downloads")),
        gated=more["gated"] not in {False, None} if isinstance(more.get("gated"), bool | str) else None,
        disabled=flag_in(more.get("disabled")),
    )


def _license(value: Any) -> str | None:
    """Return the name of a license, the first of several; SPDX identifiers in their own case are not known here."""
    first = next(iter(texts_in(value)), None) if isinstance(value, list) else text_in(value, 100)
    return first or None
