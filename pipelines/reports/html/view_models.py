"""Data of the report's table of links and of its notes, as plain values. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crawler.models.metadata import Picture
from crawler.store.schema.mapping import split_location
from pipelines.reports.frames.frame import to_rows
from pipelines.reports.frames.notes import NOTES
from pipelines.reports.html.translations import LANGUAGES
from pipelines.reports.images.saved_texts import saved_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.reasons.reason import Language, Reason
    from pipelines.reports.frames.entries import NoteBatch

MAX_AUTHORS = 5
"""Authors that are named before `…`."""

_FROM_ENTRY = (
    *("number", "title", "relevance", "article_url", "article_verdict", "account", "article_author"),
    *("paper_url", "arxiv_id", "paper_title", "venue", "venue_year", "venue_track", "withdrawn"),
    *("code_url", "repository", "stars", "language", "license", "archived", "abstract", "tips"),
)
_OF_LINKS = ("authors", "published_at", "paper_verdict", "code_verdict", "image_paths", "image_types")

_Value = TypeVar("_Value", bound=Hashable)


class Numbers(Generic[_Value]):
    """Numbers values in the order in which they first occur, from 0."""

    def __init__(self) -> None:
        self._numbers: dict[_Value, int] = {}

    def __getitem__(self, value: _Value) -> int:
        """Return the number of a value."""
        return self._numbers.setdefault(value, len(self._numbers))

    def __iter__(self) -> Iterator[_Value]:
        """Yield the values, number 0 first."""
        return iter(self._numbers)


class LinkTable:
    """Converts link states into rows of the table.

    Hosts, reasons and notes are numbered, which halves the size of the page. `image_url` returns the URL of a saved
    image as seen from the report, by its path below IMAGES_STORE.
    """

    def __init__(self, image_url: Callable[[str], str | None] = lambda _: None) -> None:
        self.hosts: Numbers[str] = Numbers()
        self.notes: Numbers[str] = Numbers()
        self._image_url = image_url
        self._reasons: Numbers[Reason | None] = Numbers()
        self._saved: Numbers[tuple[str, ...]] = Numbers()

    @property
    def reasons(self) -> list[dict[Language, str]]:
        """Return the text of each reason by language."""
        return [texts_of(reason) for reason in self._reasons]

    @property
    def saved(self) -> list[dict[Language, str]]:
        """Return the texts of whether images are saved, by language."""
        return [dict(zip(LANGUAGES, texts, strict=True)) for texts in self._saved]

    def row(self, state: LinkState, locations: Sequence[str]) -> list[Any]:
        """Return a row: URL, title, kind, verdict, host, reason, outcome, time, replacement, change, locations.

        The time is that of the last check, in minutes since 1970; locations are note, line, note, line … A link that a
        person vouches for also has the last day and the reason. An image also has a text about whether it is saved, and
        if another one came in its place the URLs of both.
        """
        check, vouch = state.check, state.vouch_in_force
        return [
            state.link.url,
            state.title,
            state.link.kind,
            state.verdict.value,
            self.hosts[state.link.host],
            self._reasons[check.reason if check else None],
            check.outcome.value if check else "",
            int(check.checked_at.timestamp() // 60) if check else 0,
            state.replacement or "",
            state.change.value if state.change else "",
            [part for note, line in map(split_location, locations) for part in (self.notes[note], line)],
            *([] if vouch is None else [vouch.until.isoformat(), vouch.because]),
            *self._image_columns(state, is_vouched=vouch is not None),
        ]

    def _image_columns(self, state: LinkState, *, is_vouched: bool) -> list[Any]:
        texts = [saved_text(state, language) for language in LANGUAGES]
        known = tuple(text for text in texts if text is not None)
        if not known:
            return []
        columns: list[Any] = [*([] if is_vouched else ["", ""]), self._saved[known]]
        if state.newer_image is not None and isinstance(state.metadata, Picture):
            columns.append([self._image_url(title) or "" for title in (state.metadata.title, state.newer_image)])
        return columns


def texts_of(reason: Reason | None) -> dict[Language, str]:
    """Return the text of a reason by language; empty for no reason."""
    return {language: "" if reason is None else reason.text(language) for language in LANGUAGES}


# --- notes ------------------------------------------------------------------------------------------------------------


def note_views(batch: NoteBatch, image_url: Callable[[str], str | None]) -> Iterator[dict[str, Any]]:
    """Yield the view of each note of a batch.

    `image_url` returns the URL of a saved image as seen from the report, by its path below IMAGES_STORE.
    """
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if batch.has_entries:
        for row in to_rows(batch.entries, ("note_id", "line", *_FROM_ENTRY, *_OF_LINKS)):
            rows[row["note_id"]].append(row)
    verdicts: dict[int, dict[str, int]] = defaultdict(dict)
    for row in to_rows(batch.verdict_counts(), ("note_id", "verdict", "count")):
        verdicts[row["note_id"]][row["verdict"]] = row["count"]
    for note, edits in zip(to_rows(batch.notes(), NOTES.names), batch.edits, strict=True):
        view = {
            "path": note["note"],
            "title": note["note_title"],
            "date": note["date"] and note["date"].isoformat(),
            "edits": edits,
            "verdicts": verdicts[note["note_id"]],
            "entries": [_entry(row, image_url) for row in rows[note["note_id"]]],
        }
        yield _without_empty(view)


def _entry(row: Mapping[str, Any], image_url: Callable[[str], str | None]) -> dict[str, Any]:
    """Return the view of an entry; `row` is a row of the merged entries."""
    authors, published = row["authors"] or (), row["published_at"]
    media = [(kind, image_url(path)) for kind, path in zip(row["image_types"], row["image_paths"], strict=True)]
    return _without_empty(
        {name: row[name] for name in _FROM_ENTRY}
        | {
            "line": row["line"],
            "published": published and f"{published:%Y-%m-%d}",
            "authors": ", ".join(authors[:MAX_AUTHORS]) + (" …" if len(authors) > MAX_AUTHORS else ""),
            "paper_verdict": row["paper_verdict"],
            "code_verdict": row["code_verdict"],
            "pictures": [url for kind, url in media if url and kind.startswith("image/")],
            "films": [url for kind, url in media if url and not kind.startswith("image/")],
        }
    )


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are known and not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False, 0)}
