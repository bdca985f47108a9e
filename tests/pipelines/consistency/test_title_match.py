"""Which titles are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper
from crawler.models.notes.note import Mention
from pipelines.consistency.title_match import (
    are_in_one_script,
    claimed_title,
    has_title_of,
    is_same_paper_title,
    normalized_title,
)


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


@pytest.mark.parametrize(
    ("text", "is_claimed"),
    [
        ("Loops in Sight", True),
        ("Deep residual learning for images", True),
        ("node2vec: Scalable Feature Learning for Networks", True),
        ("用扩散模型生成图像", True),
        ("Brown et al.", False),
        ("Minority Reports", False),
        ("an interesting paper on lamps", False),
        ("arXiv 2009", False),
        ("Our paper is accepted to LAMPS", False),
        ("paper", False),
        ("", False),
    ],
)
def test_names_citations_and_descriptions_claim_no_title(text: str, is_claimed: bool) -> None:
    assert (claimed_title(text, ["2204.00001"]) is not None) is is_claimed


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    assert claimed_title(text, []) in {None, text}


def test_a_translation_cannot_be_compared() -> None:
    assert not are_in_one_script("用扩散模型生成图像", "Images by Diffusion Models")
    assert are_in_one_script("Images by Diffusion", "Images by Diffusion Models")


@given(st.text(), st.text())
def test_titles_match_in_either_direction(one: str, other: str) -> None:
    assert is_same_paper_title(one, other) is is_same_paper_title(other, one)
    assert is_same_paper_title(one, one) is bool(normalized_title(one))
