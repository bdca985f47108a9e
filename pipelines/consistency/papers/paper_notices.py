"""Tell what the notices about a paper mean: a correction is no retraction. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.models.metadata import is_retraction
from crawler.models.reasons.reason import ReasonCode
from pipelines.consistency.finding import FindingKind
from pipelines.consistency.missing_links import Confidence

if TYPE_CHECKING:
    from crawler.models.metadata import Paper


@dataclass(frozen=True, slots=True)
class NoticeMeaning:
    """What a finding says of the worst notices about a paper; `notices` has their types and DOIs."""

    kind: FindingKind
    code: ReasonCode
    confidence: Confidence
    notices: str


def worst_notice(paper: Paper) -> NoticeMeaning | None:
    """Return the meaning of the worst notices about a paper; None if there are none that change it."""
    by_kind: dict[FindingKind, list[str]] = {}
    for notice in paper.notices:
        if (kind := _kind_of(notice)) is not None:
            by_kind.setdefault(kind, []).append(notice)
    kind = next((each for each in _MEANINGS if each in by_kind), None)
    return None if kind is None else NoticeMeaning(kind, *_MEANINGS[kind], ", ".join(by_kind[kind])[:300])


_MEANINGS = {
    FindingKind.RETRACTED: (ReasonCode.FINDING_RETRACTED, Confidence.HIGH),
    FindingKind.OF_CONCERN: (ReasonCode.FINDING_OF_CONCERN, Confidence.MEDIUM),
    FindingKind.CORRECTED: (ReasonCode.FINDING_CORRECTED, Confidence.LOW),
}
"""The worst first."""

_CORRECTIONS = frozenset({"correction", "corrigendum", "erratum", "partial_retraction"})


def _kind_of(notice: str) -> FindingKind | None:
    if is_retraction(notice):
        return FindingKind.RETRACTED
    type_ = notice.partition(" ")[0]
    if type_ == "expression_of_concern":
        return FindingKind.OF_CONCERN
    return FindingKind.CORRECTED if type_ in _CORRECTIONS else None
