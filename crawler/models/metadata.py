"""Metadata of the resources that links lead to: one type for each sort of resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Article:
    """Metadata of a WeChat article; `account_id` is the stable `gh_…` name, `original` is False for a repost.

    `links` are the canonical URLs of papers on arXiv and repositories on GitHub in its body; `pictures` are the URLs of
    the images in it, as written.
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
    """Metadata of a paper; `version` is the number of the newest one.

    `ids` are its ids by scheme: `{"arxiv": "2110.15352", "doi": "10.1109/x"}`; any or all may be missing.
    `affiliations` has one text per author, empty where unknown; the tuple is empty if no author has one. `published` is
    the time of the first version, `updated` that of the newest. If the service does not give the venue,
    `pipelines.items.venue` reads it from comment and journal reference; `venue_track` is the paper's track there
    (`oral`, `workshop`, `demo` …), `venue_source` the source of the venue, and `venue_evidence` what it says. `notices`
    are what was published about it since: `retraction 10.1/x`, `correction 10.1/y`. `code_url` is the only repository
    that a list of papers and code has for it. Raises ValueError if the numbers of authors and affiliations differ.
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
    venue_evidence: str | None = None
    affiliations: tuple[str, ...] = ()
    pages: str | None = None
    pdf_url: str | None = None
    notices: tuple[str, ...] = ()
    code_url: str | None = None

    def __post_init__(self) -> None:
        if self.affiliations and len(self.affiliations) != len(self.authors):
            raise ValueError(f"{len(self.affiliations)} affiliations of {len(self.authors)} authors: {self.title}")

    @property
    def arxiv_id(self) -> str | None:
        """Return the paper's arXiv id; None if it has none."""
        return self.ids.get("arxiv")

    @property
    def doi(self) -> str | None:
        """Return the paper's DOI as authors or publisher wrote it; None if it has none."""
        return self.ids.get("doi")


def is_retraction(notice: str) -> bool:
    """Return whether a notice of `Paper.notices` takes the paper back: corrections and concerns do not."""
    return notice.partition(" ")[0] in _RETRACTIONS


_RETRACTIONS = frozenset({"retraction", "withdrawal", "removal"})


@dataclass(frozen=True, slots=True)
class Repository:
    """Metadata of a repository; `title` is its full name `owner/name`, None means unknown.

    `database_id` does not change when it is renamed or transferred; `earlier_id` is the id of a deleted repository that
    had this name before. `license` is an SPDX identifier, `latest_release` a tag; `papers` are the arXiv ids in its
    description and its README.
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
    downloads: int | None = None
    gated: bool | None = None
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Metadata of any other page: its title, and the media type of its response."""

    title: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored image or video: `title` is its path below IMAGES_STORE, `ab/<sha256>.<ext>`; `size` in bytes.

    `width` and `height` are in pixels, `frames` is 1 unless it is animated; `source` is the origin of the copy if it is
    not the link itself (the article, an archive). `dynamic` marks an SVG whose server forbids caching: it is generated
    for each view.
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
    """A bibliography's record of a paper that was looked up by one of its ids.

    `venues` are its names of the venue, the most specific first; empty if it knows none. `title`, `authors` and
    `arxiv_id` are those of the record, which may be that of a different paper; `ids` are its other ids by scheme:
    `doi`, `dblp`, `acl`. `notices` are those of `Paper.notices`.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    venues: tuple[str, ...] = ()
    year: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)
    notices: tuple[str, ...] = ()


Metadata = Article | Paper | Repository | Page | Picture

METADATA_TYPES: Mapping[str, type[Metadata]] = {
    "Article": Article,
    "Paper": Paper,
    "Repository": Repository,
    "Page": Page,
    "Picture": Picture,
}
"""The types by their names in the store: a class may be renamed or moved, its name here must not change."""

_NAMES: Mapping[type, str] = {
    **{type_: name for name, type_ in METADATA_TYPES.items()},
    Publication: "Publication",
}


def title_of(metadata: Metadata | None) -> str:
    """Return the title of a link's target; empty without metadata, and for an image, whose title is a file name."""
    return "" if metadata is None or isinstance(metadata, Picture) else metadata.title


def type_name(type_: type[Metadata | Publication]) -> str:
    """Return the name of a type in the store."""
    return _NAMES[type_]
