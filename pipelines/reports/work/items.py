"""What there is to do in a note, line by line: links that do not work, edits, and findings. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.finding import FindingKind
from pipelines.reports.work.locations import EditedLocations
from pipelines.rewriting.edit_list import IMAGE_EDITS, LINK_EDITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention, Note
    from pipelines.consistency.finding import Finding

OF_LINKS = (Verdict.DEAD, Verdict.SUSPECT, Verdict.MOVED)
"""Verdicts of links that there is something to do about, or soon will be."""

EDIT, FINDING = "edit.", "finding."
"""What the problems of edits and of findings begin with."""

_CODES = {
    "image": IMAGE_EDITS,
    "index": {ReasonCode.EDIT_INDEX_ENTRY, ReasonCode.EDIT_INDEX_DATE},
    "mark": {ReasonCode.EDIT_DEAD_MARK, ReasonCode.EDIT_DEAD_MARK_REMOVED},
    "link": LINK_EDITS,
}
GROUPS = (*_CODES, "fact")
"""Groups of edits."""

_GROUP_OF = {code: group for group, codes in _CODES.items() for code in codes}


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do in a note.

    `problem` is the verdict of a link, or `edit.` and the group of an edit, or `finding.` and the kind of a finding.
    The location is that in the note and in its copy with all edits; columns count characters from 1. `url` is that of
    the link, empty without one. `says` is what the note has, `better` the text in its place: an edit if `is_written`,
    else a suggestion. `reason` says what is wrong, `true` what is right in place of a text.
    """

    line: int
    column: int
    line_after: int
    column_after: int
    problem: str
    url: str = ""
    says: str = ""
    better: str = ""
    is_written: bool = False
    reason: Reason | None = None
    true: Reason | None = None
    confidence: str = ""

    def to_values(self) -> list[Any]:
        """Return the fields as JSON values."""
        location = self.line, self.column, self.line_after, self.column_after
        texts = self.problem, self.url, self.says, self.better, self.is_written
        reasons = (None if each is None else each.encoded for each in (self.reason, self.true))
        return [*location, *texts, *reasons, self.confidence]

    @classmethod
    def from_values(cls, values: Sequence[Any]) -> Self:
        """Return the item of JSON values."""
        *location_and_texts, reason, true, confidence = values
        named = dict(zip(_FIELDS, location_and_texts, strict=True))
        reasons = (None if each is None else Reason.decoded(each) for each in (reason, true))
        return cls(**named, reason=next(reasons), true=next(reasons), confidence=confidence)


_FIELDS = tuple(each.name for each in fields(WorkItem))[:-3]


def work_items(
    note: Note, states: Mapping[int, LinkState], edits: Sequence[Edit], findings: Iterable[Finding]
) -> list[WorkItem]:
    """Return what there is to do in a note, by location.

    `states` are by the position of the mention in `Note.mentions`.
    """
    locations = EditedLocations(note.data, edits)
    by_mention, others = _edits_by_mention(note, states, edits)
    items = [
        item
        for at, state in states.items()
        for item in _of_link(note.mentions[at], state, by_mention.get(at, ()), locations)
    ]
    items += (_of_edit(edit, locations) for edit in others)
    items += (_of_finding(note, finding, locations) for finding in findings)
    return sorted(items, key=attrgetter("line", "column", "problem"))


def _edits_by_mention(
    note: Note, states: Mapping[int, LinkState], edits: Sequence[Edit]
) -> tuple[dict[int, list[Edit]], list[Edit]]:
    """Return the edits of mentions by their positions, and all others; a mark belongs to the link before it."""
    of_mentions: dict[int, list[Edit]] = defaultdict(list)
    others = []
    known = sorted((note.mentions[at].start, at) for at in states)
    following = 0
    for edit in edits:
        while following < len(known) and known[following][0] <= edit.start:
            following += 1
        at = known[following - 1][1] if following else None
        group = _GROUP_OF.get(edit.reason.code)
        is_in = at is not None and (edit.start < note.mentions[at].end or group == "mark")
        if at is not None and is_in:
            of_mentions[at].append(edit)
        else:
            others.append(edit)
    return of_mentions, others


def _of_link(
    mention: Mention, state: LinkState, edits: Sequence[Edit], locations: EditedLocations
) -> Iterator[WorkItem]:
    """Yield the items of a mention: one for its link with all edits if it has a problem, else one for each edit."""
    location = locations.of_mention(mention)
    if state.verdict not in OF_LINKS or state.is_replaced:
        for edit in edits:
            yield _of_edit(edit, locations, state.link.url, location)
        return
    yield WorkItem(
        *location,
        state.verdict.value,
        url=state.link.url,
        says=locations.text(mention.start, mention.end),
        better="".join(edit.new for edit in edits) if edits else state.replacement or "",
        is_written=bool(edits),
        reason=Reason(ReasonCode.NOT_CHECKED) if state.check is None else state.check.reason,
    )


def _of_edit(
    edit: Edit, locations: EditedLocations, url: str = "", location: tuple[int, int, int, int] | None = None
) -> WorkItem:
    group = _GROUP_OF.get(edit.reason.code, "fact")
    return WorkItem(
        *(location or locations.of_edit(edit)),
        f"{EDIT}{group}",
        url=url,
        says=edit.old,
        better=edit.new,
        is_written=True,
        reason=edit.reason,
    )


def _of_finding(note: Note, finding: Finding, locations: EditedLocations) -> WorkItem:
    on_line = (each for each in (*note.mentions, *note.inner_links) if each.line == finding.line)
    mentioned = [each for each in on_line if finding.says in {each.url, each.text}]
    location = locations.of_mention(mentioned[0]) if mentioned else locations.of_line(finding.line)
    is_link = finding.kind in {FindingKind.PAPER_MISSING, FindingKind.CODE_MISSING, FindingKind.OTHER_CODE}
    return WorkItem(
        *location,
        f"{FINDING}{finding.kind}",
        url=mentioned[0].url if mentioned else "",
        says=finding.says,
        better=finding.true if is_link else "",
        reason=finding.source,
        true=None if is_link else finding.actual,
        confidence=finding.confidence.value,
    )
