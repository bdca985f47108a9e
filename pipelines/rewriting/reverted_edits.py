"""Find edits that a user has reverted; they are not made again. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.models.reasons.reason import ReasonCode
from pipelines.rewriting.edit_list import is_image_edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.models.notes.edit import Edit


@dataclass(frozen=True, slots=True)
class _Replacement:
    """What identifies a replacement, wherever it is made in the note."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _InsertedLine:
    """What identifies a line of an insertion, whatever its value: code of the reason, source, and label."""

    reason: str
    source: str
    label: str


@dataclass(slots=True)
class _EditCounts:
    """How often each edit was made in one note, since an edit of a later run restored the old text."""

    replacements: Counter[_Replacement] = field(default_factory=Counter)
    inserted_lines: Counter[_InsertedLine] = field(default_factory=Counter)
    shown: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What images were replaced by, by their old text: a later run may have replaced it by another URL."""

    def add_run(self, edits: Sequence[Edit]) -> None:
        """Add the edits of one run; forget earlier edits whose old text this run restored."""
        restored = {edit.new for edit in edits}
        removed = {(_source(edit), _bare_line(edit.old)) for edit in edits if edit.old and not edit.new}
        for replacement in [each for each in self.replacements if each.old in restored]:
            del self.replacements[replacement]
        for line in [each for each in self.inserted_lines if (each.source, each.label) in removed]:
            del self.inserted_lines[line]
        for edit in edits:
            if edit.reason.code is ReasonCode.EDIT_IMAGE:
                self.shown[edit.old].add(_comparable_text(edit))
            for news in self.shown.values() if edit.reason.code is ReasonCode.EDIT_IMAGE_URL else ():
                if _image_text(edit.old) in news:
                    news.add(_image_text(edit.new))
            if edit.old:
                self.replacements[_replacement(edit)] += 1
            else:
                self.inserted_lines.update(_inserted_line(edit, line) for line in _split_lines(edit.new))


def without_reverted(data: bytes, edits: Iterable[Edit], past_edits: Sequence[Sequence[Edit]]) -> tuple[Edit, ...]:
    """Return the edits of a note that the user has not reverted.

    `data` are the bytes of the note, `past_edits` the edits that earlier runs made in it, by run, oldest first.

    An edit that was made before and is planned again was reverted, unless its new text still occurs as often as it was
    made: then the old text is in a new place. Old text that a later run restored, and a line that one removed, were not
    reverted by the user. Each line of an insertion is compared by itself, by reason, source and label, so that a new
    line is still added.
    """
    counts = _EditCounts()
    for run in past_edits:
        counts.add_run(run)
    if not (counts.replacements or counts.inserted_lines):
        return tuple(edits)
    return tuple(_not_reverted(data.decode(), edits, counts))


def _not_reverted(text: str, edits: Iterable[Edit], counts: _EditCounts) -> Iterator[Edit]:
    present_lines = Counter(_bare_line(line) for line in text.split("\n"))
    for edit in edits:
        if edit.old:
            if _times_made(edit, counts) <= _times_there(text, edit, counts):
                yield edit
            continue
        lines = _split_lines(edit.new)
        remaining = [
            line
            for line in lines
            if counts.inserted_lines[_inserted_line(edit, line)] <= present_lines[_bare_line(line)]
        ]
        if remaining:
            yield edit if remaining == lines else replace(edit, new="".join(remaining))


def _times_made(edit: Edit, counts: _EditCounts) -> int:
    """Return how often a replacement was made; of an image by any URL of the saved one."""
    if edit.reason.code is not ReasonCode.EDIT_IMAGE:
        return counts.replacements[_replacement(edit)]
    return sum(counts.replacements[_Replacement(edit.old, new)] for new in counts.shown[edit.old])


def _times_there(text: str, edit: Edit, counts: _EditCounts) -> int:
    """Return how often the new text of a replacement occurs in a note; of an image any URL of the saved one."""
    if edit.reason.code is not ReasonCode.EDIT_IMAGE:
        return _count_occurrences(text, edit)
    return sum(_count_occurrences(text, replace(edit, new=new)) for new in counts.shown[edit.old])


def _replacement(edit: Edit) -> _Replacement:
    return _Replacement(edit.old, _comparable_text(edit))


def _inserted_line(edit: Edit, line: str) -> _InsertedLine:
    label = re.split("[:：]", _bare_line(line), maxsplit=1)[0]
    return _InsertedLine(edit.reason.encoded, _source(edit), label)


def _source(edit: Edit) -> str:
    """Return the first part of the evidence; the rest depends on the state of the link."""
    return edit.evidence.partition(",")[0]


def _comparable_text(edit: Edit) -> str:
    """Return the new text of an edit; of a saved image what is the same in all notes."""
    if _is_linked_image(edit):
        return _FOLDERS.sub("", edit.new)
    return _image_text(edit.new) if edit.reason.code is ReasonCode.EDIT_IMAGE else edit.new


def _image_text(url: str) -> str:
    """Return the file name of an image of the image store, as the path depends on the note's folder; else the URL."""
    name = url.rpartition("/")[2]
    return name if _HASH.match(name) else url


def _is_linked_image(edit: Edit) -> bool:
    """Return whether an edit is that of a whole image element, which gets a link."""
    return is_image_edit(edit) and edit.new.startswith(("[", "<"))


def _count_occurrences(text: str, edit: Edit) -> int:
    """Return how often the new text of an edit occurs in a note as a whole word or URL.

    Text without letters is searched for with the label before it, as a number alone may stand for anything.
    """
    label = ""
    new = _comparable_text(edit)
    if _is_linked_image(edit):
        return _FOLDERS.sub("", text).count(new)
    if not any(character.isalpha() for character in new):
        start = len(text.encode()[: edit.start].decode())
        found = re.search(r"[^\W\d_]+\W*\Z", text[text.rfind("\n", 0, start) + 1 : start])
        label = found[0] if found else ""
    inside = r"[\w/.]" if new == edit.new else r"[\w.]"  # ASCII only: Chinese text may adjoin a URL
    occurrences = re.finditer(rf"{re.escape(label + new)}(?![\w/]|[-.?#=&%]\w)", text, re.ASCII)
    return sum(not re.match(inside, text[each.start() - 1 : each.start()], re.ASCII) for each in occurrences)


_HASH = re.compile("[0-9a-f]{64}")
_FOLDERS = re.compile(r"""(?<![^\s"'()<>\[\]])[^\s"'()<>\[\]]*/""")

# The lines of an insertion, each with the line ends before it.
_LINE = re.compile(r"(?:(?<![ \t>])[ \t>]+)?\r?\n(?:[ \t>]*\r?\n)*[^\n]*")


def _split_lines(new: str) -> list[str]:
    """Return the lines of an insertion; text that does not begin with a line end is one line."""
    found = _LINE.findall(new)
    return found if "".join(found) == new else [new]


def _bare_line(line: str) -> str:
    """Return a line without indent, list marker and line end, which depend on where it is inserted."""
    return re.sub(r"\A[\s>]*(?:[-*+•·]|\d+[.)])?\s*", "", line).rstrip()
