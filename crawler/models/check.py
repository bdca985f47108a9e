"""One check of a link: what was observed, how, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.models.reason import Reason


class Outcome(StrEnum):
    """What one check saw."""

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckMethod(StrEnum):
    """The way a check was made."""

    API = "api"
    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Check:
    """One observation of a link, judged by nobody yet.

    `conclusive` marks a `gone` that the site itself states in so many words (a deleted notice, an API's answer, the
    file system); without it, gone is only a suspicion. `final_url` is where the link leads now, `suggestion` a
    replacement worth offering and `suggestion_source` who says so (`file`, `scheme`, …).
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
        """Tell whether what the link leads to was there, at its address or at a new one."""
        return self.outcome in {Outcome.OK, Outcome.MOVED}

    @property
    def is_unreachable(self) -> bool:
        """Tell whether no server answered at all: many of those at once are our network's fault, not the links'."""
        return (
            self.how is CheckMethod.PAGE and self.http_status is None and self.outcome in {Outcome.FAILED, Outcome.GONE}
        )

    @property
    def is_transient(self) -> bool:
        """Tell whether the same check may well end otherwise an hour later."""
        return self.outcome is Outcome.FAILED or self.is_unreachable
