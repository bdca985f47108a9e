"""A note in any encoding: its bytes come back, an edit changes its own span alone, and all edits can be undone."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from crawler.kinds.registry import link_of
from crawler.models.metadata import Repository
from crawler.models.notes.note_file import NoTextError
from crawler.notes.files.folder import read_note_file
from crawler.notes.parser import parse_file
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.findings import find_inconsistencies
from pipelines.rewriting.edit_list import apply_edits
from pipelines.rewriting.link_edits import plan_edits
from tests.support.fuzzing import WORDS, Tally, check
from tests.support.mending import EVERYTHING, hosted, known, moved, standing, undo_edits

TOKENS = tuple(word.encode() for word in WORDS)
NAMES = ("a.md", "a.ipynb", "a.mdx", "a.markdown")
REPOSITORY = Repository("o/r", stars=1234)


def one_input(data: bytes) -> None:
    path, raw = NAMES[data[0] % len(NAMES) if data else 0], data[1:]
    check(path, raw, Random(len(raw)), Tally())
    with suppress(NoTextError):
        _check_plan(path, raw)


def _check_plan(path: str, raw: bytes) -> None:
    note = parse_file(read_note_file(path, raw))
    links = (link_of(mention.url, path, mention.role) for mention in note.mentions)
    urls = sorted({link.url for link in links if link is not None})
    states = known(
        note, [standing(url, metadata=REPOSITORY) if "github" in url else moved(url, f"{url}new") for url in urls]
    )
    planned = plan_edits(note, states, hosted, EVERYTHING | {"marks", "license", "article", "missing"})
    after = apply_edits(note.data, planned)
    assert apply_edits(after, undo_edits(planned)) == note.data
    list(find_inconsistencies(note, states, CrossReferenceIndex.build((), (), ())))
