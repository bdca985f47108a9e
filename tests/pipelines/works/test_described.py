"""What all addresses of a work together say of it."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.models.metadata import Paper
from pipelines.works.described import _merged

DAY = datetime(2018, 10, 11, tzinfo=UTC)


def test_what_arxiv_lacks_is_added_and_a_sure_venue_comes_first() -> None:
    published = Paper(
        "BERT",
        {"acl": "N19-1423", "doi": "10.18653/v1/N19-1423"},
        ("J. Devlin",),
        abstract="We",
        venue="NAACL",
        venue_year=2019,
        venue_source="acl",
    )
    preprint = Paper(
        "BERT: Pre-training",
        {"arxiv": "1810.04805", "doi": "10.48550/arXiv.1810.04805"},
        ("Jacob Devlin", "Ming-Wei Chang"),
        published=DAY,
        venue="ACL",
        venue_source="comment",
    )
    key, paper = _merged([("acl:N19-1423", published), ("arxiv:1810.04805", preprint)])
    assert key == "arxiv:1810.04805"
    assert (paper.title, paper.authors, paper.published, paper.abstract) == (
        preprint.title,
        preprint.authors,
        DAY,
        "We",
    )
    assert (paper.venue, paper.venue_year, paper.venue_source) == ("NAACL", 2019, "acl")
    assert set(paper.ids) == {"acl", "arxiv", "doi"}


def test_without_arxiv_the_first_address_counts() -> None:
    papers = [("acl:N19-1", Paper("One", {"acl": "N19-1"})), ("doi:10.1/a", Paper("Two", venue="ACL"))]
    key, paper = _merged(papers)
    assert (key, paper.title, paper.venue) == ("acl:N19-1", "One", "ACL")
    assert _merged(papers[:1]) == papers[0]
