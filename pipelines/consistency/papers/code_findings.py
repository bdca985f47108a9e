"""Findings on the code of a paper: a repository of another paper, or another repository than the paper names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.metadata import Paper, Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.consistency.entry_subject import only_subject, reference_of
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence, repositories_named_by
from pipelines.consistency.title_match import normalized_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Entry, Note


def code_findings(
    note: Note,
    entry: Entry,
    states: Mapping[int, LinkState],
    naming: Mapping[str, Sequence[tuple[str, Paper]]],
) -> Iterator[Finding]:
    """Yield a finding if an entry's paper and code do not name each other, but one is named by or names another.

    Papers with a common author may share a repository, and many repositories implement papers of other authors: so code
    that no paper names is no finding. `naming` has the papers with their references by the identity of the repository
    that they name.
    """
    paper_field, code_field = entry.field("paper"), entry.field("code")
    paper_subject = paper_field and only_subject(Paper, paper_field, states)
    code_subject = code_field and only_subject(Repository, code_field, states)
    if not paper_subject or not code_subject or code_field is None:
        return
    (paper_state, paper), (code_state, repository) = paper_subject, code_subject
    reference = reference_of(paper_state)
    names = {code_state.link.identity, repository.title.casefold()}
    named_code, named_papers = repositories_named_by(paper), frozenset(repository.papers)
    if names & named_code.keys() or paper.arxiv_id in named_papers or _has_title_in_description(repository, paper):
        return
    mention = note.mentions[code_field.mentions[0]]
    location = (note.path, mention.line, entry.number)
    for other_reference, other in (pair for name in sorted(names) for pair in naming.get(name, ())):
        if other_reference != reference and not set(other.authors) & set(paper.authors):
            true = Reason(ReasonCode.FINDING_CODE_OF_TITLE, other.title, other_reference)
            evidence = Reason(ReasonCode.FINDING_NAMED_IN_TEXT, other_reference, repository.title)
            confidence = Confidence.HIGH if named_code else Confidence.MEDIUM
            yield Finding(*location, FindingKind.CODE_OF_ANOTHER_PAPER, mention.url, true, evidence, confidence)
            return
    if len(named_papers) == 1:
        (arxiv_id,) = named_papers
        true = Reason(ReasonCode.FINDING_CODE_OF, f"arXiv {arxiv_id}")
        evidence = Reason(ReasonCode.FINDING_NAMES, repository.title, f"arXiv {arxiv_id}")
        yield Finding(*location, FindingKind.CODE_OF_ANOTHER_PAPER, mention.url, true, evidence, Confidence.LOW)
    elif len(named_code) == 1:
        (link,) = named_code.values()
        evidence = Reason(ReasonCode.FINDING_NAMES_IT_IN_TEXT, reference)
        true = Reason(ReasonCode.OTHER, link.url)
        yield Finding(*location, FindingKind.OTHER_CODE, mention.url, true, evidence, Confidence.MEDIUM)


def _has_title_in_description(repository: Repository, paper: Paper) -> bool:
    title = normalized_title(paper.title)
    return title != "" and title in normalized_title(repository.description or "")
