"""Short marks behind links that are dead, in the language of the words around them. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.models.edit import Edit
from crawler.models.link import LinkState, Verdict
from crawler.models.note import LinkRole, Mention, Note
from crawler.models.reason import Reason, ReasonCode
from pipelines.rewriting.line_style import has_han

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

MAX_DISTANCE = 4096
"""Bytes behind a URL in which its link has to end."""

_TITLE = rb"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))"
_INLINE_END = re.compile(rb">?(?:[ \t\r\n]+" + _TITLE + rb")?[ \t\r\n]*\)", re.DOTALL)
_ANCHOR = re.compile(rb"<a\s[^<>]*\Z", re.IGNORECASE)
_ANCHOR_END = re.compile(rb"[^<>]*>(?:(?!</?a\b)[\s\S])*?</a\s*>", re.IGNORECASE)


def mark_edits(note: Note, states: Mapping[int, LinkState], rewrite: Collection[str]) -> Iterator[Edit]:
    """Yield marks behind dead links (`marks`) and behind snapshots put in their place (`snapshots`).

    The mark of a dead link that is alive again is taken away. Pictures and files get none: their place shows it.
    """
    for at, state in states.items():
        mention = note.mentions[at]
        if mention.role in {LinkRole.IMAGE, LinkRole.VIDEO} or kind_of(state.link).in_notes_folder:
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
    """Return the mark that a link should have, by language; None where whatever stands there may stay."""
    if state.verdict is Verdict.DEAD and state.snapshot and "snapshots" in rewrite:
        return _marks()["snapshots"]
    if state.verdict is Verdict.DEAD and "marks" in rewrite:
        return _marks()["marks"]
    if state.verdict in {Verdict.ALIVE, Verdict.MOVED} and "marks" in rewrite:
        return {"english": "", "chinese": ""}
    return None


@cache
def _marks() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = tomllib.loads(
        files("pipelines").joinpath("data/link_words.toml").read_text("utf-8")
    )["behind"]
    return table


def _existing_mark(data: bytes, end: int) -> str:
    """Return the mark that stands there, whoever wrote it."""
    marks = (mark for languages in _marks().values() for mark in languages.values())
    return next((mark for mark in marks if data.startswith(mark.encode(), end)), "")


def _is_chinese(note: Note, mention: Mention, end: int) -> bool:
    """Go by the line and the link's text."""
    start = note.data.rfind(b"\n", 0, mention.start) + 1
    return has_han(note.data[start:end].decode(errors="ignore"))


def _end(data: bytes, mention: Mention) -> int | None:
    """Return where the link ends whose URL a mention is; None for a definition, and where nobody can tell."""
    before, behind = (
        data[max(mention.start - MAX_DISTANCE, 0) : mention.start],
        data[mention.end : mention.end + MAX_DISTANCE],
    )
    opened = before.rstrip(b" \t\r\n").removesuffix(b"<").rstrip(b" \t\r\n")
    if opened.endswith(b"]("):
        found = _INLINE_END.match(behind)
    elif _ANCHOR.search(before):
        found = _ANCHOR_END.match(behind)
    elif before.endswith(b"<") and behind.startswith(b">"):
        return mention.end + 1
    elif _is_bare(data, mention):
        return mention.end
    else:
        return None
    return mention.end + found.end() if found else None


def _is_bare(data: bytes, mention: Mention) -> bool:
    """Tell whether a URL stands in running text: it is its own text, and no tag or definition is open before it."""
    line = data[data.rfind(b"\n", 0, mention.start) + 1 : mention.start]
    written = data[mention.start : mention.end].decode(errors="ignore")
    tag_is_open = line.rfind(b"<") > line.rfind(b">")
    return mention.text in {written, mention.url} and not tag_is_open and not re.search(rb"\]:[ \t]*<?\Z", line)
