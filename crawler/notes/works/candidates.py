"""Candidates for entries: what a layout takes for one work, with the evidence for it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.models.notes.note import LinkRole
from crawler.notes.outline import trimmed_end
from crawler.notes.works.words import TITLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.notes.note import Field
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.titles import Title
    from crawler.notes.works.work import Work


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be an entry: the span of the whole, and all that `Entry` has.

    `score` is the evidence: what is not above 0 is no entry. `roles` are the roles of its links by their labels, texts
    and neighbours, where these say more than the host. `categories` are the list items above it. `title_span` is where
    the title is written, if that is a link or bold.
    """

    start: int
    end: int
    score: float
    title: str
    number: int | None = None
    relevance: int = 0
    article: int | None = None
    fields: tuple[Field, ...] = ()
    roles: dict[int, LinkRole] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    title_span: tuple[int, int] | None = None


def candidate_of(
    index: OutlineIndex,
    work: Work,
    start: int,
    end: int,
    score: float,
    *,
    number: int | None = None,
    categories: tuple[str, ...] = (),
) -> Candidate:
    """Return the candidate of a work at a span."""
    title = work.title
    article = next((at for at in work.mentions if work.roles.get(at) is LinkRole.ARTICLE), None)
    return Candidate(
        start=start,
        end=trimmed_end(index.data, start, end),
        score=score,
        title=title.text if title else "",
        number=number,
        article=article,
        fields=tuple(work.fields),
        roles=work.roles,
        categories=categories,
        title_span=(title.start, title.end) if title and title.how in {"link", "bold"} else None,
    )


def title_score(title: Title | None) -> float:
    """Return how much a text looks like a title: 0 to 1."""
    if title is None:
        return 0.0
    return 1.0 if title.words >= TITLE_WORDS else 0.6 if title.words == TITLE_WORDS - 1 else 0.4


def best_set(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates that do not overlap and have the highest sum of scores, in their order.

    Weighted interval scheduling: n log n in the number of candidates.
    """
    ordered = sorted((each for each in candidates if each.score > 0), key=lambda each: (each.end, each.start))
    ends = [each.end for each in ordered]
    best = [0.0]
    chosen_before: list[int] = []
    for at, each in enumerate(ordered):
        before = bisect_right(ends, each.start, 0, at)
        chosen_before.append(before)
        best.append(max(best[at], best[before] + each.score))
    result: list[Candidate] = []
    at = len(ordered)
    while at:
        if best[at] > best[at - 1]:
            result.append(ordered[at - 1])
            at = chosen_before[at - 1]
        else:
            at -= 1
    return result[::-1]
