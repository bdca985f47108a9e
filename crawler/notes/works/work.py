"""What the lines of one work say: its title, its fields, the roles of its links. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.models.notes.note import Field, FieldForm, LinkRole
from crawler.notes.fields import find_fields, line_start
from crawler.notes.works.link_labels import line_label, link_label, role_of_label
from crawler.notes.works.link_roles import is_home_page, looks_like_paper
from crawler.notes.works.title_text import says_where
from crawler.notes.works.titles import Title, find_title
from crawler.notes.works.words import is_title_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.notes.outline import Line
    from crawler.notes.outline_index import OutlineIndex

MAX_HEAD = 6000
"""Bytes of the line in which a title is looked for."""

MAX_HEAD_LINKS = 200
"""Links of an entry whose texts are read as labels."""

_CITED = re.compile(
    r"\bet\.?\s*al\b|\b(?:arxiv|preprint|in proceedings|in proc\.)\b"
    r"|\b(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)[A-Z][A-Za-z]{2,12}\s?[-,]?\s?(?:['’]\d\d|(?:19|20)\d\d)\b"
)
_LABEL_BEFORE = re.compile(
    r"(?:^|[\s|｜;；,，。.)）*>/])([^\W\d_][^\W_]{0,11}(?: [^\W_]{1,11})?)[*_]{0,2}\s?[:：][*_]{0,2}[ \t]*[<\[*_]{0,3}$"
)
_LABEL_BYTES = 60
_REST_OF_LINE = re.compile(rb"[ \t>)\].,;]*+(?:(?:<br ?/?>|\\)[ \t]*+)?(?:[\r\n]|\Z)")
_NOT_CONTENT = frozenset({LinkRole.IMAGE, LinkRole.INDEX})


@dataclass(slots=True)
class Work:
    """What the lines of one work say: its title, its fields, the roles of its links."""

    title: Title | None
    fields: list[Field]
    roles: dict[int, LinkRole]
    mentions: list[int]
    is_cited: bool = False

    def with_role(self, role: LinkRole) -> list[int]:
        """Return the indexes of its links with a role."""
        return [at for at in self.mentions if self.roles.get(at) is role]

    @property
    def has_paper(self) -> bool:
        """Whether one of its links is a paper."""
        return LinkRole.PAPER in self.roles.values()

    @property
    def has_content(self) -> bool:
        """Whether one of its links is neither an image nor an index."""
        return any(self.roles.get(at, LinkRole.OTHER) not in _NOT_CONTENT for at in self.mentions)

    @property
    def has_field(self) -> bool:
        """Whether a line or cell is labelled as paper, with or without a link."""
        return any(each.name == "paper" and each.label and each.form is not FieldForm.INLINE for each in self.fields)

    @property
    def has_labels(self) -> bool:
        """Whether a field or a link is labelled as paper or code."""
        return any(
            each.label and (each.name in {"paper", "code"} or (each.name == "links" and self._has_paper_in(each)))
            for each in self.fields
        )

    def _has_paper_in(self, field: Field) -> bool:
        return any(self.roles.get(at) is LinkRole.PAPER for at in field.mentions)


def read_work(
    index: OutlineIndex,
    lines: Sequence[Line],
    start: int,
    end: int,
    *,
    head_end: int | None = None,
    fields: Iterable[Field] | None = None,
) -> Work:
    """Return what the lines of a work say; the title is looked for in the first, up to `head_end`.

    `fields` are those of the lines where the caller has read them.
    """
    if fields is None:
        fields = find_fields(index.outline, lines, end, index.mentions_within)
    fields = [_with_name(each) for each in fields]
    first = lines[0]
    limit = min(
        [
            first.leaf_end if head_end is None else head_end,
            first.start + MAX_HEAD,
            *(each.label_start for each in fields[:1]),
        ]
    )
    return finish_work(index, find_title(index.segments(first.start, limit)), fields, start, end)


def _with_name(field: Field) -> Field:
    name = line_label(field.label, field.name)
    return field if name == field.name else replace(field, name=name)


def finish_work(index: OutlineIndex, title: Title | None, fields: list[Field], start: int, end: int) -> Work:
    """Return the work of a span with the roles of its links: by label, by their text, by host, by their neighbours."""
    mentions = index.mentions_within(start, end)
    roles = {at: role for at in mentions if (role := index.roles[at]) is not None}
    for each in fields:
        for at in each.mentions:
            own = role_of_label(label_before(index, at))
            role = index.mentions[at].role or own or role_of_label(each.name) or role_of_text(index, at)
            if role is not None:
                roles[at] = role
    in_fields = {at for each in fields if role_of_label(each.name) is not None for at in each.mentions}
    fields = list(fields)
    for at in mentions[:MAX_HEAD_LINKS]:
        mention = index.mentions[at]
        if at in in_fields or mention.role is not None or (title is not None and at == title.mention):
            continue
        name = link_label(mention.text) or label_before(index, at)
        if name == "venue" and roles.get(at) in {None, LinkRole.PAPER} and is_web(mention.url):
            name = "" if is_home_page(mention.url) else "paper"
        if (role := _role_by_label(name, roles.get(at))) is not None:
            roles[at] = role
        if name in {"paper", "code", "demo", "video"}:
            fields.append(inline_field(index, at, name, mention.text))
    if title is not None and not any(each.name == "paper" for each in fields):
        fields += _paper_by_host(index, mentions[:MAX_HEAD_LINKS], roles, title)
    work = Work(title, sorted(fields, key=lambda each: each.label_start), roles, mentions)
    _add_paper_of_title(index, work)
    behind_title = title.end if title else start
    work.is_cited = _CITED.search(index.text(behind_title, min(end, behind_title + MAX_HEAD))) is not None
    return work


def _role_by_label(name: str, by_host: LinkRole | None) -> LinkRole | None:
    """Return the role of a link by its label; a repository with a dataset is no code."""
    return LinkRole.OTHER if name == "dataset" and by_host is LinkRole.CODE else role_of_label(name)


def _paper_by_host(index: OutlineIndex, mentions: list[int], roles: dict[int, LinkRole], title: Title) -> list[Field]:
    """Return the field of the first paper by its host whose text is a label or venue, or that is alone on its line."""
    for at in mentions:
        if roles.get(at) is not LinkRole.PAPER or at == title.mention:
            continue
        text = index.mentions[at].text
        if link_label(text) or says_where(text) or stands_alone(index, at):
            return [inline_field(index, at, "paper", text)]
    return []


def stands_alone(index: OutlineIndex, at: int) -> bool:
    """Return whether a line has nothing but a link whose text is a URL."""
    mention, data = index.mentions[at], index.data
    if not re.match(r"https?://|www\.", mention.text) or mention.element_end <= mention.place:
        return False
    before = data[line_start(data, mention.place) : mention.place]
    behind = _REST_OF_LINE.match(data, mention.element_end)
    return not before.strip(b" \t<>-*+[(") and behind is not None


def label_before(index: OutlineIndex, at: int) -> str:
    """Return the label directly before a link on its line, such as `code` in `Paper: … | Code: …`; "" if none is."""
    place = index.mentions[at].place
    match = _LABEL_BEFORE.search(index.data[max(place - _LABEL_BYTES, 0) : place].decode(errors="ignore"))
    name = line_label(match[1].strip()) if match else ""
    return name if role_of_label(name) is not None else ""


def role_of_text(index: OutlineIndex, at: int) -> LinkRole | None:
    """Return the role of a link by its text; None if that is no label."""
    return role_of_label(link_label(index.mentions[at].text))


def inline_field(index: OutlineIndex, at: int, name: str, label: str) -> Field:
    """Return the field that a link within a line is; its label is the text of the link, "" for that of the title."""
    mention = index.mentions[at]
    start, end = mention.span_in_text
    return Field(
        name=name,
        label=label,
        value=mention.text,
        start=line_start(index.data, start),
        label_start=start,
        end=max(end, start + 1),
        mentions=(at,),
        form=FieldForm.INLINE,
    )


def _add_paper_of_title(index: OutlineIndex, work: Work) -> None:
    """Make the link of the title a field `paper` if it is one by its host or its path."""
    at = work.title.mention if work.title else None
    if at is None or index.mentions[at].role is not None:
        return
    role = work.roles.get(at)
    if role in {None, LinkRole.CODE} and not work.has_paper and looks_like_paper(index.mentions[at].url):
        role = work.roles[at] = LinkRole.PAPER
    if role is LinkRole.PAPER and not any(at in each.mentions for each in work.fields):
        work.fields.insert(0, inline_field(index, at, "paper", ""))
    if role is LinkRole.CODE and not any(at in each.mentions or each.name == "code" for each in work.fields):
        work.fields.insert(0, inline_field(index, at, "code", ""))


def with_title_as_paper(index: OutlineIndex, work: Work) -> None:
    """Take the link of the title for the paper where its neighbours in the list say so and no other link is one."""
    at = work.title.mention if work.title else None
    if at is None or work.has_paper or work.roles.get(at) is not None or not is_web(index.mentions[at].url):
        return
    work.roles[at] = LinkRole.PAPER
    work.fields.insert(0, inline_field(index, at, "paper", ""))


def is_reported(index: OutlineIndex, work: Work) -> bool:
    """Return whether a work with a title of several words has a link that tells of it: `[blog]`, `[news]`."""
    title = work.title
    if title is None or title.words <= 1 or not (title.how in {"bold", "quoted"} or is_title_case(title.text)):
        return False
    told = (at for at in work.mentions[:MAX_HEAD_LINKS] if at != title.mention)
    return any(link_label(index.mentions[at].text) == "blog" for at in told)


def with_bracketed_as_paper(index: OutlineIndex, work: Work) -> None:
    """Take the first link in brackets for the paper where its neighbours say so: `[[TOG](…)] Title`."""
    if work.has_paper or work.title is None or work.title.mention is not None:
        return
    for at in work.mentions[:MAX_HEAD_LINKS]:
        mention = index.mentions[at]
        if mention.role is None and index.is_bracketed(at) and is_web(mention.url):
            if work.roles.get(at) is None and not link_label(mention.text):
                work.roles[at] = LinkRole.PAPER
                work.fields.insert(0, inline_field(index, at, "paper", mention.text))
            return


def is_web(url: str) -> bool:
    """Return whether a URL leads to the web."""
    return url[:8].lower().startswith(("http://", "https://", "//"))
