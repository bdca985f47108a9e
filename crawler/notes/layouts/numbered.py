"""Numbered articles: `1. [Title](…)` in an outermost list, with fields, images and paragraphs up to the next number."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.models.notes.note import FieldForm, LinkRole
from crawler.notes.fields import find_fields
from crawler.notes.outline import collapse_blanks, trimmed_end
from crawler.notes.works.candidates import Candidate
from crawler.notes.works.link_labels import is_other_section, link_label
from crawler.notes.works.words import count_words, is_title_case
from crawler.notes.works.work import read_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.notes.note import Field
    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex
    from crawler.notes.works.work import Work

_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
_STARS = re.compile(r":star:|⭐\ufe0f?")
_FIELD_SCORE = 0.5
_FEW_WORDS = 1  # before the link of a title


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the outermost numbered items with a link in their first paragraph, in a field or labelled as paper.

    Without fields, stars and a paper they must begin with the link of an article: steps and tools do not.
    """
    outline = index.outline
    bounds = sorted([*outline.items, *(start for start, _ in outline.headings), len(outline.data)])
    for start in outline.items:
        end = trimmed_end(outline.data, start, bounds[bisect_right(bounds, start)])
        if (found := _candidate(index, start, end)) is not None:
            yield found


def _candidate(index: OutlineIndex, start: int, end: int) -> Candidate | None:
    item = _read_item(index, start, end)
    if item is None or not item.has_content:
        return None
    work, title = item.work, _title(index, item)
    relevance = len(_STARS.findall(index.text(item.head.start, item.head_end)))
    has_labels = work.has_labels and work.title is not None and (work.title.how != "text" or is_title_case(title))
    has_evidence = bool(item.fields or relevance or work.has_paper or has_labels) or _begins_with_article(index, item)
    is_no_work = is_other_section("".join(index.section_at(start)[-1:])) or not has_evidence
    return Candidate(
        start=start,
        end=end,
        score=0.0 if is_no_work else 1.0 + item.is_article + _FIELD_SCORE * len(item.fields),
        title=title,
        number=item.number,
        relevance=relevance,
        article=_article(item),
        fields=tuple(work.fields),
        roles=item.roles,
        title_span=(work.title.start, work.title.end) if work.title and work.title.how in {"link", "bold"} else None,
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """A numbered item: its number, what is read of it, and the first link of its first paragraph without a role.

    `mentions` are those of its first paragraph and of its fields.
    """

    number: int
    work: Work
    fields: list[Field]
    roles: dict[int, LinkRole]
    mentions: list[int]
    head: Line
    head_end: int
    title_link: int | None
    first_is_label: bool
    is_article: bool

    @property
    def has_content(self) -> bool:
        """Whether one of its links is neither an image nor an index."""
        return any(self.roles.get(at) not in {LinkRole.IMAGE, LinkRole.INDEX} for at in self.mentions)


def _read_item(index: OutlineIndex, start: int, end: int) -> _Item | None:
    """Return what an item says; None if it has no number."""
    outline = index.outline
    lines = index.lines_within(start, end)
    number = _NUMBER.match(outline.data, start, end)
    if not lines or not number:
        return None
    fields = list(find_fields(outline, lines, end, index.mentions_within))
    head_end = min([lines[0].leaf_end, *(field.label_start for field in fields[:1])])
    head_mentions = index.mentions_within(start, head_end)
    title_link = next((at for at in head_mentions if index.mentions[at].role is None), None)
    work = read_work(index, lines, start, end, head_end=head_end, fields=fields)
    first_is_label = title_link is not None and link_label(index.mentions[title_link].text) not in {"", "links"}
    has_other_title = work.title is not None and work.title.how != "text" and work.title.mention != title_link
    is_article = title_link is not None and not first_is_label and not has_other_title
    roles = dict(work.roles)
    if is_article and title_link is not None and roles.get(title_link) is None:
        roles[title_link] = LinkRole.ARTICLE
    inline = [each for each in work.fields if each.form is FieldForm.INLINE]
    content = [*head_mentions, *(at for field in [*fields, *inline] for at in field.mentions)]
    return _Item(
        int(number[1]), work, fields, roles, content, lines[0], head_end, title_link, first_is_label, is_article
    )


def _begins_with_article(index: OutlineIndex, item: _Item) -> bool:
    """Return whether an item begins with a link that is no code: not a step such as `Install [Python](…)`, no tool."""
    at = item.title_link
    if at is None or item.roles.get(at) is LinkRole.CODE:
        return False
    before = index.segments(item.head.start, index.mentions[at].place)
    return sum(count_words(each.text) for each in before) <= _FEW_WORDS


def _title(index: OutlineIndex, item: _Item) -> str:
    """Return the title: what the work says if that is not its first link, else the first line or its first link."""
    if item.work.title is not None and (item.first_is_label or not item.is_article):
        return item.work.title.text
    title = index.text(item.head.start, min(item.head.end, item.head_end))
    if item.title_link is not None:
        link = index.mentions[item.title_link]
        if not index.data[item.head.start : link.place].strip(b"*_~ \t"):
            title = link.text or title
    return collapse_blanks(_STARS.sub(" ", title))


def _article(item: _Item) -> int | None:
    """Return the index of the first of title link and links of article fields that has the role `article`."""
    candidates = [at for field in item.fields if field.name == LinkRole.ARTICLE for at in field.mentions]
    if item.title_link is not None:
        candidates.insert(0, item.title_link)
    return next((at for at in candidates if item.roles.get(at) is LinkRole.ARTICLE), None)
