"""Lines for what an entry lacks."""

from __future__ import annotations

import pytest

from crawler.models.metadata import Article, Paper
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.support.mending import edits, mended, standing

NAMES = Paper("Loops in Sight", {"arxiv": "2204.00001"}, ("Ada Lovelace",), comment="Code: github.com/ada/loops")
STORE = [
    standing("https://arxiv.org/abs/2204.00001", metadata=NAMES),
    standing("https://mp.weixin.qq.com/s/A", metadata=Article("文", links=("https://arxiv.org/abs/1706.03762",))),
    standing(
        "https://mp.weixin.qq.com/s/B",
        metadata=Article("文", links=("https://arxiv.org/abs/1706.03762", "https://github.com/a/b")),
    ),
]
PAPER = "[Loops in Sight](https://arxiv.org/abs/2204.00001)"
CODE = "[https://github.com/ada/loops](https://github.com/ada/loops)"
OTHER = "[arXiv:1706.03762](https://arxiv.org/abs/1706.03762)"


def entry(*lines: str, article: str = "A") -> str:
    return "\n".join([f"1. [t](https://mp.weixin.qq.com/s/{article})", *(f"   {line}" for line in lines), ""])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ["- Abstract: x", f"- Paper: {PAPER}", "- Tips: y"],
            ["- Abstract: x", f"- Paper: {PAPER}", f"- Code: {CODE}", "- Tips: y"],
        ),
        (
            ["* **摘要**：x", f"* **论文**：{PAPER}", "* **作者**：我"],
            ["* **摘要**：x", f"* **论文**：{PAPER}", "* **作者**：我", f"* **代码**：{CODE}"],
        ),
        (["- abstract: x", "- tips: y"], ["- abstract: x", f"- paper: {OTHER}", "- tips: y"]),
        (["- Tips: y"], ["- Tips: y", f"- Paper: {OTHER}"]),
        ([], []),
        ([f"- Paper: {PAPER}", "- Code: 未开源"], [f"- Paper: {PAPER}", "- Code: 未开源"]),
    ],
)
def test_missing_pieces(before: list[str], after: list[str]) -> None:
    assert mended(entry(*before), *STORE, rewrite={"missing"}) == entry(*after)


def test_an_added_line_tells_what_it_is_and_who_says_so() -> None:
    (edit,) = edits(entry(f"- Paper: {PAPER}", "- Tips: y"), *STORE, rewrite={"missing"})
    assert edit.reason == Reason(ReasonCode.EDIT_MISSING_CODE)
    assert "2204.00001" in edit.evidence
    (edit,) = edits(entry("- Tips: y"), *STORE, rewrite={"missing"})
    assert edit.reason == Reason(ReasonCode.EDIT_MISSING_PAPER)
    assert "article" in edit.evidence


def test_facts_come_before_missing_pieces() -> None:
    out = mended(entry(f"- Paper: {PAPER}", "- Tips: y"), *STORE, rewrite={"facts", "missing"})
    assert out == entry(f"- Paper: {PAPER}", "- Authors: Ada Lovelace", f"- Code: {CODE}", "- Tips: y")


def test_paper_and_code_of_one_article() -> None:
    code = "[https://github.com/a/b](https://github.com/a/b)"
    out = mended(entry("- Abstract: x", article="B"), *STORE, rewrite={"missing"})
    assert out == entry("- Abstract: x", f"- Paper: {OTHER}", f"- Code: {code}", article="B")


def test_nothing_is_added_unless_asked_for() -> None:
    text = entry(f"- Paper: {PAPER}", "- Authors: me", "- Tips: y")
    assert mended(text, *STORE) == text
