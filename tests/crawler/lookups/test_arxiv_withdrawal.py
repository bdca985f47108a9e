"""What says that a paper was withdrawn, and what only talks of it."""

from __future__ import annotations

import lzma
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.lookups.arxiv_withdrawal import is_withdrawn

COMMENTS = Path(__file__).parents[3] / "../shared/data/venue/arxiv_comments_unlabelled.tsv.xz"


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "withdrawn.",
        "Withdrawn by the authors",
        "Withdrawn by arXiv administrators",
        "Withdrawn due to an error in the proof",
        "paper withdrawn, a revised one will follow",
        "This paper has been withdrawn by the author(s), due to a sign error in equation 4",
        "this manuscript is withdrawn",
        "The paper has been temporarily withdrawn",
        "This version has been withdrawn from arXiv",
        "12 pages, 5 figures. This paper has been withdrawn by the first author",
        "12 pages, 5 figures This paper has been withdrawn",
        "Submitted to a journal; this article was withdrawn because of a mistake",
        "arXiv admin note: This paper has been withdrawn by arXiv due to unverifiable authorship",
        "We have decided to withdraw this paper",
        "Lemma 3 is wrong. I would like to withdraw the manuscript",
        "We request the withdrawal of this article",
        "We are withdrawing this preprint until we know why",
    ],
)
def test_withdrawn(comment: str) -> None:
    assert is_withdrawn(comment, "x")


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages",
        "withdrawnness",
        "Some results of an earlier version were withdrawn",
        "An earlier version of this paper was withdrawn",
        "v1 was withdrawn; this is the corrected version",
        "The withdrawn paper is 1001.0001",
        "This paper was withdrawn from ICLR 2019",
        "This paper has been withdrawn by the authors from the conference",
        "9 pages. This paper was withdrawn from the proceedings because nobody could travel",
        "The submission was withdrawn",
        "accepted, but withdrawn",
        "Submitted to TPAMI, later withdrawn",
        "This paper has not been withdrawn",
        "This paper is no longer withdrawn",
        "This paper has been withdrawn by mistake and is restored here",
        "This paper will be withdrawn when the journal's appears",
        "If this paper is withdrawn, see the journal's version",
        "We withdraw the experiments on CNN/Daily Mail",
        "31 pages, on withdrawal rights",
        "Withdrawal rights in data markets",
        "Withdrawn drugs and their side effects",
    ],
)
def test_only_talk_of_it(comment: str) -> None:
    assert not is_withdrawn(comment, None)


@pytest.mark.parametrize(
    ("abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error.", True),
        ("This submission was withdrawn.", True),
        ("Withdrawn", True),
        ("This article has been withdrawn by arXiv administrators. Its text was not the author's.", True),
        ("We study deposits that are withdrawn from banks.", False),
        ("Withdrawn. This is the name of a novel about loops.", False),
        ("Withdrawn drugs are dangerous.", False),
        ("Withdrawal is a symptom. We treat it.", False),
        ("Retractions are rare. This paper has been withdrawn, says one in a thousand.", False),
        ("We decided to withdraw the paper money of 1907 from the sample.", False),
        ("We withdraw this work from the reader, line by line.", False),
        ("", False),
    ],
)
def test_the_abstract_says_so_at_once_or_not_at_all(abstract: str, *, withdrawn: bool) -> None:
    assert is_withdrawn(None, abstract) is withdrawn
    assert is_withdrawn("12 pages", abstract) is withdrawn


@given(st.text(), st.text())
def test_no_other_word_will_do(comment: str, abstract: str) -> None:
    if "draw" not in f"{comment} {abstract}".lower():
        assert not is_withdrawn(comment, abstract)


@pytest.mark.skipif(not COMMENTS.is_file(), reason="the comments in ../shared/data are not here")
def test_most_of_those_who_say_the_word_mean_it() -> None:
    """Of 73,000 comments 180 have the word, and a look at each found that all that count here say it of the paper."""
    with lzma.open(COMMENTS, "rt", encoding="utf-8") as file:
        next(file)
        comments = [" ".join(line.split("\t")[3].strip('"').split()) for line in file]
    said = [comment for comment in comments if re.search("withdr", comment, re.IGNORECASE)]
    found = [comment for comment in comments if is_withdrawn(comment, None)]
    assert set(found) <= set(said)
    assert 0.8 * len(said) < len(found) < 0.9 * len(said)
    assert not [comment for comment in found if re.search(r"withdrawn from (?!.*arxiv)", comment, re.IGNORECASE)]
