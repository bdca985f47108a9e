"""Find inconsistencies between a note's texts and links and the metadata of papers and repositories. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of, with_metadata
from crawler.models.metadata import Paper
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.bare_titles import bare_title_findings
from pipelines.consistency.entry_subject import title_beside
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.fragments import missing_fragments
from pipelines.consistency.images.image_sets import incomplete_sets
from pipelines.consistency.images.missing_images import missing_images
from pipelines.consistency.missing_links import Confidence, find_suggestions
from pipelines.consistency.papers.code_findings import code_findings
from pipelines.consistency.papers.noted_twice import repeated_findings
from pipelines.consistency.papers.paper_notices import worst_notice
from pipelines.consistency.papers.venue_labels import label_findings
from pipelines.consistency.questions import ended_vouch, is_unknown_for_long
from pipelines.consistency.title_match import (
    are_in_one_script,
    claimed_title,
    is_same_paper_title,
    similarity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Entry, Note
    from pipelines.consistency.cross_references import CrossReferenceIndex

ANOTHER_PAPER = 50
"""Similarity (0 to 100) below which a title is that of another paper; above, a paper may have changed its title."""

MAX_LOCATIONS = 3
"""Other locations in the evidence."""


def find_inconsistencies(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Yield a note's findings in the order of its lines; `states` are the link states by index of the mention."""
    findings = [
        *_title_findings(note, states, index),
        *_paper_status_findings(note, states),
        *_question_findings(note, states, index),
        *_replaced_page_findings(note, states),
        *_fragment_findings(note, states, index),
        *_image_set_findings(note, states),
        *_image_findings(note, states),
        *repeated_findings(note, states, index.listings, index.titles),
    ]
    for entry in note.entries:
        findings += label_findings(note, entry, states)
        findings += bare_title_findings(note, entry, index.title_records.get(note.path, {}))
        findings += code_findings(note, entry, states, index.papers)
        findings += _missing_link_findings(note, entry, states)
    yield from sorted(findings, key=lambda finding: finding.line)


def _title_findings(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Compare the titles of papers in the note with their actual titles, and with those in other locations."""
    for at, state in states.items():
        link = state.link
        if link.kind not in with_metadata(Paper):
            continue
        mention, reference, paper = note.mentions[at], kind_of(link).reference(link.identity), state.metadata
        noted = claimed_title(mention.text, [link.identity]) or claimed_title(title_beside(note, at), [link.identity])
        actual = paper.title if isinstance(paper, Paper) else None
        if noted is None or (actual and (is_same_paper_title(noted, actual) or not are_in_one_script(noted, actual))):
            continue
        others = {
            location.title: location
            for location in index.titles.get(link.key, [])
            if are_in_one_script(noted, location.title) and not is_same_paper_title(noted, location.title)
        }
        if actual is None and not others:
            continue
        kind = FindingKind.ONE_ID_TWO_TITLES if others else FindingKind.ANOTHER_TITLE
        is_other_paper = actual is not None and similarity(noted, actual) < ANOTHER_PAPER
        evidence = [_text(reference)] if actual else []
        evidence += [
            Reason(ReasonCode.FINDING_TITLE_AT, location.title, f"{location.note}:{location.line}")
            for location in list(others.values())[:MAX_LOCATIONS]
        ]
        yield Finding(
            note.path,
            mention.line,
            _number(note, mention.entry),
            kind,
            noted,
            _text(actual) if actual else Reason(ReasonCode.FINDING_ONE_TITLE, reference),
            evidence[0].plus(*evidence[1:]),
            Confidence.HIGH if is_other_paper else Confidence.LOW if actual else Confidence.MEDIUM,
        )


def _paper_status_findings(note: Note, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding for each paper that was withdrawn, retracted or corrected, and each link to an old version."""
    for at, state in states.items():
        mention, paper = note.mentions[at], state.metadata
        if not isinstance(paper, Paper):
            continue
        kind, location = kind_of(state.link), (note.path, mention.line, _number(note, mention.entry))
        if (worst := worst_notice(paper)) is not None:
            reason = Reason(worst.code)
            yield Finding(*location, worst.kind, mention.text, reason, _text(worst.notices), worst.confidence)
        elif paper.withdrawn:
            evidence = f"{kind.label()}: {paper.comment or paper.abstract or ''}"[:300]
            yield Finding(
                *location,
                FindingKind.WITHDRAWN,
                mention.text,
                Reason(ReasonCode.FINDING_WITHDRAWN),
                _text(evidence),
                Confidence.HIGH,
            )
        pinned = kind.pinned_version(mention.url)
        if pinned is not None and paper.version is not None and pinned < paper.version:
            evidence = f"{kind.reference(state.link.identity)}v{paper.version}"
            texts = f"v{pinned}", _text(f"v{paper.version}"), _text(evidence)
            yield Finding(*location, FindingKind.OLD_VERSION, *texts, Confidence.LOW)


def _question_findings(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Yield a finding for each link whose first mention is in the note and that a person should review."""
    asked = set()
    for at, state in states.items():
        mention, url, check = note.mentions[at], state.link.url, state.check
        if url in asked or check is None or index.questions.get(url) != (note.path, mention.line):
            continue
        asked.add(url)
        location = (note.path, mention.line, _number(note, mention.entry))
        seen = Reason(ReasonCode.FINDING_LAST_CHECK).plus(check.reason)
        if (why := ended_vouch(state)) and state.vouch is not None:
            true = Reason(ReasonCode.FINDING_VOUCH_AGAIN)
            yield Finding(*location, FindingKind.VOUCH_ENDED, str(state.vouch), true, why.plus(seen), Confidence.HIGH)
        elif is_unknown_for_long(state):
            true = Reason(ReasonCode.FINDING_LOOK, url)
            evidence = Reason(ReasonCode.FINDING_UNKNOWN_SINCE, f"{state.first_seen:%Y-%m-%d}").plus(seen)
            yield Finding(*location, FindingKind.UNKNOWN_FOR_LONG, mention.url, true, evidence, Confidence.MEDIUM)


def _replaced_page_findings(note: Note, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding for each link at which another page is now: title then, title now, since when, the snapshot."""
    for at, state in states.items():
        if state.check is None or state.check.reason.code is not ReasonCode.ANOTHER_PAGE:
            continue
        mention, (since, now, earlier) = note.mentions[at], state.check.reason.details
        evidence = Reason(ReasonCode.FINDING_PAGE_SINCE, since, state.check.final_url or state.link.url)
        if state.snapshot:
            evidence = evidence.plus(Reason(ReasonCode.FINDING_SNAPSHOT, state.snapshot))
        yield Finding(
            note.path,
            mention.line,
            _number(note, mention.entry),
            FindingKind.ANOTHER_PAGE,
            earlier,
            _text(now),
            evidence,
            Confidence.MEDIUM,
        )


def _fragment_findings(note: Note, states: Mapping[int, LinkState], index: CrossReferenceIndex) -> Iterator[Finding]:
    """Yield a finding for each fragment that leads to no location in its note, or on its web page."""
    for mention, true, target in missing_fragments(note, states, index.anchors_of):
        location = (note.path, mention.line, _number(note, mention.entry))
        yield Finding(*location, FindingKind.FRAGMENT_MISSING, mention.url, true, _text(target), Confidence.MEDIUM)


def _image_set_findings(note: Note, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding for each image whose candidates were not all saved; none is edited unless the others are dead."""
    for at, saved, count, is_edited in incomplete_sets(note, states):
        mention, check = note.mentions[at], states[at].check
        evidence = Reason(ReasonCode.NOT_CHECKED) if check is None else check.reason
        location = (note.path, mention.line, _number(note, mention.entry))
        code = ReasonCode.FINDING_SET_EDITED if is_edited else ReasonCode.FINDING_SET_NOT_EDITED
        true = Reason(code, str(saved), str(count))
        yield Finding(*location, FindingKind.IMAGE_SET_INCOMPLETE, mention.url, true, evidence, Confidence.HIGH)


def _image_findings(note: Note, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding for each saved image that the note shows and that is missing in the image store."""
    for mention, original in missing_images(note, states):
        location = (note.path, mention.line, _number(note, mention.entry))
        evidence = Reason(ReasonCode.FINDING_SAVED_FROM if original else ReasonCode.FINDING_ORIGINAL_UNKNOWN)
        true = _text(original) if original else Reason(ReasonCode.IMAGE_MISSING)
        yield Finding(*location, FindingKind.IMAGE_MISSING, mention.url, true, evidence, Confidence.HIGH)


def _missing_link_findings(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> Iterator[Finding]:
    """Yield a finding for each link that an entry lacks and its sources name."""
    kinds = {"paper": FindingKind.PAPER_MISSING, "code": FindingKind.CODE_MISSING}
    location = (note.path, entry.line, entry.number)
    for suggestion in find_suggestions(note, entry, states):
        yield Finding(
            *location,
            kinds[suggestion.field],
            "",
            _text(suggestion.link.url),
            suggestion.evidence,
            suggestion.confidence,
        )


def _text(text: str) -> Reason:
    """Return a text of a paper, a page or a note, which is the same in all languages."""
    return Reason(ReasonCode.OTHER, text)


def _number(note: Note, entry: int | None) -> int | None:
    return None if entry is None else note.entries[entry].number
