"""Reading a note and planning its edits takes time in proportion to its size, whatever is in it."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import pytest

from crawler.kinds.registry import link_of
from crawler.models.metadata import Repository
from crawler.notes.parser import parse_note
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.findings import find_inconsistencies
from pipelines.rewriting import edit_list, link_edits
from tests.support.mending import EVERYTHING, hosted, known, moved, standing
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Repository("o/r", stars=1234)

SHAPES = {
    "one line": ("word " * 20, 500),
    "links on one line": ("[a](https://a.example.org/x) ", 200),
    "list": ("- [Title](https://arxiv.org/abs/2101.00001) [code](https://github.com/o/r)\n", 30),
    "entries": ("1. **Title**\n   - Paper: https://arxiv.org/abs/2101.00001\n   - Code: https://github.com/o/r\n", 30),
    "headings": ("### Title\n\n- Paper: https://arxiv.org/abs/2101.00001\n\n", 30),
    "rows": ("| Title | [p](https://arxiv.org/abs/2101.00001) | |\n", 30),
    "cells of HTML": ("<tr><td>T</td><td><a href='https://arxiv.org/abs/2101.00001'>x</a></td></tr>\n", 30),
    "one entry": ("   - Code: https://github.com/o/r\n", 30),
    "vouches on one line": ("<!-- notemend: alive until 2027-06 because x --> ", 400),
    "vouches": ("<!-- notemend: dead until 2027-06 because x -->\n\n", 400),
    "ignore comments": ("<!-- notemend: ignore -->\nhttps://a.example.org/\n\n", 200),
    "wikilinks": ("[[a]] ![[b.png|3]] ", 200),
    "definitions": ("[a]: https://a.example.org/\n", 200),
    "host": ("www.", 2000),
    "lines": ("a\r", 500),
    "digits of a URL": ("2020", 500),
    "dots of a title": (".", 500),
    "commas of a title": (",", 500),
    "digits of a title": ("1", 500),
    "marks of a title": (" #", 500),
    "names without capitals": ("é", 500),
    "blanks of a URL": (" ", 500),
    **{
        mark: (mark, 4000)
        for mark in ("[", "*", "<", "`", "](", "![", "[](", "<a ", "<!--", "**a ", ">", "~~", "{{", "$$")
    },
}
HEADS = {
    "rows": "| Title | Paper | Code |\n|---|---|---|\n",
    "cells of HTML": "<table>\n",
    "one entry": "1. Title\n",
    "digits of a URL": "https://a.example.org/",
    "names without capitals": "- A. Girshick, R. Ross, É",
    "blanks of a URL": '<a href="',
    **dict.fromkeys((f"{name} of a title" for name in ("dots", "commas", "digits", "marks")), "# 2020-01-01 A"),
}
TAILS = {
    "names without capitals": "1, Title [p](https://arxiv.org/abs/2101.00001)\n",
    "blanks of a URL": '">x</a>\n',
    **dict.fromkeys(
        (f"{name} of a title" for name in ("dots", "commas", "digits", "marks")),
        "b\n\n- Paper: https://arxiv.org/abs/2101.00001\n",
    ),
}
"""What stands before and behind the repeated text."""


@pytest.fixture(autouse=True)
def no_garbage_collection() -> Iterator[None]:
    """Let nobody else's garbage count; to collect it before each measurement takes longer than the measurement."""
    gc.disable()
    yield
    gc.enable()


def seconds(data: bytes) -> float:
    """Return the CPU seconds of reading a note, planning its edits, applying them, and finding inconsistencies."""
    start = time.process_time()
    note = parse_note("a.md", data)
    links = (link_of(mention.url, "a.md", mention.role) for mention in note.mentions)
    urls = sorted({link.url for link in links if link is not None})
    states = known(
        note,
        [standing(url, metadata=REPOSITORY) if "github" in url else moved(url, f"{url}new") for url in urls],
    )
    planned = link_edits.plan_edits(note, states, hosted, EVERYTHING | {"marks", "license", "article", "missing"})
    edit_list.apply_edits(data, planned)
    list(find_inconsistencies(note, states, CrossReferenceIndex.build((), (), ())))
    return time.process_time() - start


@pytest.mark.parametrize("shape", sampled(SHAPES))
def test_linear_time(shape: str) -> None:
    """Eight times as much takes at most twenty times as long; quadratic, it would take 64 times as long."""
    text, count = SHAPES[shape]
    head, tail = HEADS.get(shape, "").encode(), TAILS.get(shape, "").encode()
    small, large = (head + text.encode() * count * times + tail for times in (1, 8))
    seconds(small)
    for _ in range(3):
        least = max(min(seconds(small), seconds(small)), 0.002)
        if seconds(large) < 20 * least:
            return
    pytest.fail("takes more than linear time")
