"""Links with which something is wrong, each with its place in a note, as compilers name errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.cli.terminal import Line
from crawler.messages import language, say
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from crawler.models.link import LinkState

MAX_SHOWN = 20
"""Problems that a summary names."""

TO_ACT_ON = (Verdict.DEAD, Verdict.SUSPECT)
"""Verdicts of the links that the summary of a crawl names."""

REPORTED = (*TO_ACT_ON, Verdict.MOVED, Verdict.RESTRICTED)
"""Verdicts of the links that programs are told of."""

_SNAPSHOT = re.compile(r"://web\.archive\.org/web/(\d{4})(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A link at one place of a note: `file` is what the user would type for it.

    Lines and columns count from 1, columns in characters.
    """

    note: str
    file: str
    line: int
    column: int
    state: LinkState

    @property
    def place(self) -> str:
        """Return `file:line:column`, which terminals and editors open; no line with it is a command of a workflow."""
        file = f"./{self.file}" if self.file.lstrip().startswith("::") else self.file
        return f"{file}:{self.line}:{self.column}"

    @property
    def order(self) -> tuple[str, int, int]:
        """Return what problems are sorted by: note by note."""
        return self.file, self.line, self.column


def problem_line(problem: Problem) -> Line:
    """Return the line of a problem for a terminal."""
    state = problem.state
    verdict = say(f"verdict.{state.verdict}")
    return Line(
        ((problem.place, "bold"), (verdict, STYLES[state.verdict]), (state.link.url, ""), (explanation(state), "dim"))
    )


def explanation(state: LinkState) -> str:
    """Return why a link has its verdict, for how long, and what may stand in its place."""
    name = language()
    reason = Reason(ReasonCode.NOT_CHECKED) if state.check is None else state.check.reason
    parts = [reason.text(name)]
    if state.verdict is Verdict.SUSPECT and state.failures_in_a_row <= 1:
        parts.append(say("failed_once"))
    elif state.failures_in_a_row > 1:
        parts.append(say("failed_nights", n=state.failures_in_a_row))
    if state.verdict is Verdict.MOVED and state.moved_to:
        parts.append(say("moved_to", url=state.moved_to))
    if state.suggestion is not None:
        url = state.suggestion[0]
        found = _SNAPSHOT.search(url)
        parts.append(say("archived", date="-".join(found.groups())) if found else say("suggested", url=url))
    return say("between_parts").join(parts)


STYLES = {
    Verdict.DEAD: "red",
    Verdict.SUSPECT: "yellow",
    Verdict.RESTRICTED: "magenta",
    Verdict.MOVED: "cyan",
    Verdict.UNKNOWN: "",
    Verdict.ALIVE: "green",
}
"""Colors of verdicts."""
