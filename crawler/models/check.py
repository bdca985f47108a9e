"""The result of one check of a link: outcome, reason, method and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.models.reasons.reason import Reason, ReasonCode

CLOCK_TOLERANCE = timedelta(days=1)
"""What is later than now, or than a later check, by more than this is a time of a clock that was wrong."""

SCHEME, SPELLING, READING = "scheme", "spelling", "reading"
"""Sources of a suggestion: a mistyped scheme, another slip, an end that was a guess and works if read another way."""

JUMP, SHORT_LINK = "jump", "short_link"
"""Sources of a suggestion: the target of a jump page, and the one to which a short link redirects permanently."""


class Outcome(StrEnum):
    """The outcome of one check; the verdict follows from several.

    `gone`: the server, or who is responsible for the name, says that nothing is there. `unreadable`: a server answered,
    and the answer could not be read. `failed`: no server could be reached from here, or it said that it is in trouble.
    `replaced`: a good page, but another one than the one that was there. Only `gone` is evidence of a dead link.
    """

    OK = "ok"
    MOVED = "moved"
    REPLACED = "replaced"
    GONE = "gone"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckMethod(StrEnum):
    """How a check was made.

    By a service's API, by an HTTP request, in the file system, by a question to the Wayback Machine whether it has a
    newer capture, or by a person who vouches for the link.
    """

    API = "api"
    PAGE = "page"
    FILE = "file"
    ARCHIVE = "archive"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check of a link, before a verdict is computed.

    `conclusive` marks a `gone` that is stated explicitly (a deletion notice, an API's answer, the file system): one
    such check makes a link dead, other `gone` checks only suspect. `final_url` is the URL behind the redirects,
    `suggestion` a possible replacement and `suggestion_source` where it comes from (`file`, `https`, …). Raises
    ValueError for a combination that no check can have.
    """

    outcome: Outcome
    reason: Reason
    checked_at: datetime
    how: CheckMethod
    http_status: int | None = None
    final_url: str | None = None
    elapsed: timedelta | None = None
    conclusive: bool = False
    suggestion: str | None = None
    suggestion_source: str | None = None

    def __post_init__(self) -> None:
        if self.checked_at.tzinfo is None:
            raise ValueError("checked_at needs a time zone")
        if self.outcome is Outcome.MOVED and not self.final_url:
            raise ValueError("a moved link needs its final URL")
        if self.conclusive and self.outcome is not Outcome.GONE:
            raise ValueError(f"only gone can be conclusive, not {self.outcome}")

    @property
    def is_ok(self) -> bool:
        """Return whether the target of the link was found, at its URL or at a new one; not just a copy of it."""
        return self.outcome in {Outcome.OK, Outcome.MOVED} and self.how is not CheckMethod.ARCHIVE

    @property
    def is_unreachable(self) -> bool:
        """Return whether no server answered: many such checks at once mean that our own network is down."""
        has_answer = self.how is not CheckMethod.PAGE or self.http_status is not None or self.conclusive
        return not has_answer and self.outcome in {Outcome.FAILED, Outcome.GONE}

    @property
    def is_silent(self) -> bool:
        """Return whether there was no answer other than HTTP 5xx, or no such host: that may go on for weeks."""
        if self.reason.code is ReasonCode.HOST_NOT_FOUND:
            return True  # also where a proxy says so, with a status of its own
        return self.outcome is Outcome.FAILED and (self.http_status is None or self.http_status >= 500)  # noqa: PLR2004

    @property
    def is_transient(self) -> bool:
        """Return whether the same check may have another outcome an hour later, so that a retry is worth it."""
        return self.outcome in {Outcome.FAILED, Outcome.UNREADABLE} or self.is_unreachable
