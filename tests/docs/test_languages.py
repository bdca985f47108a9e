"""Every page is there in English and Chinese with the same content, and the Chinese follows the usual typography."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ENGLISH, ENGLISH_ONLY, blocks, chinese, english, links, prose, read
from tests.support.processes import ROOT


def outline(page: str) -> dict[str, object]:
    """Return what a page has whatever its language: headings, code, settings, tables and links."""
    text = read(page)
    return {
        "headings": re.findall(r"^#+(?= )", prose(text), re.MULTILINE),
        "code": [[line.partition("  # ")[0].rstrip() for line in each.splitlines()] for each in blocks(text, r"\w+")],
        "settings": sorted(set(re.findall(r"`([A-Z][A-Z_]{3,})`", text))),
        "rows": [row.count("|") for row in re.findall(r"^\|.*$", text, re.MULTILINE)],
        "names": [re.findall(r"`.+?`", row) for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE)],
        "links": sorted(english(link) for link in links(page, text)),
    }


@pytest.mark.parametrize("page", ENGLISH)
def test_both_languages_have_the_same_content(page: str) -> None:
    assert outline(chinese(page)) == outline(page)


@pytest.mark.parametrize("page", ENGLISH)
def test_each_language_links_the_other(page: str) -> None:
    for one, other in ((page, chinese(page)), (chinese(page), page)):
        text = read(one)
        assert links(one, text)[0] == other
        assert links(one, text.splitlines()[2]) == [other]


def test_what_the_chinese_readme_links_is_in_chinese() -> None:
    linked = [link for link in links("README.zh-CN.md", read("README.zh-CN.md")) if link.endswith(".md")]
    assert {link for link in linked if link == english(link)} == {"README.md", *ENGLISH_ONLY}
    there = {file.relative_to(ROOT).as_posix() for file in (ROOT / "docs/zh-CN").rglob("*.md")}
    assert there == set(map(chinese, ENGLISH)) - {"README.zh-CN.md"}


@pytest.mark.parametrize("page", [chinese(page) for page in ENGLISH])
def test_links_from_chinese_to_english_pages_are_marked(page: str) -> None:
    text = read(page)
    lead = text.splitlines()[2]
    for line in text.replace(lead, "").splitlines():
        only_english = [link for link in links(page, line) if link in ENGLISH_ONLY]
        assert line.count("英文）") >= len(only_english), line


CHINESE = "\u4e00-\u9fff"
MISTAKES = {
    "a space is missing": rf"[{CHINESE}][A-Za-z0-9`]|[A-Za-z0-9`][{CHINESE}]|[{CHINESE}]\[[A-Za-z`]",
    "half-width punctuation": rf"[{CHINESE}`\]] ?[,;:!?]|[{CHINESE}]\.|[{CHINESE}][()]|[()][{CHINESE}]",
    "a space beside full-width punctuation": r" [，。：；、！？（）“”]|[，。：；、！？（“”] ",
    "a line break inside a paragraph": rf"[{CHINESE}，。：；、）][ ]*\n[{CHINESE}A-Za-z`\[]",
}


@pytest.mark.parametrize("page", [chinese(page) for page in ENGLISH])
def test_chinese_follows_the_usual_typography(page: str) -> None:
    text = prose(read(page))
    found = {name: re.findall(f".*(?:{mistake}).*", text) for name, mistake in MISTAKES.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
