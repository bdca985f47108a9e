"""Fact lines: what is known of an entry's paper and code, added in the entry's own list style and language. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.items import Edit, Entry, Field, Note, Paper, Repository, Standing, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWN_AUTHORS = 5
"""Authors named before `et al.`."""

LONGEST = 120
"""Characters of a name or venue; longer ones are cut."""

_Metadata = TypeVar("_Metadata", Paper, Repository)


def fact_edits(note: Note, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    """Yield the fact lines that a note's entries lack, and the counts of stars that have changed.

    Facts need a field `paper` or `code` to follow that names exactly one paper or repository: below a title, a bare
    bullet or a list of papers nobody could tell whose authors these are. What the author wrote stays, but for a number
    of stars standing alone.
    """
    for entry in note.entries:
        yield from _paper_facts(note, entry, standings)
        yield from _stars(note, entry, standings)


def _paper_facts(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    field = entry.field("paper")
    if field is None or (known := _only(Paper, field, standings)) is None:
        return
    paper = known[1]
    chinese = _is_chinese(entry, field)
    facts = {"authors": _authors(paper, chinese=chinese), "venue": _venue(paper)}
    missing = {name: value for name, value in facts.items() if value and _existing(entry, name) is None}
    source = f"arXiv {paper.arxiv_id}" + (f", venue: {paper.venue_source}" if "venue" in missing else "")
    yield from _insert(
        note, entry, _existing(entry, "authors") or field, missing, reason="facts of the paper", source=source
    )


def _stars(note: Note, entry: Entry, standings: Mapping[int, Standing]) -> Iterator[Edit]:
    field = entry.field("code")
    if field is None or (known := _only(Repository, field, standings)) is None:
        return
    standing, repository = known
    if repository.stars is None or standing.verdict is Verdict.DEAD:
        return
    source = f"GitHub {repository.title}"
    if (present := _existing(entry, "stars")) is None:
        stars = {"stars": f"{repository.stars:,}"}
        yield from _insert(note, entry, field, stars, reason="stars of the repository", source=source)
        return
    text = note.data[present.label_start : present.end].decode()
    number = re.search(r"[:：][*_\s]*(\d{1,3}(?:,\d{3})+|\d+)[*_\s]*\Z", text)
    if number is None or int(number[1].replace(",", "")) == repository.stars:
        return
    separated = "," in number[1] or len(number[1]) < len("1000")
    new = f"{repository.stars:,}" if separated else str(repository.stars)
    start = present.label_start + len(text[: number.start(1)].encode())
    yield Edit(note.path, start, start + len(number[1]), number[1], new, "stars of the repository", source)


def _only(what: type[_Metadata], field: Field, standings: Mapping[int, Standing]) -> tuple[Standing, _Metadata] | None:
    """Return what the field's links are about, if that is known and one thing (a renamed repository is the same)."""
    found = {
        metadata.title.casefold(): (standing, metadata)
        for position in field.mentions
        if (standing := standings.get(position)) and isinstance(metadata := standing.metadata, what)
    }
    return next(iter(found.values())) if len(found) == 1 else None


# ---- what a fact says


def _authors(paper: Paper, *, chinese: bool) -> str:
    names = [name for author in paper.authors[: SHOWN_AUTHORS + 1] if (name := plain(author))]
    shown = ", ".join(names[:SHOWN_AUTHORS])
    more = " 等" if chinese else ", et al."
    return shown + (more if len(names) > SHOWN_AUTHORS else "")


def _venue(paper: Paper) -> str:
    venue = plain(paper.venue or "")
    year = str(paper.venue_year or "")
    dated = f"{venue} {year}".rstrip() if venue and year not in venue else venue
    track = plain(paper.venue_track or "")
    return f"{dated} ({track})" if dated and track and track.lower() not in dated.lower() else dated


def plain(text: str) -> str:
    """Return a stranger's text as one short line that Markdown shows as it is: no markup, link, emoji code or math."""
    kept = "".join(_character(character) for character in text)
    line = " ".join(kept.split())
    if len(line) > LONGEST:
        line = f"{line[: LONGEST - 1].rstrip()}…"
    return _MARKUP.sub(r"\\\g<0>", line)


# The backslash escapes of CommonMark 2.4 where a character has a meaning: in CommonMark, GFM (tables, autolinks),
# Obsidian (`%%` comments, `$` math, tags), Hugo and Jekyll (`{`).
_MARKUP = re.compile(r"[\\`*_\[\]<>|~${}]|&(?=#?\w+;)|:(?=\S)|@(?=\w)|#(?=\w)|%(?=%)|(?<=\bwww)\.", re.IGNORECASE)


def _character(character: str) -> str:
    """Return white space for what ends lines or words, nothing for what is invisible: direction marks, joiners."""
    match unicodedata.category(character):
        case "Cc" | "Zs" | "Zl" | "Zp":
            return " "
        case "Cf" | "Co" | "Cs" | "Cn":
            return ""
    return character


# ---- how a fact is labelled


@cache
def _labels() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("pipelines").joinpath("data/fact_labels.toml").read_text("utf-8"))


@cache
def _known(name: str) -> frozenset[str]:
    return frozenset(map(_bare_label, _labels()[name]["known"]))


def _bare_label(label: str) -> str:
    return "".join(character for character in label.casefold() if character.isalpha())


def _existing(entry: Entry, name: str) -> Field | None:
    """Return the entry's field that says this already, under whatever label."""
    known = _known(name)
    return next((field for field in entry.fields if field.name == name or _bare_label(field.label) in known), None)


def _has_han(label: str) -> bool:
    return re.search("[\u4e00-\u9fff]", label) is not None


def _is_chinese(entry: Entry, field: Field) -> bool:
    """Tell whether the entry's labels are mostly Chinese; if half of them are, the field's own label decides."""
    chinese = sum(_has_han(each.label) for each in entry.fields)
    others = len(entry.fields) - chinese
    return _has_han(field.label) if chinese == others else chinese > others


# ---- how and where a fact is written


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


def _insert(
    note: Note, entry: Entry, field: Field, facts: Mapping[str, str], *, reason: str, source: str
) -> Iterator[Edit]:
    """Yield one insertion of all the facts behind a field."""
    if not facts or (style := _style(note, entry, field)) is None:
        return
    chinese = _is_chinese(entry, field)
    lines = [
        f"{style.before}{_label(name, field, chinese=chinese)}{style.after}{value}" for name, value in facts.items()
    ]
    new = "".join(style.line_end + line + style.hard_break for line in lines)
    yield Edit(note.path, style.at, style.at, "", new, reason, source)


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
