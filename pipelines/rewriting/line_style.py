"""Labelled lines added to an entry, in its own list style and language, with strangers' text made harmless. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crawler.models.edit import Edit
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.note import Entry, Field, Note
    from crawler.models.reason import Reason

LONGEST = 120
"""Characters of a name or venue; longer ones are cut."""


def escape_plain_text(text: str) -> str:
    """Return a stranger's text as one short line that Markdown shows as it is: no markup, link, emoji code or math."""
    kept = "".join(_character(character) for character in text)
    line = collapse_whitespace(kept)
    if len(line) > LONGEST:
        line = f"{line[: LONGEST - 1].rstrip()}…"
    return _MARKUP.sub(r"\\\g<0>", line)


# The backslash escapes of CommonMark 2.4 where a character has a meaning: in CommonMark, GFM (tables, autolinks),
# Obsidian (`%%` comments, `$` math, tags), Hugo and Jekyll (`{`).
_MARKUP = re.compile(r"[\\`*_\[\]<>|~${}]|&(?=#?\w+;)|:(?=\S)|@(?=\w)|#(?=\w)|%(?=%)|(?<=\bwww)\.", re.IGNORECASE)


def _character(character: str) -> str:
    """Return a space for a control character, nothing for what is invisible: direction marks, joiners."""
    match unicodedata.category(character):
        case "Cc":
            return " "
        case "Cf" | "Co" | "Cs" | "Cn":
            return ""
    return character


# ---- how a line is labelled


@cache
def _labels() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("pipelines").joinpath("data/line_labels.toml").read_text("utf-8"))


@cache
def _known_labels(name: str) -> frozenset[str]:
    return frozenset(map(_bare_label, _labels()[name]["known"]))


@lru_cache(maxsize=1000)
def _bare_label(label: str) -> str:
    return "".join(character for character in label.casefold() if character.isalpha())


def existing_field(entry: Entry, name: str) -> Field | None:
    """Return the entry's field that says this already, under whatever label."""
    known = _known_labels(name)
    return next((field for field in entry.fields if field.name == name or _bare_label(field.label) in known), None)


def has_han(text: str) -> bool:
    """Tell whether there is a Chinese character in a text."""
    return re.search("[\u4e00-\u9fff]", text) is not None


def is_chinese(entry: Entry, field: Field) -> bool:
    """Tell whether the entry's labels are mostly Chinese; if half of them are, the field's own label decides."""
    chinese = sum(has_han(each.label) for each in entry.fields)
    others = len(entry.fields) - chinese
    return has_han(field.label) if chinese == others else chinese > others


# ---- how and where a line is written


@dataclass(frozen=True, slots=True)
class _Style:
    """How a field is written: what stands before its label, between label and value, and at the end of its lines.

    `at` is where a line behind it is inserted.
    """

    before: str
    after: str
    at: int
    line_end: str
    hard_break: str


_BEFORE = re.compile(r"[ \t>]*(?P<marker>(?:[-*+•·]|[0-9]+[.)])[ \t]+)?(?P<open>[*_]*)")
_HARD_BREAK = re.compile(rb"(?:[ \t]*<br ?/?>| {2,}|\\)\Z")


def insert_line(
    note: Note, entry: Entry, field: Field, name: str, value: str, *, reason: Reason, source: str, above: bool = False
) -> Iterator[Edit]:
    """Yield the insertion of a line behind a field, or above it, where a line like the field's fits.

    `name` is the name of its label in `data/line_labels.toml`.
    """
    if (style := _style(note, entry, field)) is None:
        return
    line = style.before + _label(name, field, chinese=is_chinese(entry, field)) + style.after + value + style.hard_break
    if not above:
        yield Edit(note.path, style.at, style.at, "", style.line_end + line, reason, source)
    elif style.line_end.startswith(("\r", "\n")):
        yield Edit(note.path, field.start, field.start, "", line + style.line_end, reason, source)


def labelled_text(name: str, *, chinese: bool) -> str:
    """Return what such a line says, where that is the same for all."""
    return str(_labels()[name]["says"]["chinese" if chinese else "english"])


def _label(name: str, field: Field, *, chinese: bool) -> str:
    if chinese:
        return str(_labels()[name]["chinese"])
    label = str(_labels()[name]["english"])
    if field.label.islower():
        return label.lower()
    return label.upper() if field.label.isupper() else label


def _style(note: Note, entry: Entry, field: Field) -> _Style | None:
    """Return how to write a line like the field's; None where a line behind it would not be a field of its own."""
    data = note.data
    first_line = data[field.label_start : field.end].decode().partition("\n")[0].rstrip("\r")
    label = re.escape(field.label.strip("*_ \t"))
    before = _BEFORE.fullmatch(data[field.start : field.label_start].decode())
    after = re.match(rf"(?P<open>[*_]*){label}(?P<close>[*_ \t]*[:：][*_]*)(?P<space>[ \t]*)", first_line)
    end = _end_of_line(data, field.end)
    more = data[field.end : end].strip(b" \t\\")  # a lone CR ends lines too, but nobody knows which
    if before is None or after is None or more or _is_parent(data, end, before[0]):
        return None

    opening = before["open"] + after["open"]
    prefix = before[0].removesuffix(before["open"]) + (opening if re.search("[*_]", after["close"]) else "")
    bare = after.end() == len(first_line) and "：" not in after["close"]
    line_end = "\r\n" if b"\r\n" in (data[end : end + 2] or data) else "\n"
    hard_break = _hard_break(data[field.start : end])
    if _in_paragraphs(data, entry, field, listed=before["marker"] is not None):
        quote, sign, _ = before[0].rpartition(">")
        line_end += quote + sign + line_end
    elif not hard_break and before["marker"] is None and (position := entry.fields.index(field)):
        line_end = _hard_break(data[entry.fields[position - 1].start : field.start].rstrip(b"\r\n")) + line_end
    return _Style(prefix, after["close"] + (" " if bare else after["space"]), end, line_end, hard_break)


def _end_of_line(data: bytes, start: int) -> int:
    """Return the offset of the line end behind `start`, or of the end of the note."""
    end = data.find(b"\n", start)
    if end < 0:
        return len(data)
    return end - 1 if data[start:end].endswith(b"\r") else end


def _hard_break(line: bytes) -> str:
    """Return what makes a line end a line break in Markdown (CommonMark 6.7), if anything does."""
    found = _HARD_BREAK.search(line)
    return found[0].decode() if found else ""


def _is_parent(data: bytes, end: int, before: str) -> bool:
    """Tell whether the line behind the one that ends at `end` is nested below it: it must stay with it."""
    start = data.find(b"\n", end) + 1
    line = data[start : _end_of_line(data, start)].decode() if start else ""
    return bool(line.strip(" \t>")) and _depth(line) > _depth(before)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _in_paragraphs(data: bytes, entry: Entry, field: Field, *, listed: bool) -> bool:
    """Tell whether blank lines part the entry's fields: seen at the next, else the one before, else the line before."""
    at = entry.fields.index(field)
    for first, second in ((at, at + 1), (at - 1, at)):
        if first >= 0 and second < len(entry.fields):
            gap = data[entry.fields[first].end : entry.fields[second].start]
            if not gap.strip(b" \t\r\n>\\"):
                return gap.count(b"\n") > 1
    line_before = data[data.rfind(b"\n", 0, field.start - 1) + 1 : field.start]
    return not listed and not line_before.strip(b" \t\r\n>")
