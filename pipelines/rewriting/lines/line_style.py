"""Insert labelled lines into an entry, in its list style and language, with external text escaped. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crawler.models.notes.edit import Edit
from crawler.models.notes.note import FieldForm
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.notes.note import Entry, Field, Note
    from crawler.models.reasons.reason import Reason

MAX_LENGTH = 120
"""Characters of a name or venue; longer ones are cut."""


def escape_plain_text(text: str) -> str:
    """Return external text as one line of at most `MAX_LENGTH` characters, escaped so that Markdown shows it literally.

    It contains no markup, autolink, emoji code or math.
    """
    line = collapse_whitespace("".join(map(_visible, text)))
    if len(line) > MAX_LENGTH:
        line = f"{line[: MAX_LENGTH - 1].rstrip()}…"
    return _MARKUP.sub(r"\\\g<0>", line)


# Characters with a meaning get the backslash escapes of CommonMark 2.4: in CommonMark, GFM (tables, autolinks),
# Obsidian (`%%` comments, `$` math, tags), Hugo and Jekyll (`{`).
_MARKUP = re.compile(r"[\\`*_\[\]<>|~${}]|&(?=#?\w+;)|:(?=\S)|@(?=\w)|#(?=\w)|%(?=%)|(?<=\bwww)\.", re.IGNORECASE)


def _visible(character: str) -> str:
    """Return a character, a space for a control character, nothing for direction marks and joiners."""
    match unicodedata.category(character):
        case "Cc":
            return " "
        case "Cf" | "Co" | "Cs" | "Cn":
            return ""
    return character


# ---- labels


@cache
def _labels() -> dict[str, dict[str, Any]]:
    """Return the labels of `pipelines/data/line_labels.toml` by name of the line."""
    return tomllib.loads(files("pipelines").joinpath("data/line_labels.toml").read_text("utf-8"))


@cache
def _known_labels(name: str) -> frozenset[str]:
    return frozenset(map(_bare_label, _labels()[name]["known"]))


@lru_cache(maxsize=1000)
def _bare_label(label: str) -> str:
    return "".join(character for character in label.casefold() if character.isalpha())


def existing_field(entry: Entry, name: str) -> Field | None:
    """Return the field of an entry with this name, or with a known label of it; None if it has none."""
    known = _known_labels(name)
    return next(
        (
            field
            for field in entry.fields
            if (field.name == name or _bare_label(field.label) in known)
            and not (field.form is FieldForm.CELL and not field.value)
        ),
        None,
    )


def has_han(text: str) -> bool:
    """Return whether a text has a Chinese character."""
    return re.search("[\u4e00-\u9fff]", text) is not None


def is_chinese(entry: Entry, field: Field) -> bool:
    """Return whether most labels of the entry are Chinese; if exactly half are, whether the label of the field is."""
    chinese = sum(has_han(each.label) for each in entry.fields)
    others = len(entry.fields) - chinese
    return has_han(field.label) if chinese == others else chinese > others


# ---- style and position of a line


@dataclass(frozen=True, slots=True)
class _Style:
    """Texts before the label of a field, between label and value, and at the end of its lines.

    `at` is the byte offset at which a line after the field is inserted.
    """

    before: str
    after: str
    at: int
    line_end: str
    hard_break: str


_BEFORE = re.compile(r"[ \t>]*(?P<marker>(?:[-*+•·]|[0-9]+[.)])[ \t]+)?(?P<open>[*_]*)")
_HARD_BREAK = re.compile(rb"(?:(?:(?<![ \t])[ \t]+)?<br ?/?>|(?<! ) {2,}|\\)\Z")
_BREAK_ENDS = (b"  ", b">", b"\\")


def insert_line(
    note: Note, entry: Entry, field: Field, name: str, value: str, *, reason: Reason, source: str, above: bool = False
) -> Iterator[Edit]:
    """Yield the insertion of a line after a field, or above it, in the style of the field; nothing if not possible.

    `name` is the name of its label in `pipelines/data/line_labels.toml`; `value` is escaped Markdown; `source` is the
    evidence of the edit.
    """
    if field.form is not FieldForm.LINE or (style := _style(note, entry, field)) is None:
        return
    line = style.before + _label(name, field, chinese=is_chinese(entry, field)) + style.after + value + style.hard_break
    if not above:
        yield Edit(note.path, style.at, style.at, "", style.line_end + line, reason, source)
    elif style.line_end.startswith(("\r", "\n")):
        yield Edit(note.path, field.start, field.start, "", line + style.line_end, reason, source)


def labelled_text(name: str, *, chinese: bool) -> str:
    """Return the value of a line that is the same for all entries, such as that of `archived`."""
    return str(_labels()[name]["says"]["chinese" if chinese else "english"])


def _label(name: str, field: Field, *, chinese: bool) -> str:
    """Return the label of a line, in the case of the label of a field."""
    if chinese:
        return str(_labels()[name]["chinese"])
    label = str(_labels()[name]["english"])
    if field.label.islower():
        return label.lower()
    return label.upper() if field.label.isupper() else label


def _style(note: Note, entry: Entry, field: Field) -> _Style | None:
    """Return the style of a field; None if a line after it would not become a field of its own."""
    data = note.data
    first_line = data[field.label_start : field.end].decode().partition("\n")[0].rstrip("\r")
    label = re.escape(field.label.strip("*_ \t"))
    before = _BEFORE.fullmatch(data[field.start : field.label_start].decode())
    after = re.match(rf"(?P<open>[*_]*){label}(?P<close>[*_ \t]*[:：][*_]*)(?P<space>[ \t]*)", first_line)
    end = _end_of_line(data, field.end)
    more = data[field.end : end].strip(b" \t\\")  # a lone CR ends a line only in some parsers
    if before is None or after is None or more or _is_parent(data, end, before[0]):
        return None

    opening = before["open"] + after["open"]
    prefix = before[0].removesuffix(before["open"]) + (opening if re.search("[*_]", after["close"]) else "")
    bare = after.end() == len(first_line) and "：" not in after["close"]
    line_end = "\r\n" if b"\r\n" in (data[end : end + 2] or data) else "\n"
    hard_break = _hard_break(data[field.start : end])
    if _has_blank_lines(data, entry, field, listed=before["marker"] is not None):
        quote, sign, _ = before[0].rpartition(">")
        line_end += quote + sign + line_end
    elif not hard_break and before["marker"] is None and (position := entry.line_fields.index(field)):
        line_end = _hard_break(data[entry.line_fields[position - 1].start : field.start].rstrip(b"\r\n")) + line_end
    return _Style(prefix, after["close"] + (" " if bare else after["space"]), end, line_end, hard_break)


def _end_of_line(data: bytes, start: int) -> int:
    """Return the byte offset of the first line end after `start`, or of the end of the note."""
    end = data.find(b"\n", start)
    if end < 0:
        return len(data)
    return end - 1 if data[start:end].endswith(b"\r") else end


def _hard_break(line: bytes) -> str:
    """Return the hard line break at the end of a line (CommonMark 6.7): spaces, backslash or `<br>`; empty for none."""
    found = _HARD_BREAK.search(line) if line.endswith(_BREAK_ENDS) else None
    return found[0].decode() if found else ""


def _is_parent(data: bytes, end: int, before: str) -> bool:
    """Return whether the line after the one that ends at `end` is nested below it."""
    start = data.find(b"\n", end) + 1
    line = data[start : _end_of_line(data, start)].decode() if start else ""
    return bool(line.strip(" \t>")) and _depth(line) > _depth(before)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _has_blank_lines(data: bytes, entry: Entry, field: Field, *, listed: bool) -> bool:
    """Return whether blank lines separate the fields of the entry.

    Decided by the gap after the field, else the one before it, else by the line before it.
    """
    fields = entry.line_fields
    at = fields.index(field)
    for first, second in ((at, at + 1), (at - 1, at)):
        if first >= 0 and second < len(fields):
            gap = data[fields[first].end : fields[second].start]
            if not gap.strip(b" \t\r\n>\\"):
                return gap.count(b"\n") > 1
    line_before = data[data.rfind(b"\n", 0, field.start - 1) + 1 : field.start]
    return not listed and not line_before.strip(b" \t\r\n>")
