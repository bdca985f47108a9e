"""Lines for what an entry lacks: the code of its paper, the paper of its article, where a source names one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.reason import Reason, ReasonCode
from pipelines.consistency.missing_links import Confidence, Offer, offers
from pipelines.rewriting.line_style import existing, insert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.edit import Edit
    from crawler.models.link import Standing
    from crawler.models.note import Entry, Field, Note


_REASONS = {
    "paper": Reason(ReasonCode.EDIT_MISSING_PAPER),
    "code": Reason(ReasonCode.EDIT_MISSING_CODE),
}


def missing_edits(note: Note, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    """Yield a line for each missing piece, but for guesses; its facts come when its link was looked at."""
    for entry in note.entries:
        for offer in offers(note, entry, standings):
            if offer.confidence is not Confidence.LOW and entry.fields:
                reason, behind = _REASONS[offer.field], _before(entry, offer)
                yield from insert(note, entry, behind, offer.field, _shown(offer), reason=reason, source=offer.evidence)


def _shown(offer: Offer) -> str:
    link = offer.link
    return f"[{kind_of(link).link_text(link)}]({link.url})"


def _before(entry: Entry, offer: Offer) -> Field:
    """Return the field behind which it is read best."""
    names = ("venue", "authors", "paper", "abstract") if offer.field == "code" else ("abstract",)
    return next((field for name in names if (field := existing(entry, name))), entry.fields[-1])
