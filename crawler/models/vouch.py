"""A vouch: what a person says of a link, which overrides its checks."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from crawler.messages import say
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable

VOUCHED = (Verdict.ALIVE, Verdict.DEAD)
"""The verdicts that a person can vouch for."""

LAST_DAY = date(9998, 12, 31)
"""The last day that a vouch may name, so that there is a day after it."""

_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Vouch:
    """The statement of a person that a link is alive or dead.

    `until` is the last day on which it counts, in UTC. `note` is the path of the note whose comment says so, empty for
    the command `vouch`. `seen` is the outcome that a check had when it was given, `title` the title of the page then;
    both are filled in by the next check if there was none. `ended_at` and `ended` say when and by what change of what
    is seen it ended early, `removed_at` when the person took it back. Raises ValueError for another verdict, for a time
    without time zone, and without a reason.
    """

    verdict: Verdict
    until: date
    because: str
    given_at: datetime
    note: str = ""
    seen: Outcome | None = None
    title: str = ""
    ended_at: datetime | None = None
    ended: Reason | None = None
    removed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VOUCHED:
            raise ValueError(f"nobody can vouch for {self.verdict}")
        if self.given_at.tzinfo is None:
            raise ValueError("given_at needs a time zone")
        if not self.because:
            raise ValueError("a vouch needs a reason")

    def __str__(self) -> str:
        """Return verdict, last day and reason."""
        return f"{self.verdict} until {self.until}: {self.because}"

    @property
    def expires_at(self) -> datetime:
        """Return the time from which it does not count any more: midnight in UTC after its last day."""
        return datetime.combine(self.until, time(tzinfo=UTC)) + timedelta(days=1)

    @property
    def counts_until(self) -> datetime:
        """Return the time from which it does not count any more, by its date or because it ended before."""
        return min(filter(None, (self.expires_at, self.ended_at, self.removed_at)))

    def is_in_force(self, at: datetime) -> bool:
        """Return whether it counts at a time."""
        return self.given_at <= at < self.counts_until

    @property
    def check(self) -> Check:
        """Return the check that it stands for: `ok`, or `gone` stated explicitly."""
        is_alive = self.verdict is Verdict.ALIVE
        code = ReasonCode.VOUCHED_ALIVE if is_alive else ReasonCode.VOUCHED_DEAD
        return Check(
            Outcome.OK if is_alive else Outcome.GONE,
            Reason(code, self.until.isoformat(), self.because),
            self.given_at,
            CheckMethod.PERSON,
            conclusive=not is_alive,
        )


def vouch_in_force(vouches: Iterable[Vouch], at: datetime) -> Vouch | None:
    """Return the vouch for a link that counts at a time, the last one given; None if none does."""
    in_force = (vouch for vouch in vouches if vouch.is_in_force(at))
    return max(in_force, key=lambda vouch: vouch.given_at, default=None)


def parse_until(text: str) -> date:
    """Return the last day of a month `YYYY-MM`, or the day `YYYY-MM-DD`; raise ValueError for any other text."""
    match = _DAY.fullmatch(text.strip())
    try:
        year, month = (int(match[1]), int(match[2])) if match else (0, 0)
        day = int(match[3]) if match and match[3] else monthrange(year, month)[1]
        until = date(year, month, day)
    except ValueError:
        raise ValueError(say("error.bad_date", text=text)) from None
    if until > LAST_DAY:
        raise ValueError(say("error.late_date", text=text, last=LAST_DAY))
    return until
