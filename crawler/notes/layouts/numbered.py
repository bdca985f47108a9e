"""Numbered articles: `1. [Title](…)` in an outermost list, with fields, images and paragraphs up to the next number."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from crawler.models.note import FieldForm, LinkRole
from crawler.notes.fields import find_fields
from crawler.notes.outline import collapse_blanks, trimmed_end
from crawler.notes.works.candidates import Candidate
from crawler.notes.works.link_labels import is_other_section, link_label
from crawler.notes.works.title_text import count_words, is_title_case
from crawler.notes.works.work import read_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.note import Field
    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex

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
    outline = index.outline
    lines = index.lines_within(start, end)
    number = _NUMBER.match(outline.data, start, end)
    if not lines or not number:
        return None
    fields = list(find_fields(outline, lines, end, index.mentions_within))
    head = lines[0]
    head_end = min([head.leaf_end, *(field.label_start for field in fields[:1])])
    head_mentions = index.mentions_within(start, head_end)
    title_link = next((at for at in head_mentions if index.mentions[at].role is None), None)
    work = read_work(index, lines, start, end, head_end=head_end, fields=fields)
    first_is_label = title_link is not None and link_label(index.mentions[title_link].text) not in {"", "links"}
    is_article = (
        title_link is not None
        and not first_is_label
        and not (work.title and work.title.how != "text" and work.title.mention != title_link)
    )
    roles = dict(work.roles)
    if is_article and title_link is not None and roles.get(title_link) is None:
        roles[title_link] = LinkRole.ARTICLE
    inline = [each for each in work.fields if each.form is FieldForm.INLINE]
    content = [*head_mentions, *(at for field in [*fields, *inline] for at in field.mentions)]
    if not any(roles.get(at) not in {LinkRole.IMAGE, LinkRole.INDEX} for at in content):
        return None
    score = 1.0 + is_article + _FIELD_SCORE * len(fields)
    title = _title(index, head, head_end, title_link)
    if work.title is not None and (first_is_label or not is_article):
        title = work.title.text
    relevance = len(_STARS.findall(index.text(head.start, head_end)))
    has_labels = work.has_labels and work.title is not None and (work.title.how != "text" or is_title_case(title))
    has_evidence = bool(fields or relevance or work.has_paper or has_labels)
    if is_other_section("".join(index.section_at(start)[-1:])) or not (
        has_evidence or (title_link is not None and _begins_with_article(index, head, title_link, roles))
    ):
        score = 0.0
    return Candidate(
        start=start,
        end=end,
        score=score,
        title=title,
        number=int(number[1]),
        relevance=relevance,
        article=_article(roles, title_link, fields),
        fields=tuple(work.fields),
        roles=roles,
        title_span=(work.title.start, work.title.end) if work.title and work.title.how in {"link", "bold"} else None,
    )


def _begins_with_article(index: OutlineIndex, head: Line, at: int, roles: dict[int, LinkRole]) -> bool:
    """Return whether an item begins with a link that is no code: not a step such as `Install [Python](…)`, no tool."""
    before = index.segments(head.start, index.mentions[at].place)
    return roles.get(at) is not LinkRole.CODE and sum(count_words(each.text) for each in before) <= _FEW_WORDS


def _title(index: OutlineIndex, head: Line, head_end: int, title_link: int | None) -> str:
    """Return the first line without stars, or the text of the title link if the line begins with it."""
    title = index.text(head.start, min(head.end, head_end))
    if title_link is not None:
        link = index.mentions[title_link]
        if not index.data[head.start : link.place].strip(b"*_~ \t"):
            title = link.text or title
    return collapse_blanks(_STARS.sub(" ", title))


def _article(roles: dict[int, LinkRole], title_link: int | None, fields: list[Field]) -> int | None:
    """Return the index of the first of title link and links of article fields that has the role `article`."""
    candidates = [at for field in fields if field.name == LinkRole.ARTICLE for at in field.mentions]
    if title_link is not None:
        candidates.insert(0, title_link)
    return next((at for at in candidates if roles.get(at) is LinkRole.ARTICLE), None)
