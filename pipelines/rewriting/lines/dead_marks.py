"""Plan marks such as `(dead link)` after dead links, in the language of the text around them. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.link import LinkState, Verdict
from crawler.models.notes.edit import Edit
from crawler.models.notes.note import SHOWN_ROLES, Mention, Note
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.rewriting.lines.line_style import has_han

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

MAX_DISTANCE = 4096
"""Bytes after a URL within which its link has to end."""

_TITLE = rb"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))"
_INLINE_END = re.compile(rb">?(?:[ \t\r\n]+" + _TITLE + rb")?[ \t\r\n]*\)", re.DOTALL)
_ANCHOR = re.compile(rb"<a\s[^<>]*\Z", re.IGNORECASE)
_ANCHOR_END = re.compile(rb"[^<>]*>(?:(?!</?a\b)[\s\S])*?</a\s*>", re.IGNORECASE)


def mark_edits(note: Note, states: Mapping[int, LinkState], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield the edits that mark dead links (`marks` in `rewrite`) and links replaced by snapshots (`snapshots`).

    `states` are by the position of the mention in `Note.mentions`. The mark of a link that works again is removed.
    Images, videos and local files get no marks.
    """
    for at, state in states.items():
        mention = note.mentions[at]
        if mention.role in SHOWN_ROLES or kind_of(state.link).in_notes_folder:
            continue
        if (end := _end(note.data, mention)) is None:
            continue
        old, new = _existing_mark(note.data, end), _expected_marks(state, rewrite)
        if new is None or old in new.values() or (old and old not in _marks()["marks"].values()):
            continue
        mark = new["chinese" if _is_chinese(note, mention, end) else "english"]
        if mark != old:
            code = ReasonCode.EDIT_DEAD_MARK if mark else ReasonCode.EDIT_DEAD_MARK_REMOVED
            why = state.check.reason if state.check else state.verdict.value
            evidence = f"{state.link.url}, {why}"
            yield Edit(note.path, end, end + len(old.encode()), old, mark, Reason(code), evidence)


def _expected_marks(state: LinkState, rewrite: Collection[str]) -> dict[str, str] | None:
    """Return the mark that a link should have, by language, empty for none; None if it is not to be changed."""
    if state.verdict is Verdict.DEAD and state.snapshot and "snapshots" in rewrite:
        return _marks()["snapshots"]
    if state.verdict is Verdict.DEAD and "marks" in rewrite:
        return _marks()["marks"]
    if state.verdict in {Verdict.ALIVE, Verdict.MOVED} and "marks" in rewrite:
        return {"english": "", "chinese": ""}
    return None


@cache
def _marks() -> dict[str, dict[str, str]]:
    """Return the marks of `pipelines/data/link_words.toml` by name and language."""
    table: dict[str, dict[str, str]] = tomllib.loads(
        files("pipelines").joinpath("data/link_words.toml").read_text("utf-8")
    )["behind"]
    return table


def _existing_mark(data: bytes, end: int) -> str:
    """Return the mark at this offset, written by this program or by the author; empty for none."""
    marks = (mark for languages in _marks().values() for mark in languages.values())
    return next((mark for mark in marks if data.startswith(mark.encode(), end)), "")


def _is_chinese(note: Note, mention: Mention, end: int) -> bool:
    """Return whether the line has Chinese characters before the end of the link."""
    start = note.data.rfind(b"\n", 0, mention.start) + 1
    return has_han(note.data[start:end].decode(errors="ignore"))


def _end(data: bytes, mention: Mention) -> int | None:
    """Return the byte offset after the link with this URL; None for a definition, or if the end is not found."""
    before = data[max(mention.start - MAX_DISTANCE, 0) : mention.start]
    after = data[mention.end : mention.end + MAX_DISTANCE]
    opened = before.rstrip(b" \t\r\n").removesuffix(b"<").rstrip(b" \t\r\n")
    if opened.endswith(b"]("):
        found = _INLINE_END.match(after)
    elif _ANCHOR.search(before):
        found = _ANCHOR_END.match(after)
    elif before.endswith(b"<") and after.startswith(b">"):
        return mention.end + 1
    elif _is_bare(data, mention):
        return mention.end
    else:
        return None
    return mention.end + found.end() if found else None


def _is_bare(data: bytes, mention: Mention) -> bool:
    """Return whether a URL is in running text: it is its own text, and no tag or definition precedes it."""
    line = data[data.rfind(b"\n", 0, mention.start) + 1 : mention.start]
    source = data[mention.start : mention.end].decode(errors="ignore")
    tag_is_open = line.rfind(b"<") > line.rfind(b">")
    return mention.text in {source, mention.url} and not tag_is_open and not re.search(rb"\]:[ \t]*<?\Z", line)
