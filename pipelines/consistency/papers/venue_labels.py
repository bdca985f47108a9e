"""Find the venues in the titles of entries that what is known of their papers contradicts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.metadata import Paper
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import only_subject, reference_of
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Entry, Note
    from pipelines.venues.contradiction import Claim
    from pipelines.venues.model import Venue

_MAX_EVIDENCE = 300


def label_findings(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding if an entry's title has a venue that an identifier or two sources contradict.

    All addresses of the paper in the entry count, each with what is known there.
    """
    field = entry.field("paper")
    if field is None or (subject := only_subject(Paper, field, states)) is None:
        return
    from pipelines.venues.contradiction import contradicting_claims
    from pipelines.venues.from_entry_title import venue_label

    label = venue_label(entry.title)
    if label is None or not (against := contradicting_claims(label, claims_in(entry, states))):
        return
    true = max((claim.venue for claim in against), key=lambda venue: venue.year is not None)
    evidence = "; ".join(_evidence(claim, reference_of(subject[0])) for claim in against)[:_MAX_EVIDENCE]
    texts = _shown(label), Reason(ReasonCode.OTHER, _shown(true)), Reason(ReasonCode.OTHER, evidence)
    location = (note.path, entry.line, entry.number)
    yield Finding(*location, FindingKind.VENUE_LABEL, *texts, _confidence(label, against))


def claims_in(entry: Entry, states: Mapping[int, LinkState]) -> list[Claim]:
    """Return what the sources say of the venue of an entry's paper; none if it has several or no paper."""
    field = entry.field("paper")
    if field is None or only_subject(Paper, field, states) is None:
        return []
    from pipelines.venues.contradiction import venue_claims

    known = [state for at in field.mentions if (state := states.get(at)) is not None]
    papers = [(state.metadata, state.records) for state in known if isinstance(state.metadata, Paper)]
    return [claim for paper, records in papers for claim in venue_claims(paper, records)]


def _shown(venue: Venue) -> str:
    return " ".join(map(str, filter(None, (venue.name, venue.year, venue.track))))


def _evidence(claim: Claim, reference: str) -> str:
    source = reference if claim.is_of_authors else claim.venue.source
    return f"{source}: {claim.venue.evidence}"


def _confidence(label: Venue, against: Sequence[Claim]) -> Confidence:
    """Return how certain a contradiction is: a paper of a conference may appear again in a journal."""
    from pipelines.venues.table import venue_table

    by_name = venue_table().by_name
    if len({by_name[name].kind for name in (label.name, *(claim.venue.name for claim in against))}) > 1:
        return Confidence.LOW
    is_sure = any(claim.is_identifier or claim.is_of_authors for claim in against)
    return Confidence.HIGH if is_sure else Confidence.MEDIUM
