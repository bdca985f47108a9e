"""One edit of a note."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.models.reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a note: bytes `start..end` of its text as UTF-8, `old`, become `new`.

    An insertion has `start == end`. `evidence` is the source of the new text, for the report. Raises ValueError if span
    and old text do not fit, or if nothing would change.
    """

    note: str
    start: int
    end: int
    old: str
    new: str
    reason: Reason
    evidence: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"an edit needs a span, not {self.start}..{self.end}")
        if len(self.old.encode()) != self.end - self.start:
            raise ValueError(f"an edit's span and old text differ: {self.old!r} at {self.start}..{self.end}")
        if self.old == self.new:
            raise ValueError(f"an edit must change something: {self.old!r}")
