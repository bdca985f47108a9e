"""Labelled fields of an entry: lines that begin with a short label and a colon, such as `- Paper: …`. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from crawler.models.notes.note import Field
from crawler.notes.outline import collapse_blanks, trimmed_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawler.notes.outline import Line, Outline

LABEL_TABLE = tomllib.loads(files("crawler").joinpath("data/labels.toml").read_text(encoding="utf-8"))
"""Canonical labels with their spellings and roles, and roles of hosts."""

_NAMES = frozenset(LABEL_TABLE["labels"])
_SPELLINGS: dict[str, str] = {
    spelling: name for name, label in LABEL_TABLE["labels"].items() for spelling in [name, *label["spellings"]]
}
# Letters from which one typing error, and two, are tolerated: shorter words are too similar to other words.
_MIN_ONE_TYPO, _MIN_TWO_TYPOS = 5, 8

_LABEL = re.compile(
    r"""
    (?P<before> [^\w*\[\]<>`!()\\:：]* )               # a stray dash, an emoji
    [*_]{0,3}
    (?P<label> [^\W_] [^:：\r\n\[\]<>`|*，。！？；,;!?“”"\\]{0,19} )
    [*_]{0,3} [ \t]*
    (?: ： | : (?! // | (?<=\d:)\d | [a-z0-9_+-]+: (?!//) ) )    # no URL, time of day or emoji shortcode
    [*_]{0,3}
    """,
    re.VERBOSE,
)
_MAX_LABEL_BYTES = 200  # more than the longest label with the characters before and behind it
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class LineLabel:
    """A label at the beginning of a line; `value` is the offset behind its colon, `end` the limit of its field."""

    name: str
    written: str
    line: Line
    start: int
    value: int
    end: int


def find_fields(
    outline: Outline, lines: Sequence[Line], end: int, mentions_within: Callable[[int, int], list[int]]
) -> Iterator[Field]:
    """Yield the fields in the lines of an entry that ends at `end`; its first line has none.

    A field extends to the next field, or to the end of its paragraph or list item. `mentions_within` returns the
    indexes of the mentions in a span.
    """
    labels: list[LineLabel] = []
    for line in lines[1:]:
        label = parse_label(outline.data, line, end)
        if label is None:
            continue
        is_in_field = labels and line.start < labels[-1].end and line.leaf_end != labels[-1].line.leaf_end
        if label.name in _NAMES or not is_in_field:  # within a field, only a label in the table begins another one
            labels.append(label)
    for position, label in enumerate(labels):
        following = line_start(outline.data, labels[position + 1].start) if position + 1 < len(labels) else end
        label_end = trimmed_end(outline.data, label.value, min(label.end, following))
        yield Field(
            name=label.name,
            label=label.written,
            value=outline.text(label.value, label_end),
            start=line_start(outline.data, label.start),
            label_start=label.start,
            end=label_end,
            mentions=tuple(sorted(mentions_within(label.start, label_end))),
        )


def parse_label(data: bytes, line: Line, end: int) -> LineLabel | None:
    """Return the label at the beginning of a line; None if there is none."""
    found = _label_at_start(data[line.start : min(line.end, line.start + _MAX_LABEL_BYTES)])
    if found is None:
        return None
    name, written, start, value = found
    line_end = min(line.item_end or line.leaf_end, end)
    return LineLabel(name, written, line, line.start + start, line.start + value, line_end)


@lru_cache(maxsize=1024)  # several layouts ask about each line
def _label_at_start(data: bytes) -> tuple[str, str, int, int] | None:
    """Return the name of the label at the beginning of a line, how it is written, its offset, and that of its value."""
    text = data.decode(errors="ignore")
    match = _LABEL.match(text)
    name = canonical_label(match["label"]) if match else ""
    if not match or not name:
        return None
    start, value = (len(text[:offset].encode()) for offset in (match.end("before"), match.end()))
    return name, match["label"].strip(), start, value


@lru_cache(maxsize=4096)
def canonical_label(label: str) -> str:
    """Return the canonical name of a label; the folded label if it is not in the table, "" if it has no letters.

    Width, case, punctuation at the ends and digits at the end are ignored. In labels of five letters or more that begin
    with the same letter as a spelling, one typing error is tolerated, from eight letters on two.
    """
    folded = _EDGES.sub("", collapse_blanks(unicodedata.normalize("NFKC", label).casefold()))
    bare = folded.rstrip("0123456789 ")
    for spelling in (folded, bare):
        if spelling in _SPELLINGS:
            return _SPELLINGS[spelling]
    if not bare:
        return ""
    candidates = [spelling for spelling in _SPELLINGS if len(spelling) >= _MIN_ONE_TYPO and spelling[0] == bare[0]]
    max_typos = 1 if len(bare) < _MIN_TWO_TYPOS else 2
    nearest = extractOne(bare, candidates, scorer=OSA.distance, score_cutoff=max_typos)
    return _SPELLINGS[nearest[0]] if nearest else folded


def line_start(data: bytes, offset: int) -> int:
    """Return the offset of the first byte of the line that `offset` is on."""
    newline = data.rfind(b"\n", 0, offset) + 1
    return max(newline, data.rfind(b"\r", newline, offset) + 1)
