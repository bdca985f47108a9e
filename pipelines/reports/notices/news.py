"""What changed in the last run, as lines of text for notices: short, masked, and on one line each."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.links.secrets import masked
from crawler.messages import language
from crawler.models.link import Change, LinkState, Verdict
from crawler.text import collapse_whitespace, visible
from pipelines.reports.html.translations import load_translations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_LINKS, MAX_TEXT = 50, 300
"""Links that are named of each change, and characters of each text."""

GONE = "dead"
"""The group of the links that were dead before."""


@dataclass(frozen=True, slots=True)
class ChangedLink:
    """A link in texts of one line."""

    location: str
    url: str
    reason: str
    replacement: str


@dataclass(slots=True)
class News:
    """The links that changed, by change, and those that were dead before: all are counted, the first are named."""

    totals: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[ChangedLink]] = field(default_factory=lambda: defaultdict(list))
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def take(self, state: LinkState, locations: Sequence[str]) -> None:
        """Add a link if there is something to say of it."""
        self.verdicts[state.verdict] += 1
        group = state.change.value if state.change else GONE if state.verdict is Verdict.DEAD else None
        if group is None:
            return
        self.totals[group] += 1
        if len(self.named[group]) < MAX_LINKS:
            self.named[group].append(changed_link(state, locations))

    @property
    def groups(self) -> list[tuple[str, int, list[ChangedLink]]]:
        """Return the changes with their totals and links, gravest first, then the links that were dead before."""
        names = [*Change, GONE]
        return [(name, self.totals[name], self.named[name]) for name in names if self.totals[name]]


def changed_link(state: LinkState, locations: Sequence[str] = ()) -> ChangedLink:
    """Return a link with its first location."""
    reason = state.check.reason.text(language()) if state.check else ""
    texts = (*locations[:1], "")[0], state.link.url, reason, state.replacement or ""
    return ChangedLink(*map(one_line, texts))


def one_line(text: str) -> str:
    """Return a text of strangers on one line, without its secrets and with what is invisible shown."""
    return visible(masked(collapse_whitespace(text)))[:MAX_TEXT]


def headline(changes: Mapping[str, int]) -> str:
    """Return how many links changed, in one line; empty for no changes."""
    return ", ".join(f"{changes[change]} {group_label(change)}" for change in Change if changes.get(change))


def group_label(name: str) -> str:
    """Return the label of a change, or of the links that were dead before."""
    words = load_translations()
    return words[f"change.{name}" if name in tuple(Change) else "notice.dead before"][language()]
