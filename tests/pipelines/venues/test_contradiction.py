"""The venue in the title of an entry: who contradicts it, and who is not enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.models.metadata import Paper, Publication
from pipelines.venues.contradiction import contradicting_claims, stays_in_dataset, venue_claims
from pipelines.venues.from_entry_title import venue_label
from pipelines.venues.model import Venue, with_venue

ON_ARXIV = Paper("T", {"arxiv": "2103.00001"}, ("Ada Lovelace",), published=datetime(2021, 3, 1, tzinfo=UTC))


def record(venue: str, year: int | None = None, **ids: str) -> Publication:
    return Publication("T", ("Ada Lovelace",), "2103.00001", (venue,) if venue else (), year, ids)


def by_s2(venue: str, year: int | None = None, **ids: str) -> tuple[str, Publication]:
    return "semantic_scholar", record(venue, year, **ids)


def by_openalex(venue: str, year: int | None = None) -> tuple[str, Publication]:
    return "openalex", record(venue, year)


def contradicts(label: str, paper: Paper, *records: tuple[str, Publication]) -> set[str]:
    """Return the sources of the claims that contradict the label at the beginning of a title."""
    written = venue_label(f"{label} | 梦")
    assert written is not None
    claims = list(venue_claims(paper, records))
    against = contradicting_claims(written, claims)
    found = next((claim.venue for claim in claims), Venue("CVPR", None, None, "note"))
    if against:
        assert not stays_in_dataset(written, with_venue(paper, found), claims)
    return {claim.venue.source for claim in against}


def said(comment: str | None = None, reference: str | None = None, **ids: str) -> Paper:
    return replace(ON_ARXIV, comment=comment, journal_ref=reference, ids={**ON_ARXIV.ids, **ids})


@pytest.mark.parametrize(
    ("label", "paper", "records", "sources"),
    [
        # an identifier is enough
        ("CVPR 2021", said(doi="10.1109/ICCV48922.2021.00001"), (), {"doi"}),
        ("CVPR 2021", said(acl="2021.acl-long.5"), (), {"acl"}),
        ("CVPR 2021", said(dblp="conf/icml/LovelaceB21"), (), {"dblp"}),
        ("CVPR 2020", said(dblp="conf/cvpr/LovelaceB21"), (), {"dblp"}),
        ("CVPR 2021", said(), (by_s2("", dblp="conf/icml/LovelaceB21"),), {"semantic_scholar"}),
        ("EMNLP 2021", said(acl="2021.findings-emnlp.5"), (), {"acl"}),
        # not where another source supports the label: a paper has its conference, and its journal later
        ("CVPR 2021", said("CVPR 2021", doi="10.1109/ICCV48922.2021.00001"), (), set()),
        ("CVPR 2021", said("Accepted to CVPR 2021", doi="10.1109/TPAMI.2022.3150000"), (), set()),
        ("CVPR 2021", said(dblp="conf/icml/LovelaceB21"), (by_s2("CVPR", 2021),), set()),
        # a conference without a year supports no year
        ("ICML 2020", said("Accepted to ICML", dblp="conf/icml/LovelaceB21"), (), {"dblp"}),
        # one source is not
        ("CVPR 2021", said("Accepted to ICML 2021"), (), set()),
        ("CVPR 2021", said(None, "Proc. of ICML 2021"), (), set()),
        ("CVPR 2021", said(), (by_s2("ICML", 2021),), set()),
        ("CVPR 2021", said(), (by_openalex("ICML", 2021),), set()),
        # comment and reference are both by the authors
        ("CVPR 2021", said("Accepted to ICML 2021", "Proc. of ICML 2021"), (), set()),
        # two independent sources that agree
        ("CVPR 2021", said("Accepted to ICML 2021"), (by_s2("ICML", 2021),), {"comment", "semantic_scholar"}),
        ("CVPR 2021", said(None, "Proc. of ICML 2021"), (by_openalex("ICML"),), {"journal_ref", "openalex"}),
        ("CVPR 2021", said(), (by_s2("ICML"), by_openalex("ICML")), {"semantic_scholar", "openalex"}),
        ("CVPR 2021", said("Accepted to ICML"), (by_s2("ICML", 2022),), {"comment", "semantic_scholar"}),
        # two that do not
        ("CVPR 2021", said("Accepted to ICML 2021"), (by_s2("ICCV", 2021),), set()),
        ("ICML 2020", said("Accepted to ICML 2021"), (by_s2("ICML", 2022),), set()),
        # the same series in another year, and its workshop
        ("ICML 2020", said("Accepted to ICML 2021"), (by_s2("ICML", 2021),), {"comment", "semantic_scholar"}),
        ("ICML 2020", said("Accepted to ICML"), (by_s2("ICML", 2021),), set()),  # inferred from the upload
        (
            "ICML 2021",
            said("ICML 2021 Workshop on Dreams"),
            (by_s2("ICML 2021 Workshop on Dreams"),),
            {"comment", "semantic_scholar"},
        ),
        ("TPAMI 2020", said("TPAMI 2021"), (by_s2("TPAMI", 2021),), set()),  # online and in print
        # another paper's record is none
        ("CVPR 2021", said("ICML 2021"), (("openalex", Publication("Else", ("A",), None, ("ICML",))),), set()),
        # what a publisher registered under the DOI, and what a page without one says
        ("CVPR 2021", Paper("T", {"doi": "10.1/x"}, journal_ref="Machine Learning 110 (2021)"), (), {"journal_ref"}),
        ("CVPR 2021", Paper("T", {"pmlr": "v139/x"}, journal_ref="Proc. of ICML 2021"), (), set()),
        # venues that are not in the table contradict nothing
        ("CVPR 2021", said("Accepted to Widgets 2021"), (by_s2("Widgets"), by_openalex("Widgets")), set()),
        ("CVPR 2021", said(), (), set()),
    ],
)
def test_who_contradicts_a_label(
    label: str, paper: Paper, records: tuple[tuple[str, Publication], ...], sources: set[str]
) -> None:
    assert contradicts(label, paper, *records) == sources


@pytest.mark.parametrize(
    ("label", "paper", "venue", "stays"),
    [
        ("CVPR 2021", said(), Venue("ICML", 2021, None, "semantic_scholar"), True),
        ("CVPR 2020", said(), Venue("CVPR", 2021, None, "openalex"), True),
        ("CVPR 2021", said(), Venue("Widgets", 2021, None, "openalex"), True),
        ("CVPR", said(), Venue("CVPR", 2021, "oral", "openalex"), False),
        ("CVPR 2021", said("Accepted to ICML 2021"), Venue("ICML", 2021, None, "comment"), False),
        ("CVPR 2021", said(dblp="conf/icml/LovelaceB21"), Venue("ICML", 2021, None, "dblp"), False),
    ],
)
def test_what_the_note_says_stays_in_the_dataset(label: str, paper: Paper, venue: Venue, *, stays: bool) -> None:
    written = venue_label(f"{label} | 梦")
    assert written is not None
    assert stays_in_dataset(written, with_venue(paper, venue), list(venue_claims(paper, ()))) is stays
