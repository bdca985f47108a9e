"""Which titles are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper
from crawler.models.notes.note import Mention
from pipelines.consistency.title_match import has_title_of, is_same_paper_title, normalized_title


@pytest.mark.parametrize(
    ("noted", "real", "matches"),
    [
        ("Attention is all you need", "Attention Is All You Need", True),
        ("Attention Is All You Need, explained", "Attention Is All You Need", False),
        ("SOLQ : Segmenting Objects", "SOLQ: Segmenting   Objects.", True),
        (r"An $\mathcal{O}(n)$ bound for $\alpha$-trees", "An O(n) bound for α-trees", True),
        ("Schrodinger Bridges", r"Schr\"odinger Bridges", True),
        ("Schrödinger Bridges", "Schrodinger bridges", True),
        (r"\textbf{Bold} claims", "Bold Claims", True),
        ("ＦＵＬＬ width titles", "Full Width Titles", True),
        ("DINO", "DINO: DETR with Improved DeNoising Anchor Boxes", True),
        ("DETR with improved denoising anchor boxes", "DINO: DETR with Improved DeNoising Anchor Boxes", True),
        ("ConvNeXt - A ConvNet for the 2020s", "A ConvNet for the 2020s", True),
        ("Can We Trust It? A Closer Look", "Can We Trust It", True),
        ("DETR", "DINO: DETR with Improved DeNoising Anchor Boxes", False),
        (
            "DINO: Emerging Properties in Self-Supervised Vision",
            "DINO: DETR with Improved DeNoising Anchor Boxes",
            False,
        ),
        ("Masked Autoencoders", "Masked Autoencoders Are Scalable Vision Learners", False),
        ("Something else entirely", "Attention Is All You Need", False),
        ("paper", "Attention Is All You Need", None),
        ("论文地址", "Attention Is All You Need", None),
        ("", "Attention Is All You Need", None),
        ("…", "Attention Is All You Need", None),
        ("https://example.org/attention", "Attention Is All You Need", None),
        ("arXiv:2204.00001", "Attention Is All You Need", None),
        ("Attention", "", None),
    ],
)
def test_titles(noted: str, real: str, matches: bool | None) -> None:
    mention = Mention("https://arxiv.org/abs/2204.00001", 0, 1, 1, 1, noted)
    assert has_title_of(mention, Paper(real, {"arxiv": "2204.00001"})) is matches


@given(st.text(), st.text())
def test_titles_match_in_either_direction(one: str, other: str) -> None:
    assert is_same_paper_title(one, other) is is_same_paper_title(other, one)
    assert is_same_paper_title(one, one) is bool(normalized_title(one))
