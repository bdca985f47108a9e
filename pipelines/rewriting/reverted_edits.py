"""Edits that a person took back: they are not made again. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.models.edit import Edit

_Key = tuple[str, ...]


def without_reverted(data: bytes, edits: Iterable[Edit], made: Sequence[Sequence[Edit]]) -> tuple[Edit, ...]:
    """Return the edits of a note that no person took back; `made` has those that earlier runs made in it, by run.

    An edit made once and wanted again is one that was taken back, unless its new text still stands in as many places as
    it was put: then the old one stands in a new place. Old text that a later run of ours put back, and a line that one
    took away, were taken back by nobody. Of an insertion each line counts for itself, by its label and its source: what
    else is known meanwhile is still added.
    """
    counts = _count_edits(made)
    return tuple(_kept_edits(data, edits, counts)) if counts else tuple(edits)


def _kept_edits(data: bytes, edits: Iterable[Edit], counts: Counter[_Key]) -> Iterator[Edit]:
    text = data.decode()
    state = Counter(_bare_line(line) for line in text.split("\n"))
    for edit in edits:
        if edit.old:
            made = counts[_replacement(edit)]
            if not made or made <= _places(text, edit):
                yield edit
            continue
        lines = _split_lines(edit.new)
        fine = [line for line in lines if counts[_insertion(edit, line)] <= state[_bare_line(line)]]
        if fine:
            yield edit if fine == lines else replace(edit, new="".join(fine))


def _count_edits(made: Sequence[Sequence[Edit]]) -> Counter[_Key]:
    """Return how often each edit was made since one of ours last brought its old text back."""
    counts: Counter[_Key] = Counter()
    for run in made:
        put = {edit.new for edit in run}
        for key in [key for key in counts if len(key) == len(("old", "new")) and key[0] in put]:
            del counts[key]
        gone = {(edit.evidence.partition(",")[0], _bare_line(edit.old)) for edit in run if edit.old and not edit.new}
        for key in [key for key in counts if key[1:] in gone]:
            del counts[key]
        for edit in run:
            counts.update(
                [_replacement(edit)] if edit.old else [_insertion(edit, line) for line in _split_lines(edit.new)]
            )
    return counts


def _replacement(edit: Edit) -> _Key:
    return edit.old, _comparable_text(edit)


def _comparable_text(edit: Edit) -> str:
    """Return an edit's new text, of a kept picture its name alone: the path depends on where the note lies."""
    return edit.new.rpartition("/")[2] if edit.reason.code is ReasonCode.EDIT_IMAGE else edit.new


def _insertion(edit: Edit, line: str) -> _Key:
    label = re.split("[:：]", _bare_line(line), maxsplit=1)[0]
    return edit.reason.encoded, edit.evidence.partition(",")[0], label


def _places(text: str, edit: Edit) -> int:
    """Return in how many places of a note an edit's new text stands by itself.

    Text without letters says nothing by itself: a number counts with the label in front of it.
    """
    label = ""
    new = _comparable_text(edit)
    if not any(character.isalpha() for character in new):
        start = len(text.encode()[: edit.start].decode())
        found = re.search(r"[^\W\d_]+\W*\Z", text[text.rfind("\n", 0, start) + 1 : start])
        label = found[0] if found else ""
    inside = r"[\w/.]" if new == edit.new else r"[\w.]"  # in ASCII: Chinese stands next to a URL
    places = re.finditer(rf"{re.escape(label + new)}(?![\w/]|[-.?#=&%]\w)", text, re.ASCII)
    return sum(not re.match(inside, text[place.start() - 1 : place.start()], re.ASCII) for place in places)


# An insertion's lines, each with the line ends in front of it; what does not begin with one is one line.
_LINE = re.compile(r"(?:[ \t>]*\r?\n)+[^\n]*")


def _split_lines(new: str) -> list[str]:
    found = _LINE.findall(new)
    return found if "".join(found) == new else [new]


def _bare_line(line: str) -> str:
    """Return a line without what depends on where it stands: indent, list marker, line end."""
    return re.sub(r"\A[\s>]*(?:[-*+•·]|\d+[.)])?\s*", "", line).rstrip()
