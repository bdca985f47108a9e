"""Notes as rows: what they say in their entries, and what is known of their links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawler.kinds.registry import with_metadata
from crawler.links.arxiv_ids import arxiv_id_of
from crawler.models.metadata import Paper, Repository
from crawler.models.notes.note import LinkRole
from pipelines.consistency.entry_subject import title_beside
from pipelines.consistency.papers.venue_labels import claims_in
from pipelines.consistency.title_match import has_title_of
from pipelines.reports.frames.metadata import metadata_rows
from pipelines.reports.frames.schema import BOOL, DATE, INT32, INT64, TEXT, Schema
from pipelines.reports.images.saved_texts import is_saved, saved_text
from pipelines.reports.work.items import work_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Entry, Note
    from pipelines.reports.contract import Rendering
    from pipelines.reports.planning.planned_notes import PlannedNote

NOTES = Schema(
    [
        ("note_id", INT64),
        ("note", TEXT),
        ("note_title", TEXT),
        ("date", DATE),
    ]
)
"""`note_id` counts the notes of a batch; `note` is the path."""

ENTRIES = Schema(
    [
        ("entry_id", INT64),
        ("note_id", INT64),
        ("line", INT32),
        ("section", TEXT),
        ("number", INT32),
        ("title", TEXT),
        ("relevance", INT32),
        ("article_url", TEXT),
        ("article_link", TEXT),
        ("paper_url", TEXT),
        ("paper_link", TEXT),
        ("paper_id", TEXT),
        ("title_matches", BOOL),
        ("label_venue", TEXT),
        ("label_venue_year", INT32),
        ("label_venue_track", TEXT),
        ("label_venue_source", TEXT),
        ("label_venue_evidence", TEXT),
        ("code_url", TEXT),
        ("code_link", TEXT),
        ("code_name", TEXT),
        ("abstract", TEXT),
        ("tips", TEXT),
    ]
)
"""What notes say in their entries; `entry_id` counts the entries of a batch, `line` from 1; `section`
has the headings above.

`…_url` is the address of the article, paper or code, `…_link` the same where the store knows that link; `paper_id` is
the arXiv id in the address, `code_name` the name of the repository in it. `label_…` is the venue in the entry's title
where nothing else says the paper's venue, or not enough to contradict it.
"""

MENTIONS = Schema([("note_id", INT64), ("entry_id", INT64), ("url", TEXT)])
"""Each mention of a link that the store knows, in their order; those outside of entries have no `entry_id`."""

LINKS = Schema([("url", TEXT), ("key", TEXT), ("verdict", TEXT), ("not_saved", TEXT)])
"""Each link of the notes with its verdict; `key` is that of its metadata, which links to one thing share.

`not_saved` has the URL of an image or video that is not saved, and why.
"""

_ENTRY_VALUES = ENTRIES.names[ENTRIES.names.index("line") :]

SECTION_SEPARATOR = " > "
"""What stands between the headings above an entry."""

VENUE = ("venue", "venue_year", "venue_track", "venue_source", "venue_evidence")


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> dict[str, Any]:
    """Return the rows of a note, the number of its edits, its findings, and what there is to do in it."""
    note, states, edits, findings = planned.note, planned.states, planned.edits, planned.findings
    return {
        "rows": note_rows(note, states),
        "edits": len(edits),
        "findings": [finding.to_values() for finding in findings],
        "work": [item.to_values() for item in work_items(note, states, edits, findings)],
    }


def note_rows(note: Note, states: Mapping[int, LinkState]) -> dict[str, Any]:
    """Return the rows of a note, as values that JSON can have; `states` go by the position of the mention.

    `note` and `entries` are those of NOTES and ENTRIES without their ids. `mentions` are those of MENTIONS, each with
    the position of its entry in the note. `links` go by URL, `metadata` by type and key.
    """
    return {
        "note": [note.path, note.title, note.date and note.date.isoformat()],
        "entries": [_entry_values(note, entry, states) for entry in note.entries],
        "mentions": [[note.mentions[at].entry, state.link.url] for at, state in sorted(states.items())],
        "links": {each.link.url: _link_values(each) for each in states.values()},
        "metadata": metadata_rows(states.values()),
    }


def _link_values(state: LinkState) -> list[Any]:
    """Return the columns of LINKS."""
    text = None if is_saved(state) else saved_text(state)
    not_saved = None if text is None else f"{state.link.url}: {text}"
    return [state.link.url, state.link.key, state.verdict.value, not_saved]


def _entry_values(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> list[Any]:
    """Return the columns of ENTRIES from `line` on.

    An entry's paper and code are the first that its fields of those names link to, else the first mentioned in it.
    """
    paper, code = (note.first_mention(entry, role) for role in (LinkRole.PAPER, LinkRole.CODE))
    values = {
        "line": entry.line,
        "section": SECTION_SEPARATOR.join(entry.section) or None,
        "number": entry.number,
        "title": entry.title,
        "relevance": entry.relevance,
        **_address(note, entry.article, states, "article"),
        **_address(note, paper, states, "paper"),
        **_address(note, code, states, "code"),
        **{field.name: field.value for field in map(entry.field, ("abstract", "tips")) if field is not None},
    }
    if paper is not None and paper in states:
        values |= _paper_values(note, paper, entry, states)
    if code is not None and code in states and (link := states[code].link).kind in with_metadata(Repository):
        values["code_name"] = link.identity
    return [values.get(name) for name in _ENTRY_VALUES]


def _address(note: Note, at: int | None, states: Mapping[int, LinkState], role: str) -> dict[str, str]:
    """Return the address at a mention, canonical where the store knows the link, and the same if it does."""
    if at is None:
        return {}
    if (state := states.get(at)) is None:
        return {f"{role}_url": note.mentions[at].url}
    return {f"{role}_url": state.link.url, f"{role}_link": state.link.url}


def _paper_values(note: Note, at: int, entry: Entry, states: Mapping[int, LinkState]) -> dict[str, Any]:
    """Return what the note says of a paper, and the arXiv id in its URL."""
    from pipelines.venues.contradiction import stays_in_dataset
    from pipelines.venues.from_entry_title import venue_label
    from pipelines.venues.model import with_venue

    state = states[at]
    values: dict[str, Any] = {"paper_id": arxiv_id_of(state.link.url)}
    paper = state.metadata if isinstance(state.metadata, Paper) else None
    if paper is not None:
        mention = note.mentions[at]
        values["title_matches"] = has_title_of(mention, paper)
        if values["title_matches"] is None and (title := title_beside(note, at)):
            values["title_matches"] = has_title_of(replace(mention, text=title), paper)
    label = venue_label(entry.title)
    if label is not None and (
        paper is None or paper.venue is None or stays_in_dataset(label, paper, claims_in(entry, states))
    ):
        labelled = with_venue(paper or Paper(entry.title), label)
        values |= {f"label_{name}": getattr(labelled, name) for name in VENUE}
    return values
