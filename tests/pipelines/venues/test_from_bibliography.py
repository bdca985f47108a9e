"""What a bibliography says of a paper: whose record it is, what its names mean, and which year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper, Publication
from pipelines.venues.from_bibliography import is_same_paper, venue_of_record, with_records
from pipelines.venues.model import LONGEST_NAME

PAPER = Paper(
    "Masked Autoencoders Are Scalable Vision Learners",
    {"arxiv": "2111.06377"},
    ("Kaiming He", "Xinlei Chen", "Piotr Dollár"),
    published=datetime(2021, 11, 11, tzinfo=UTC),
)


def said(*venues: str, year: int | None = None, published: str = "2021-11-11") -> str | None:
    """Return "name year track" as a bibliography's record of this paper gives it."""
    paper = replace(PAPER, published=datetime.fromisoformat(published).replace(tzinfo=UTC))
    venue = venue_of_record(paper, "openalex", Publication(arxiv_id=PAPER.arxiv_id, venues=venues, year=year))
    assert venue is None or venue.source == "openalex"
    return " ".join(str(part) for part in (venue.name, venue.year, venue.track) if part) if venue else None


@pytest.mark.parametrize(
    ("record", "same"),
    [
        (Publication("Something else", arxiv_id="2111.06377"), True),
        (Publication("Something else", arxiv_id="2111.06377v2"), True),
        (Publication(PAPER.title, ("K. He",)), True),
        (Publication(PAPER.title.upper() + ".", ("Piotr Dollar",)), True),
        (Publication(PAPER.title, ("Piotr Dollár",), arxiv_id="2111.99999"), True),
        (Publication(PAPER.title, ("Ada Lovelace",)), False),
        (Publication(PAPER.title, ("Yanming He",)), False),
        (Publication(PAPER.title), False),
        (Publication("Masked Autoencoders Are Scalable Audio Learners", PAPER.authors), False),
        (Publication("", PAPER.authors), False),
        (Publication("Something else", PAPER.authors, arxiv_id="2111.06378"), False),
        (Publication(), False),
    ],
)
def test_an_answer_must_be_the_papers(record: Publication, *, same: bool) -> None:
    assert is_same_paper(PAPER, record) is same
    there = replace(record, venues=("Computer Vision and Pattern Recognition",), year=2022)
    assert (venue_of_record(PAPER, "semantic_scholar", there) is not None) is same


@pytest.mark.parametrize(
    ("name", "venue"),
    [
        ("Computer Vision and Pattern Recognition", "CVPR"),
        ("Neural Information Processing Systems", "NeurIPS"),
        ("NIPS", "NeurIPS"),
        ("IEEE/RJS International Conference on Intelligent RObots and Systems", "IROS"),
        ("Annual International ACM SIGIR Conference on Research and Development in Information Retrieval", "SIGIR"),
        ("IEEE Workshop/Winter Conference on Applications of Computer Vision", "WACV"),
        ("Knowledge Discovery and Data Mining", "KDD"),
        ("Interspeech", "INTERSPEECH"),
        ("North American Chapter of the Association for Computational Linguistics", "NAACL"),
        ("IEEE Transactions on Pattern Analysis and Machine Intelligence", "TPAMI"),
        ("IEEE Trans. Pattern Anal. Mach. Intell.", "TPAMI"),
        ("IEEE transactions on circuits and systems for video technology (Print)", "TCSVT"),
        ("IEEE transactions on multimedia", "TMM"),
        ("ACM Transactions on Graphics (TOG)", "TOG"),
        ("Trans. Mach. Learn. Res.", "TMLR"),
        ("Pattern Recognition", "Pattern Recognition"),
        ("Neural Networks", "Neural Networks"),
        ("Artificial Intelligence", "AIJ"),
        ("Nature Communications", "Nature Communications"),
        ("NeurIPS Datasets and Benchmarks", "NeurIPS"),
        ("Computer Vision and Pattern Recognition Workshops", "CVPR workshop"),
        ("2021 IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)", "CVPR 2021 workshop"),
        ("BrainLes@MICCAI", "MICCAI workshop"),
        ("ICML Workshop on Dreams", "ICML workshop"),
        ("Findings of the Association for Computational Linguistics: EMNLP 2021", "EMNLP 2021 findings"),
        ("2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", "CVPR 2022"),
        ("Proceedings of the 29th ACM International Conference on Multimedia", "ACM MM 2021"),
        (
            "International Journal of Computer Vision and Widgets",
            "International Journal of Computer Vision and Widgets",
        ),
        ("Pattern Recognition in Physics", "Pattern Recognition in Physics"),
        ("Journal of Dreams", "Journal of Dreams"),
        ("Journal of Zhejiang University", "Journal of Zhejiang University"),
        ("Workshop on Dreams", "Workshop on Dreams workshop"),
        ("arXiv.org", None),
        ("ArXiv", None),
        ("arXiv (Cornell University)", None),
        ("ArXiv, abs/2203.03605", None),
        ("CoRR", None),
        ("Zenodo (CERN European Organization for Nuclear Research)", None),
        ("HAL (Le Centre pour la Communication Scientifique Directe)", None),
        ("bioRxiv", None),
        ("SSRN Electronic Journal", None),
        ("Submitted to the Twelfth International Conference on Dreams (OpenReview)", None),
        ("Lecture Notes in Computer Science", None),
        ("", None),
        ("1", None),
    ],
)
def test_names(name: str, venue: str | None) -> None:
    assert said(name) == venue


def test_the_first_name_that_the_table_knows_counts_else_the_first_that_is_one() -> None:
    assert said("arXiv.org", "Journal of Dreams", "ICML") == "ICML"
    assert said("arXiv.org", "Journal of Dreams", "Letters of Dreams") == "Journal of Dreams"
    assert said("x" * 500) == "x" * (LONGEST_NAME - 1) + "…"


@pytest.mark.parametrize(
    ("name", "year", "published", "venue"),
    [
        ("CVPR", 2022, "2021-11-11", "CVPR 2022"),
        ("CVPR", 2021, "2021-11-11", "CVPR 2022"),  # the year of the upload: that meeting was over
        ("CVPR", 2021, "2021-04-11", "CVPR 2021"),
        ("CVPR", 2021, "2021-08-11", "CVPR 2021"),
        ("CVPR", 2020, "2021-04-11", "CVPR 2020"),
        ("CVPR", 2019, "2021-04-11", "CVPR"),
        ("ECCV", 2021, "2021-12-01", "ECCV 2022"),
        ("ICCV", 2022, "2021-03-01", "ICCV"),
        ("NeurIPS", 2021, "2021-11-11", "NeurIPS 2021"),
        ("TPAMI", 2023, "2021-11-11", "TPAMI 2023"),
        ("TPAMI", 2021, "2021-11-11", "TPAMI 2021"),
        ("TPAMI", 2019, "2021-11-11", "TPAMI"),
        ("Journal of Dreams", 2019, "2021-11-11", "Journal of Dreams"),
        ("Journal of Dreams", 2022, "2021-11-11", "Journal of Dreams 2022"),
        ("Proceedings of the CVPR 2001", 2022, "2021-11-11", "CVPR 2022"),
        ("2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition", 2021, "2021-11-11", "CVPR 2022"),
    ],
)
def test_years(name: str, year: int, published: str, venue: str) -> None:
    assert said(name, year=year, published=published) == venue


def test_without_an_upload_date_the_record_is_believed() -> None:
    venue = venue_of_record(
        replace(PAPER, published=None), "s", Publication(arxiv_id=PAPER.arxiv_id, venues=("CVPR",), year=1999)
    )
    assert venue is not None
    assert venue.year == 1999


def test_who_is_asked_first_is_believed_first_and_arxiv_before_all() -> None:
    none = Publication(PAPER.title, arxiv_id=PAPER.arxiv_id, venues=("arXiv.org",))
    cvpr = replace(none, venues=("CVPR Workshops",), year=2022)
    icml = replace(none, venues=("ICML",), year=2022)
    found = with_records(PAPER, [("semantic_scholar", none), ("openalex", cvpr)])
    assert (found.venue, found.venue_year, found.venue_track, found.venue_source) == (
        *("CVPR Workshop", 2022, "workshop", "openalex"),
    )
    assert with_records(PAPER, [("semantic_scholar", icml), ("openalex", cvpr)]).venue_source == "semantic_scholar"
    assert with_records(PAPER, [("semantic_scholar", none)]) == with_records(PAPER, []) == PAPER
    known = replace(PAPER, venue="ECCV", venue_source="comment")
    assert with_records(known, [("semantic_scholar", icml)]) == known


@pytest.mark.parametrize(
    ("notices", "withdrawn"),
    [
        (("retraction 10.1/r",), True),
        (("correction 10.1/c", "removal 10.1/r"), True),
        (("correction 10.1/c",), False),
        (("expression_of_concern 10.1/e",), False),
        ((), False),
    ],
)
def test_what_was_published_about_a_paper_since(notices: tuple[str, ...], withdrawn: bool) -> None:
    known = replace(PAPER, withdrawn=False)
    record = Publication(PAPER.title.upper(), PAPER.authors, notices=notices)
    assert with_records(known, [("crossref", record)]) == replace(known, notices=notices, withdrawn=withdrawn)
    for other in (replace(record, title="Another Paper of His"), replace(record, authors=("Nobody Else",))):
        assert with_records(known, [("crossref", other)]) == known
    both = with_records(replace(known, notices=("correction 10.1/0",)), [("crossref", record), ("crossref", record)])
    assert both.notices == ("correction 10.1/0", *notices)
    assert with_records(replace(PAPER, withdrawn=True), [("crossref", record)]).withdrawn


@given(st.text(), st.text(), st.text(), st.integers(1900, 2200))
def test_any_record_is_read(title: str, author: str, name: str, year: int) -> None:
    for record in (
        Publication(title, (author,), None, (name,), year),
        Publication(arxiv_id=PAPER.arxiv_id, venues=(name,)),
    ):
        venue = venue_of_record(PAPER, "openalex", record)
        assert venue is None or (venue.name and len(venue.name) <= LONGEST_NAME)


def test_a_paper_without_an_id_is_known_by_title_and_author() -> None:
    paper = replace(PAPER, ids={})
    assert is_same_paper(paper, Publication(PAPER.title, ("Kaiming He",), arxiv_id="2111.06377"))
    assert not is_same_paper(paper, Publication("Something else", ("Kaiming He",)))
