"""What a reader sees of a mended note differs only in what was edited."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import pyromark
import pytest
from bs4 import BeautifulSoup, Tag

from crawler.notes import parser
from pipelines.rewriting import edit_list, link_edits
from tests.pipelines.rewriting.test_link_edits import CORPUS, everything_known
from tests.pipelines.rewriting.test_note_rewriter import KNOWN, NOTES, REWRITE
from tests.support.mending import EVERYTHING, edits, hosted
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.models.notes.edit import Edit

OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_FOOTNOTES


def seen(data: bytes) -> list[str]:
    """Return the tags of a rendered note, without addresses, and the lines of its text."""
    return list(_seen(BeautifulSoup(pyromark.html(data.decode(), options=OPTIONS), "lxml")))


def _seen(soup: BeautifulSoup) -> Iterator[str]:
    for node in soup.descendants:
        if isinstance(node, Tag):
            attributes = sorted(f"{name}={value}" for name, value in node.attrs.items() if name not in {"href", "src"})
            yield f"<{node.name} {' '.join(attributes)}>"
        else:
            yield from (" ".join(line.split()) for line in str(node).splitlines() if line.strip())


def differences(before: bytes, after: bytes, edits: Sequence[Edit]) -> list[str]:
    """Return what a reader sees changed that no edit says."""
    old, new = seen(before), seen(after)
    gone, come = Counter[str](), Counter[str]()
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone.update(old[a:b])
            come.update(new[c:d])
    lines = {_bare(line) for edit in edits for line in edit.new.splitlines()}
    unsaid = []
    for text in (*(gone - come), *(come - gone)):
        said = text in {"<li >", "<p >", "<br >"} or _bare(text) in lines
        inside = any(edit.old in text or edit.new.strip() in text for edit in edits if edit.old or edit.new.strip())
        if not said and not inside:
            unsaid.append(text)
    return unsaid


def _bare(line: str) -> str:
    return re.sub(r"\A[\s>*+\d.-]*|[\\*_]|<br ?/?>\Z", "", line).strip()


@pytest.mark.parametrize("case", sorted(path.parent.name for path in NOTES.glob("*/before.md")))
def test_cases(case: str) -> None:
    data = (NOTES / case / "before.md").read_bytes()
    made = edits(data, *KNOWN, rewrite=REWRITE.get(case, EVERYTHING))
    assert differences(data, edit_list.apply_edits(data, made), made) == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes is not here")
@pytest.mark.parametrize("part", sampled(range(4), every=4))
@pytest.mark.stress
def test_real_notes(part: int) -> None:
    for file in sorted(Path(CORPUS).rglob("*.md"))[part::4]:
        data = file.read_bytes()
        note = parser.parse_note(file.name, data)
        made = link_edits.plan_edits(note, everything_known(note), hosted, EVERYTHING)
        assert differences(data, edit_list.apply_edits(data, made), made) == [], file.name


@pytest.mark.parametrize("wrong", [b"*b*", b"- c\n", b"<b>d</b>"])
def test_what_no_edit_says_is_seen(wrong: bytes) -> None:
    data = b"# t\n\n[a](https://github.com/old/loops) *b*\n\n- c\n\n<b>d</b> [https://github.com/old/loops](e)\n"
    made = edits(data, *KNOWN)
    after = edit_list.apply_edits(data, made)
    assert differences(data, after, made) == []
    assert differences(data, after.replace(wrong, b"x"), made) != []
