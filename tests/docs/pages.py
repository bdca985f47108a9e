"""The pages of the documents in English and Chinese, and their parts."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.support.processes import ROOT

ENGLISH_ONLY = ("docs/architecture.md", "docs/design.md", "docs/reference.md", "benchmarks/README.md", "SECURITY.md")
"""Pages without a Chinese one: generated ones, and those about the code. Chinese pages mark links to them （英文）."""

ENGLISH = [
    "README.md",
    *(
        page
        for file in sorted((ROOT / "docs").rglob("*.md"))
        if (page := file.relative_to(ROOT).as_posix()) not in ENGLISH_ONLY and "zh-CN" not in file.parts
    ),
]
"""Paths of the pages that there are in both languages, as seen from the project's folder."""

_CODE_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def chinese(page: str) -> str:
    """Return the path of an English page's Chinese one."""
    return "README.zh-CN.md" if page == "README.md" else page.replace("docs/", "docs/zh-CN/", 1)


def english(page: str) -> str:
    """Return the path of a Chinese page's English one; an English page's own path."""
    return page.replace(".zh-CN.md", ".md").replace("docs/zh-CN/", "docs/", 1)


def read(page: str) -> str:
    """Return a page's text."""
    return (ROOT / page).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks in a language, a regular expression."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """Return a page without code blocks, HTML and link targets; code within lines becomes `x`."""
    text = _CODE_BLOCK.sub("", text)
    text = re.sub(r"^ {4}.*$|<(?!http)[^>\n]+>", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`\n]+`|<http.+?>", "`x`", re.sub(r"\]\([^)\n]+\)", "]", text))


def section(text: str, title: str) -> str:
    """Return the text of a section of the second level."""
    found = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert found, title
    return found


def table(text: str, number: int = 0) -> list[list[str]]:
    """Return the cells of a table's rows, without its header."""
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)[number]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found.splitlines()[2:]]


def links(page: str, text: str) -> list[str]:
    """Return the targets of a page's links in order: files as seen from the project's folder, without headings."""
    text = _CODE_BLOCK.sub("", text)
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"(docs/.+?)\"", text)
    return [_resolved(page, inline or source) for inline, source in targets]


def _resolved(page: str, target: str) -> str:
    path = target.partition("#")[0]
    if "://" in target or not path:
        return target if path else page
    return Path(os.path.normpath(Path(page).parent / path)).as_posix()
