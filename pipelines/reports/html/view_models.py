"""What the report's table, notes and list of findings show, as plain values. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crawler.models.link import Change, Standing, Verdict
from crawler.models.metadata import Paper, Picture
from crawler.models.note import Role
from crawler.store.mapping import place_of
from pipelines.consistency.entry_subject import first_mention, line_of
from pipelines.consistency.missing_links import Confidence
from pipelines.reports.csv.dataset import entry_row
from pipelines.reports.html.translations import LANGUAGES
from pipelines.rewriting.fact_lines import BEIJING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from crawler.models.note import Entry, Note
    from crawler.models.reason import Language, Reason
    from pipelines.consistency.findings import Finding

AUTHORS = 5
"""As many authors are named; of more, it is said that there are more."""

_FROM_ENTRY = (
    *("number", "title", "relevance", "article_url", "article_verdict", "account", "article_author"),
    *("paper_url", "arxiv_id", "paper_title", "venue", "venue_year", "venue_track", "withdrawn"),
    *("code_url", "repository", "stars", "language", "license", "archived", "abstract", "tips"),
)


_Value = TypeVar("_Value", bound=Hashable)


class Numbers(Generic[_Value]):
    """Gives each value a number, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[_Value, int] = {}

    def __getitem__(self, value: _Value) -> int:
        """Return the value's number."""
        return self._numbers.setdefault(value, len(self._numbers))

    def __iter__(self) -> Iterator[_Value]:
        """Yield the values, number 0 first."""
        return iter(self._numbers)


class LinkRows:
    """Turns standings into rows of the table.

    What many rows share (hosts, reasons, notes) is numbered: the page would be twice as large otherwise.
    """

    def __init__(self) -> None:
        self.hosts: Numbers[str] = Numbers()
        self.notes: Numbers[str] = Numbers()
        self._reasons: Numbers[Reason | None] = Numbers()

    @property
    def reasons(self) -> list[dict[Language, str]]:
        """Return the text of each reason by language."""
        return [texts_of(reason) for reason in self._reasons]

    def row(self, standing: Standing, places: Sequence[str]) -> list[Any]:
        """Return a row: URL, title, kind, verdict, host, reason, outcome, time, replacement, change, places.

        The time is that of the last check, in minutes since 1970; places are note, line, note, line …
        """
        check = standing.check
        return [
            standing.link.url,
            title_of(standing),
            standing.link.kind,
            standing.verdict.value,
            self.hosts[standing.link.host],
            self._reasons[check.reason if check else None],
            check.outcome.value if check else "",
            int(check.checked_at.timestamp() // 60) if check else 0,
            replacement(standing) or "",
            standing.change.value if standing.change else "",
            [part for note, line in map(place_of, places) for part in (self.notes[note], line)],
        ]


def title_of(standing: Standing) -> str:
    """Return the title of what a link leads to; a picture's is only the name of its file."""
    return standing.metadata.title if standing.metadata and not isinstance(standing.metadata, Picture) else ""


def texts_of(reason: Reason | None) -> dict[Language, str]:
    """Return a reason's text by language, empty for none."""
    return {language: "" if reason is None else reason.text(language) for language in LANGUAGES}


def replacement(standing: Standing) -> str | None:
    """Return what may stand in the link's place: a suggestion, or where it moved to."""
    if standing.suggestion is not None:
        return standing.suggestion[0]
    return standing.moved_to if standing.verdict is Verdict.MOVED else None


# --- notes ------------------------------------------------------------------------------------------------------------


def note_view(
    note: Note, standings: Mapping[int, Standing], shown: Callable[[Picture], str | None], edits: int
) -> dict[str, Any]:
    """Return a note with its entries; `shown` says the address of a kept picture as seen from the report."""
    return _said(
        {
            "path": note.path,
            "title": note.title,
            "date": note.date and note.date.isoformat(),
            "edits": edits,
            "verdicts": Counter(standing.verdict.value for standing in standings.values()),
            "entries": [_entry(note, entry, standings, shown) for entry in note.entries],
        }
    )


def _entry(
    note: Note, entry: Entry, standings: Mapping[int, Standing], shown: Callable[[Picture], str | None]
) -> dict[str, Any]:
    row = entry_row(note, entry, standings)
    authors, published = row["authors"] or (), row["published_at"]
    kept = [standings[at].metadata for at in entry.mentions if at in standings]
    seen = [(picture.media_type, shown(picture)) for picture in kept if isinstance(picture, Picture)]
    return _said(
        {name: row[name] for name in _FROM_ENTRY}
        | {
            "line": line_of(note, entry),
            "published": published and f"{published.astimezone(BEIJING):%Y-%m-%d}",
            "authors": ", ".join(authors[:AUTHORS]) + (" …" if len(authors) > AUTHORS else ""),
            "paper_verdict": _verdict(first_mention(note, entry, Role.PAPER), standings),
            "code_verdict": _verdict(first_mention(note, entry, Role.CODE), standings),
            "pictures": [address for kind, address in seen if address and kind.startswith("image/")],
            "films": [address for kind, address in seen if address and not kind.startswith("image/")],
        }
    )


def _verdict(at: int | None, standings: Mapping[int, Standing]) -> str | None:
    return standings[at].verdict.value if at is not None and at in standings else None


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not known or empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False, 0)}


def venues_of(standings: Iterable[Standing]) -> dict[str, tuple[str, int]]:
    """Return venue and year of the papers that have both, by key."""
    papers = {each.link.key: each.metadata for each in standings if isinstance(each.metadata, Paper)}
    return {key: (paper.venue, paper.venue_year) for key, paper in papers.items() if paper.venue and paper.venue_year}


# --- findings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to act on: where, what the note says, what would be right, and who says so.

    `title` is that of what a link leads to, `reason` the text of its last check by language.
    """

    places: tuple[tuple[str, int], ...]
    says: str
    title: str = ""
    better: str = ""
    why: str = ""
    reason: Mapping[Language, str] | None = None
    confidence: str = ""
    entry: int | None = None


@dataclass(slots=True)
class Group:
    """Things of one kind: the first of them, surest first, and how many there are in all."""

    name: str
    total: int
    items: list[Item]


@dataclass(slots=True)
class Findings:
    """Collects findings; of each kind and confidence `most` are kept, whatever their number."""

    most: int
    _items: dict[tuple[str, str], list[Item]] = field(default_factory=lambda: defaultdict(list))
    _totals: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """Take one in."""
        self._totals[finding.kind.value] += 1
        items = self._items[finding.kind.value, finding.confidence.value]
        if len(items) < self.most:
            place = ((finding.note, finding.line),)
            true, why, sure = finding.true, finding.evidence, finding.confidence.value
            items.append(Item(place, finding.says, better=true, why=why, confidence=sure, entry=finding.entry))

    def groups(self) -> list[Group]:
        """Return them by kind, the kind with the surest first."""
        rank = list(Confidence)
        order = sorted(self._items, key=lambda key: (rank.index(Confidence(key[1])), key[0]))
        groups: dict[str, Group] = {}
        for kind, confidence in order:
            group = groups.setdefault(kind, Group(f"finding.{kind}", self._totals[kind], []))
            group.items += self._items[kind, confidence][: self.most - len(group.items)]
        return list(groups.values())


def dead_links(
    died: Iterable[tuple[Standing, Sequence[str]]],
    worst_first: Iterable[tuple[Standing, Sequence[str]]],
    most: int,
) -> Iterator[Group]:
    """Yield the links that died since the last run, and those that had been dead before; `most` of each are shown."""
    newly = Group("change.newly dead", 0, [])
    before = Group("dead_before", 0, [])
    for standing, places in died:
        _put(newly, standing, places, most)
    for standing, places in worst_first:
        if standing.verdict is not Verdict.DEAD:
            break
        if standing.change is not Change.NEWLY_DEAD:
            _put(before, standing, places, most)
    yield from (group for group in (newly, before) if group.items)


def _put(group: Group, standing: Standing, places: Sequence[str], most: int) -> None:
    group.total += 1
    if len(group.items) < most:
        reason = texts_of(standing.check.reason) if standing.check else None
        better = replacement(standing) or ""
        group.items.append(
            Item(tuple(map(place_of, places)), standing.link.url, title_of(standing), better=better, reason=reason)
        )
