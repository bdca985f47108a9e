"""Plan lines for missing links of an entry: the code of its paper, the paper of its article. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.missing_links import Confidence, Suggestion, find_suggestions
from pipelines.rewriting.lines.line_style import existing_field, insert_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Entry, Field, Note


_REASONS = {
    "paper": Reason(ReasonCode.EDIT_MISSING_PAPER),
    "code": Reason(ReasonCode.EDIT_MISSING_CODE),
}


def missing_edits(note: Note, states: Mapping[int, LinkState]) -> Iterator[Edit]:
    """Yield a line for each suggestion of high or medium confidence; its fact lines follow after the next run."""
    for entry in note.entries:
        for suggestion in find_suggestions(note, entry, states):
            if suggestion.confidence is not Confidence.LOW and entry.line_fields:
                reason, field = _REASONS[suggestion.field], _field_before(entry, suggestion)
                yield from insert_line(
                    note,
                    entry,
                    field,
                    suggestion.field,
                    _format_suggestion(suggestion),
                    reason=reason,
                    source=str(suggestion.evidence),
                )


def _format_suggestion(suggestion: Suggestion) -> str:
    """Return the Markdown link of a suggestion."""
    link = suggestion.link
    return f"[{kind_of(link).link_text(link)}]({link.url})"


def _field_before(entry: Entry, suggestion: Suggestion) -> Field:
    """Return the field after which the line is inserted."""
    names = ("venue", "authors", "paper", "abstract") if suggestion.field == "code" else ("abstract",)
    return next((field for name in names if (field := existing_field(entry, name))), entry.line_fields[-1])
