"""Titles as lines of their own: `**Title**`, `《标题》` or `[1] Title<br>` with fields or `[paper](…) | …` below.

A work begins with a line outside lists that is a title, and ends before the next one or a heading. Lists, quotes and
paragraphs between belong to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.notes.fields import parse_label
from crawler.notes.works.candidates import candidate_of, title_score
from crawler.notes.works.link_labels import is_fact_label, is_other_section, link_label
from crawler.notes.works.title_text import MAX_TITLE, clean_title, has_title_label, says_where
from crawler.notes.works.titles import find_title
from crawler.notes.works.words import TITLE_WORDS, count_words, is_prose, is_title_case
from crawler.notes.works.work import read_work, stands_alone, with_bracketed_as_paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex, Segment
    from crawler.notes.works.candidates import Candidate

_MARKED = re.compile(
    rb"\W{0,12}(?:\[\d{1,4}\]|\*\*\[\d{1,4}\]|\(\d{1,4}\)|\d{1,4}[.)]|\xef\xbc\x88\d{1,4}\xef\xbc\x89|\d{1,4}\xe3\x80\x81|\xe3\x80\x8a)"
)
_LINE_BYTES = 3000
_SEVERAL, _FEW_WORDS = 3, 3


@dataclass(slots=True)
class _Group:
    """The line of a title and the lines that belong to it."""

    title: Line
    is_marked: bool
    lines: list[Line] = field(default_factory=list)
    has_paper: bool = False


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the works that begin with the line of a title and have a labelled paper or code.

    Lines that are nothing but the link to a paper are works where a section has several, or the note has several lines
    that begin with such a link. Titles with nothing but code are works where most have a paper.
    """
    groups = list(_groups(index))
    bare: dict[int, list[Candidate]] = defaultdict(list)
    only_code: list[Candidate] = []
    works = titled = 0
    for at, group in enumerate(groups):
        following = groups[at + 1].title.start if at + 1 < len(groups) else len(index.data)
        heading = index.next_heading(group.title.start)
        found, kind = _candidate(index, group, min(following, heading))
        if found is None:
            continue
        if kind == "bare":
            bare[heading].append(found)
        elif kind == "code":
            only_code.append(found)
        else:
            works += found.score > 0
            titled += found.score > 0 and kind == "link"
            yield found
    for several in bare.values():
        if len(several) >= _SEVERAL or titled >= _SEVERAL or index.is_forced:
            yield from several
    if works >= max(_SEVERAL, len(only_code)) or index.is_forced:
        yield from only_code


def _groups(index: OutlineIndex) -> Iterator[_Group]:
    """Yield each line of a title with the lines below it."""
    current: _Group | None = None
    leaf_end = -1
    for line in index.outline.lines:
        is_first, leaf_end = line.leaf_end != leaf_end, line.leaf_end
        if line.is_heading:
            if current is not None:
                yield current
            current = None
            continue
        kind = _kind_of(index, line, is_first=is_first, current=current)
        if kind in {"marked", "plain"}:
            if current is not None:
                yield current
            current = _Group(line, kind == "marked", [line])
            current.has_paper = _has_labelled_link(index, line)
        elif kind == "work" and current is not None and not current.has_paper:
            current = None
        elif current is not None:
            current.lines.append(line)
            current.has_paper = current.has_paper or kind in {"field", "work"}
    if current is not None:
        yield current


def _kind_of(index: OutlineIndex, line: Line, *, is_first: bool, current: _Group | None) -> str:
    """Return `marked` for bold, quoted and numbered titles, `plain` for a first line, `field`, `work`, or `other`.

    An item that lists a `work` of its own is not a field of what is above it, which is a category then.
    """
    end = min(line.end, line.start + _LINE_BYTES)
    label = parse_label(index.data, line, end)
    is_field = label is not None and is_fact_label(label.written)
    segments = index.segments(line.start, end)
    if line.item is not None or line.is_quoted:
        if not is_field and not _has_labelled_link(index, line):
            return "other"
        return "field" if is_field or not _lists_work(segments) else "work"
    if is_field and not _is_bold_title(segments):
        return "field"
    if not segments:
        return "other"
    if index.is_bold_across(line.start):
        return "field" if _has_labelled_link(index, line) else "other"
    # Below a bold title whose paper did not come yet, text is its authors or abstract; links may be named after venues.
    waiting = current is not None and current.is_marked and not current.has_paper
    in_brackets = current is not None and current.is_marked and segments[0].text.strip() == "["
    if _only_labels(index, segments, with_venues=waiting) or (
        in_brackets and segments[1:] and segments[1].is_bracketed
    ):
        return "field"
    if _is_marked(index, line, segments) or has_title_label(segments[0].text):
        return "marked"
    after_field = current is not None and current.has_paper
    text = "".join(each.text for each in segments)
    is_italic = all(each.is_italic or not clean_title(each.text) for each in segments if each.mention is None)
    if waiting or (is_italic and segments[0].mention is None) or not (is_first or after_field):
        return "field" if _has_labelled_link(index, line) else "other"
    return "plain" if count_words(text) > 1 and len(text) <= MAX_TITLE else "other"


def _is_bold_title(segments: list[Segment]) -> bool:
    """Return whether a line is nothing but bold text of a title's length, so that `**TIP: …**` is no label."""
    words = [each for each in segments if clean_title(each.text)]
    is_bold = len(words) == 1 and words[0].is_bold and words[0].mention is None
    return is_bold and count_words(words[0].text) > TITLE_WORDS


def _only_labels(index: OutlineIndex, segments: list[Segment], *, with_venues: bool) -> bool:
    """Return whether a line has labelled links, or the URL of a paper, and hardly any other text."""
    links = [(each.mention, each.text) for each in segments if each.mention is not None]
    words = sum(count_words(each.text) for each in segments if each.mention is None)
    return (
        bool(links)
        and words <= _FEW_WORDS
        and all(
            link_label(text)
            or (index.roles[at] == "paper" and stands_alone(index, at))
            or (with_venues and says_where(text))
            for at, text in links
        )
    )


def _lists_work(segments: list[Segment]) -> bool:
    """Return whether an item has a title as plain text before its links: `Title, NSDI 2017 ([paper](…))`."""
    title = find_title(segments)
    return title is not None and title.how == "text" and title.words >= TITLE_WORDS and is_title_case(title.text)


def _is_marked(index: OutlineIndex, line: Line, segments: list[Segment]) -> bool:
    """Return whether a line begins with bold text, `《`, a link that is no label, or a number in brackets."""
    first = next((each for each in segments if clean_title(each.text)), None)
    if first is None:
        return False
    if first.is_bold or (first.mention is not None and not link_label(first.text) and count_words(first.text) > 1):
        return count_words(clean_title(first.text)) > 0 and not re.match(r"https?:", first.text)
    return _MARKED.match(index.data, line.start, line.start + 40) is not None


def _has_labelled_link(index: OutlineIndex, line: Line) -> bool:
    mentions = index.mentions_within(line.start, min(line.end, line.start + _LINE_BYTES))
    return any(
        link_label(index.mentions[at].text) in {"paper", "code", "venue"} or index.roles[at] == "paper"
        for at in mentions[:50]
    )


def _candidate(index: OutlineIndex, group: _Group, end: int) -> tuple[Candidate | None, str]:
    """Return the candidate of a group, and what it has: `bare` for nothing but a link, `code`, `link` for a title's."""
    title_line = group.title
    if not group.has_paper and not index.is_forced:
        return None, ""
    head_end = max(title_line.end, index.bold_end(title_line.end))
    work = read_work(index, group.lines, title_line.start, end, head_end=head_end)
    title = work.title
    if title is None or not work.has_content:
        return None, ""
    if group.is_marked and title.how == "bold":
        with_bracketed_as_paper(index, work)
    score = 0.0
    head = index.text(title_line.start, min(title_line.end, title_line.start + _LINE_BYTES))
    has_labels = work.has_labels
    if (work.has_paper or work.has_field) and not is_prose(title.text) and not (title.how == "text" and is_prose(head)):
        structured = group.is_marked or title.how in {"bold", "quoted"}
        is_plain = title.how == "text" and has_labels and title.words >= TITLE_WORDS
        if is_plain and not structured and _has_labelled_link(index, title_line):  # the links are within the text
            is_plain = is_title_case(title.text)
        if is_plain or (structured and (has_labels or title.how == "link")):
            score = 0.4 + title_score(title) + (0.3 if structured else 0.0)
    is_only_code = group.is_marked and not work.has_paper and not work.has_field and has_labels
    if is_only_code and title.how != "link" and not is_prose(title.text):
        score = 0.4
    if title.how == "bold" and title.words <= 1 and not work.has_labels:
        score = 0.0
    if is_other_section("".join(index.section_at(title_line.start)[-1:])) and not index.is_forced:
        score = 0.0
    is_bare = title.how == "link" and not has_labels and not work.is_cited
    kind = "bare" if is_bare else "code" if is_only_code else "link" if title.how == "link" else ""
    return candidate_of(index, work, title_line.start, end, score), kind
