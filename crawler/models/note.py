"""The project's words as data.

Every value that travels between modules is one of these frozen dataclasses. They check what they are given, so that
nothing further down has to; they know nothing of Scrapy, SQL or files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What one check saw."""

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """What the history of checks supports; declared worst first, the order of the health CSV."""

    DEAD = "dead"
    SUSPECT = "suspect"
    RESTRICTED = "restricted"
    MOVED = "moved"
    UNKNOWN = "unknown"
    ALIVE = "alive"


class Change(StrEnum):
    """What became of a link between two runs, where that asks for a look; declared in the order of the list."""

    NEWLY_DEAD = "newly dead"
    RECOVERED = "recovered"
    NEWLY_MOVED = "newly moved"
    NEWLY_BLOCKED = "newly blocked"


class Role(StrEnum):
    """What a mention is for in its note."""

    ARTICLE = "article"
    PAPER = "paper"
    CODE = "code"
    IMAGE = "image"
    VIDEO = "video"
    DEMO = "demo"
    INDEX = "index"
    OTHER = "other"


class How(StrEnum):
    """The way a check was made."""

    API = "api"
    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a note where a URL stands.

    `url` is what the reader's browser would be given: entities decoded, backslash escapes removed, relative paths left
    relative. `start` and `end` are byte offsets of the URL as it is written, quotes and brackets excluded. `line` and
    `column` count from 1, columns in characters. `entry` is the position of its entry in `Note.entries`.
    """

    url: str
    start: int
    end: int
    line: int
    column: int
    text: str = ""
    role: Role = Role.OTHER
    entry: int | None = None

    def __post_init__(self) -> None:
        if not self.url:
            raise ValueError("a mention needs a URL")
        if not 0 <= self.start < self.end:
            raise ValueError(f"a mention needs a span, not {self.start}..{self.end}")
        if self.line < 1 or self.column < 1:
            raise ValueError(f"lines and columns count from 1, not {self.line}:{self.column}")


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled line of an entry, such as `- Paper: …` or `论文：…`.

    `name` is the canonical label (`paper`, `code`, `tips` …), `label` the label as written. `start` is the byte offset
    of the line on which the field begins, `label_start` that of its label (what lies between is indent and list
    marker), `end` the offset behind its last byte, line end excluded. `value` is its text, `mentions` the positions of
    its mentions in `Note.mentions`.
    """

    name: str
    label: str
    value: str
    start: int
    label_start: int
    end: int
    mentions: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.start <= self.label_start < self.end:
            raise ValueError(f"field {self.label!r} has no span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered item of a note, with the pictures that follow it until the next.

    `number` is the number as written, `relevance` the count of its stars, `article` the position of its article's
    mention in `Note.mentions`, `mentions` the positions of all its mentions. `start` and `end` are byte offsets of the
    whole entry.
    """

    number: int
    title: str
    start: int
    end: int
    relevance: int = 0
    article: int | None = None
    fields: tuple[Field, ...] = ()
    mentions: tuple[int, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return the first field of that canonical name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Note:
    """One Markdown file as read: `path` is relative to NOTES_DIR with `/` as separator, `data` its bytes.

    `ignored` are the byte spans that its author wants left alone, in order and apart: no mention and no edit is there.
    `problems` are the author's slips in asking so, each with its line in front.
    """

    path: str
    data: bytes = field(repr=False)
    title: str = ""
    date: date | None = None
    entries: tuple[Entry, ...] = ()
    mentions: tuple[Mention, ...] = ()
    ignored: tuple[tuple[int, int], ...] = ()
    problems: tuple[str, ...] = ()

    def written(self, mention: Mention) -> str:
        """Return the mention's URL as it is written in the note."""
        return self.data[mention.start : mention.end].decode()


@dataclass(frozen=True, slots=True)
class Link:
    """One canonical URL.

    `kind` names the module of `crawler.kinds` that fetches and reads it. Links that ask about the same thing share an
    `identity`: an arXiv id, `owner/name` of a repository; else the URL itself. `host` is who is asked: pace, leases and
    breakers go by it; empty for local paths.
    """

    url: str
    kind: str
    identity: str
    host: str = ""

    def __post_init__(self) -> None:
        if not (self.url and self.kind and self.identity):
            raise ValueError(f"a link needs url, kind and identity: {self!r}")

    @property
    def leased(self) -> str:
        """What a worker leases to look at it: its host, its kind where it has none."""
        return self.host or self.kind


PICTURED = frozenset({"image", "video"})
"""The kinds of which bytes are kept."""


@dataclass(frozen=True, slots=True)
class Check:
    """One observation of a link, judged by nobody yet.

    `conclusive` marks a `gone` that the site itself states in so many words (a deleted notice, an API's answer, the
    file system); without it, gone is only a suspicion. `final_url` is where the link leads now, `suggestion` a
    replacement worth offering and `suggestion_source` who says so (`file`, `scheme`, …).
    """

    outcome: Outcome
    reason: str
    checked_at: datetime
    how: How
    http_status: int | None = None
    final_url: str | None = None
    elapsed: timedelta | None = None
    conclusive: bool = False
    suggestion: str | None = None
    suggestion_source: str | None = None

    def __post_init__(self) -> None:
        if self.checked_at.tzinfo is None:
            raise ValueError("checked_at needs a time zone")
        if self.outcome is Outcome.MOVED and not self.final_url:
            raise ValueError("a moved link needs its final URL")
        if self.conclusive and self.outcome is not Outcome.GONE:
            raise ValueError(f"only gone can be conclusive, not {self.outcome}")

    @property
    def well(self) -> bool:
        """Tell whether what the link leads to was there, at its address or at a new one."""
        return self.outcome in {Outcome.OK, Outcome.MOVED}

    @property
    def unreached(self) -> bool:
        """Tell whether no server answered at all: many of those at once are our network's fault, not the links'."""
        return self.how is How.PAGE and self.http_status is None and self.outcome in {Outcome.FAILED, Outcome.GONE}

    @property
    def may_pass(self) -> bool:
        """Tell whether the same check may well end otherwise an hour later."""
        return self.outcome is Outcome.FAILED or self.unreached


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
    """What arXiv says of a paper; `version` is the newest one.

    `affiliations` has a text for each author, empty where arXiv says nothing; it is empty as a whole where nobody has
    one. `published` is the day of the first version, `updated` that of the newest. The venue is found by
    `pipelines.items.venue`; `venue_track` is what the paper was there: `oral`, `workshop`, `demo` …
    """

    title: str
    arxiv_id: str
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
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
            raise ValueError(f"{len(self.affiliations)} affiliations of {len(self.authors)} authors: {self.arxiv_id}")


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


Metadata = Article | Paper | Repository | Page | Picture


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes of a picture came from, and what its server calls that version (RFC 9110, 8.8).

    `title` is the picture's, once it is kept. `uncached` marks an answer that says that nobody may keep it unasked.
    """

    address: str
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    uncached: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls the version of a page that was read last (RFC 9110, 8.8), in full, at `read_at`.

    `address` is where redirects led: nobody else's word counts for that version.
    """

    address: str
    read_at: datetime
    etag: str | None = None
    last_modified: str | None = None

    def __post_init__(self) -> None:
        if not (self.etag or self.last_modified):
            raise ValueError(f"nothing says which version of {self.address} was read")
        if self.read_at.tzinfo is None:
            raise ValueError("read_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it rests on: failures that counted, and when to look again."""

    verdict: Verdict
    failures_in_a_row: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A link to be observed now; with earlier checks (oldest first), its texts in the notes and what is known of it.

    `origin` is where the picture came from that is kept of it, `validators` by what a page can be asked for changes.
    """

    link: Link
    history: tuple[Check, ...] = ()
    texts: tuple[str, ...] = ()
    known: Metadata | None = None
    origin: Origin | None = None
    validators: Validators | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One observation on its way through the pipelines.

    Kinds fill in the first fields; `history` is what the store knew (oldest first); the verdict pipeline adds
    `judgement`, the images pipeline turns `body` (the bytes of a picture, which came from `origin`) into metadata.
    `validators` say which version of a page this is.
    """

    link: Link
    check: Check
    metadata: Metadata | None = None
    body: bytes = field(default=b"", repr=False)
    origin: Origin | None = None
    validators: Validators | None = None
    history: tuple[Check, ...] = ()
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All the store knows of one link: the row that the outputs are rendered from.

    `check` is the last check whatever it saw; `moved_to` is the new address that a permanent redirect or a service's
    answer once gave, and stays known through nights on which nothing was seen; `is_move_confirmed` tells that two runs
    saw the same. `snapshot` is its page in the Wayback
    Machine. `previous_verdict` and `previous_outcome` are what stood here when the last run began.
    """

    link: Link
    verdict: Verdict
    first_seen: datetime
    check: Check | None = None
    failures_in_a_row: int = 0
    last_alive: datetime | None = None
    moved_to: str | None = None
    is_move_confirmed: bool = False
    metadata: Metadata | None = None
    snapshot: str | None = None
    previous_verdict: Verdict | None = None
    previous_outcome: Outcome | None = None

    @property
    def change(self) -> Change | None:
        """What changed since the last run; None for what needs no look."""
        outcome = None if self.check is None else self.check.outcome
        return change_of(self.previous_verdict, self.verdict, self.previous_outcome, outcome)

    @property
    def suggestion(self) -> tuple[str, str] | None:
        """What may stand in the link's place, and who says so: the last check, or the archive for a dead link."""
        if self.check is not None and self.check.suggestion is not None:
            return self.check.suggestion, self.check.suggestion_source or ""
        if self.verdict is Verdict.DEAD and self.snapshot is not None:
            return self.snapshot, "wayback"
        return None


class Tally(StrEnum):
    """What is counted at the end of a run besides verdicts."""

    BLOCKED = "blocked"
    PICTURES = "pictures"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Health:
    """How the links stood at the end of the run that began at `run`: counts by `Verdict` and `Tally`.

    What is not among them was not counted then.
    """

    run: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Death:
    """When what a link leads to was made (or first noted, where it does not say), and when it was first found gone."""

    born: date
    died: date


def change_of(
    verdict_before: Verdict | None, verdict: Verdict, outcome_before: Outcome | None, outcome: Outcome | None
) -> Change | None:
    """Return what became of a link, the gravest first; None for what needs no look."""
    if verdict is Verdict.DEAD and verdict_before is not Verdict.DEAD:
        return Change.NEWLY_DEAD
    if verdict in {Verdict.ALIVE, Verdict.MOVED} and verdict_before in {Verdict.DEAD, Verdict.SUSPECT}:
        return Change.RECOVERED
    if verdict is Verdict.MOVED and verdict_before is not Verdict.MOVED:
        return Change.NEWLY_MOVED
    if outcome is Outcome.BLOCKED and outcome_before is not Outcome.BLOCKED:
        return Change.NEWLY_BLOCKED
    return None


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a note: bytes `start..end` of the original, `old`, become `new`.

    An insertion has `start == end`.
    """

    note: str
    start: int
    end: int
    old: str
    new: str
    reason: str
    evidence: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"an edit needs a span, not {self.start}..{self.end}")
        if len(self.old.encode()) != self.end - self.start:
            raise ValueError(f"an edit's span and old text differ: {self.old!r} at {self.start}..{self.end}")
        if self.old == self.new:
            raise ValueError(f"an edit must change something: {self.old!r}")
