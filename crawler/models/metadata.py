"""What is known of the thing that a link leads to, one type for each sort of thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Article:
    """What a WeChat article says of itself; `account_id` is the stable `gh_…` name, `original` False for a repost.

    `links` are the papers on arXiv and the repositories on GitHub that its body names, in canonical form; `pictures`
    the addresses of the pictures in it, as they are written.
    """

    title: str
    account: str | None = None
    account_id: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    cover: str | None = None
    original: bool | None = None
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What a service says of a paper; `version` is the newest one.

    `ids` are its ids by scheme: `{"arxiv": "2110.15352", "doi": "10.1109/x"}`; any of them, or all, may be missing.
    `affiliations` has a text for each author, empty where nothing is said; it is empty as a whole where nobody has one.
    `published` is the day of the first version, `updated` that of the newest. The venue is found by
    `pipelines.items.venue` where the service does not say it; `venue_track` is what the paper was there: `oral`,
    `workshop`, `demo` …
    """

    title: str
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    version: int | None = None
    withdrawn: bool | None = None
    venue: str | None = None
    venue_year: int | None = None
    venue_track: str | None = None
    venue_source: str | None = None
    affiliations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.affiliations and len(self.affiliations) != len(self.authors):
            raise ValueError(f"{len(self.affiliations)} affiliations of {len(self.authors)} authors: {self.title}")

    @property
    def arxiv_id(self) -> str | None:
        """The id of the paper on arXiv."""
        return self.ids.get("arxiv")

    @property
    def doi(self) -> str | None:
        """The DOI, as the authors or the publisher wrote it."""
        return self.ids.get("doi")


@dataclass(frozen=True, slots=True)
class Repository:
    """What GitHub says of a repository; `title` is its full name `owner/name`, None means not said.

    `database_id` stays when it is renamed or transferred; `earlier_id` is that of another repository, now gone, which
    had its name before. `license` is an SPDX identifier, `latest_release` a tag; `papers` are the arXiv ids that its
    description and its README name.
    """

    title: str
    database_id: int | None = None
    stars: int | None = None
    forks: int | None = None
    language: str | None = None
    license: str | None = None
    archived: bool | None = None
    pushed_at: datetime | None = None
    description: str | None = None
    default_branch: str | None = None
    topics: tuple[str, ...] = ()
    latest_release: str | None = None
    released_at: datetime | None = None
    earlier_id: int | None = None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What any other page says of itself."""

    title: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or film kept: `title` is its path below IMAGES_STORE, `ab/<sha256>.<ext>`; `size` in bytes.

    Across and down in pixels, `frames` 1 for what stands still; `source` is whose copy it is if not the link's own.
    `dynamic` marks a drawing (SVG) whose server asks caches not to keep it: it is drawn anew at each view.
    """

    title: str
    sha256: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    source: str | None = None
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """What a bibliography says of a paper that it was asked about by one of its ids.

    `venues` are its names for the place where it appeared, the most telling first; without any it knows of none.
    `title`, `authors` and `arxiv_id` are those of its own record: it may be another paper's.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    venues: tuple[str, ...] = ()
    year: int | None = None


Metadata = Article | Paper | Repository | Page | Picture

METADATA_TYPES: Mapping[str, type[Metadata]] = {
    "Article": Article,
    "Paper": Paper,
    "Repository": Repository,
    "Page": Page,
    "Picture": Picture,
}
"""The types by the names under which the store keeps them: a class may be renamed or moved, its name here may not."""

_NAMES: Mapping[type, str] = {
    **{type_: name for name, type_ in METADATA_TYPES.items()},
    Publication: "Publication",
}


def type_name(type_: type[Metadata | Publication]) -> str:
    """Return the name under which the store keeps what is of a type."""
    return _NAMES[type_]
