"""One inconsistency of a note, and its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from crawler.models.reasons.reason import Reason
from pipelines.consistency.missing_links import Confidence

if TYPE_CHECKING:
    from collections.abc import Sequence


class FindingKind(StrEnum):
    """The sort of an inconsistency; the values are those of findings.csv."""

    ANOTHER_TITLE = "another title"
    ONE_ID_TWO_TITLES = "one id, two titles"
    ANOTHER_PAGE = "another page"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"
    OF_CONCERN = "of concern"
    CORRECTED = "corrected"
    OLD_VERSION = "old version"
    CODE_OF_ANOTHER_PAPER = "code of another paper"
    OTHER_CODE = "other code named"
    VENUE_LABEL = "venue label"
    PAPER_MISSING = "paper missing"
    CODE_MISSING = "code missing"
    VOUCH_ENDED = "vouch ended"
    UNKNOWN_FOR_LONG = "unknown for long"
    IMAGE_MISSING = "image missing"
    FRAGMENT_MISSING = "fragment missing"
    IMAGE_SET_INCOMPLETE = "image set incomplete"
    NOTED_TWICE = "noted twice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One inconsistency: what the note says, what is true instead, who says so, and how certain that is.

    `line` counts from 1; `entry` is the entry's number, None outside of entries. Raises ValueError for a line below 1.
    """

    note: str
    line: int
    entry: int | None
    kind: FindingKind
    says: str
    actual: Reason
    source: Reason
    confidence: Confidence

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"lines count from 1, not {self.line}")

    @property
    def true(self) -> str:
        """Return what is true, in English."""
        return str(self.actual)

    @property
    def evidence(self) -> str:
        """Return who says so, in English."""
        return str(self.source)

    def to_values(self) -> list[Any]:
        """Return the fields as JSON values."""
        kind, confidence = self.kind.value, self.confidence.value
        texts = self.says, self.actual.encoded, self.source.encoded
        return [self.note, self.line, self.entry, kind, *texts, confidence]

    @classmethod
    def from_values(cls, values: Sequence[Any]) -> Self:
        """Return the finding of JSON values."""
        note, line, entry, kind, says, actual, source, confidence = values
        reasons = Reason.decoded(actual), Reason.decoded(source)
        return cls(note, line, entry, FindingKind(kind), says, *reasons, Confidence(confidence))
