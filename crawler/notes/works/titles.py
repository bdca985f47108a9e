"""Find the title of a work in the line that lists it: quoted, a link, bold, or the text before the links. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.notes.outline import CODE_MARK
from crawler.notes.works.link_labels import link_label
from crawler.notes.works.names import after_authors, is_author_list
from crawler.notes.works.title_text import MAX_TITLE, clean_title, first_part, is_date_or_venue, lead_of_cell
from crawler.notes.works.words import TITLE_WORDS, count_words, is_title_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.notes.outline_index import Segment

_QUOTED = re.compile(
    r"《([^《》]{2,300})》|“([^“”]{8,300})”|「([^「」]{4,300})」|``([^`']{8,300})''"
    r"|\"([^\"]{4,300}(?:(?<=\s)\"[^\"\s][^\"]{0,60}\"(?=\s)[^\"]{1,200})*)\""
)
_WORDS_BEFORE_QUOTE, _NAME_WORDS = 4, 6
_PARENTHESIZED = re.compile(r"\([^()]*\)|（[^（）]*）")
_NOT_JOINED = frozenset('“"「《.。')
_NO_TITLE = re.compile(
    r"(?:in|by|from)\b|(?:in )?Proceedings of|Proc\. |(?:International|European|IEEE) (?:Conference|Journal|Trans)"
    r"|Advances in Neural|arXiv preprint"
)
_LABEL_BEHIND = re.compile(r"(?<=[^\W\d_])\s+(?:论文|代码|链接|地址|项目|主页|Paper|Code|PDF|arXiv)$")
_CITED = re.compile(r"\b(?:19|20)\d\d\b|arxiv", re.IGNORECASE)
_DASH = re.compile(r"^\s*(?:[-–—]|:\s)\s*")


@dataclass(frozen=True, slots=True)
class Title:
    """A title with how it was found: `quoted`, `link`, `bold` or `text`.

    `mention` is the index of the link that it is the text of; `start..end` is where it is written, with its marks.
    `is_name` says that a colon follows it, `is_lead` that a gap in a cell ends it.
    """

    text: str
    how: str
    start: int
    end: int
    mention: int | None = None
    is_bracketed: bool = False
    is_name: bool = False
    is_lead: bool = False

    @property
    def words(self) -> int:
        """The number of its words."""
        return count_words(self.text)


def find_title(segments: Sequence[Segment], *, is_cell: bool = False) -> Title | None:
    """Return the title in a line; None if it has no text but labels, dates and venues.

    Of several candidates a quoted text, a link or bold text of three words or more is taken, then plain text of three
    words or more, then a link in brackets, then what is shorter. A name before a colon gives way to bold text behind
    it: `**Flickr30k**: Authors. **Title**`.
    """
    candidates = [
        title for title in _candidates(segments, is_cell=is_cell) if title.text and len(title.text) <= MAX_TITLE
    ]
    best = min(candidates, key=_rank, default=None)
    if best is not None and best.is_name:
        return next((each for each in candidates if each.start > best.start and _rank(each) == 0), best)
    return best


def _rank(title: Title) -> int:
    """Return the rank of a candidate, 0 for the best."""
    is_long = title.words >= TITLE_WORDS or title.is_lead or (title.how == "quoted" and title.words > 1)
    if title.how != "text" and (is_date_or_venue(title.text) or _PARENTHESIZED.fullmatch(title.text)):
        return 5
    if title.is_bracketed:
        return 2 if is_long else 5
    return (0 if is_long else 3) + (title.how == "text" and not title.is_lead)


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments with plain text joined to bold text that it has no blank before: `Title (**oral**)`."""
    joined: list[Segment] = []
    for each in segments:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.mention is None
            and each.mention is None
            and not last.is_bold
            and not last.is_italic
            and not each.is_italic
            and count_words(last.text) >= TITLE_WORDS
            and (last.end <= each.start <= last.end + 2)
            and not last.text[-1:].isspace()
            and last.text[-1:] not in _NOT_JOINED
            and not each.text[:1].isspace()
        ):
            joined[-1] = replace(last, text=last.text + each.text, end=each.end)
        else:
            joined.append(each)
    return joined


def _candidates(segments: Sequence[Segment], *, is_cell: bool) -> Iterator[Title]:
    """Yield what may be the title, in the order of the line."""
    segments = _joined(segments)
    has_name = False
    for at, segment in enumerate(segments):
        if segment.mention is not None:
            text = clean_title(segment.text)
            if link_label(segment.text) or not text or _is_url(text):
                continue
            has_name = has_name or not segment.is_bracketed
            link = Title(text, "link", segment.start, segment.end, segment.mention, segment.is_bracketed)
            yield from _with_continuation(segments, at, link)
            continue
        if (
            segment.is_italic
            and not segment.is_bold
            and at > 0
            and any(clean_title(each.text) for each in segments[:at] if not link_label(each.text))
        ):
            continue  # authors
        if quoted := _quoted(segment, is_cell=is_cell):
            yield quoted
        elif segment.is_bold:
            text = clean_title(segment.text)
            if text and not link_label(text):
                has_name = not re.fullmatch(r"[\[【(（].*[\])）】]:?", segment.text.strip())
                how = "quoted" if _is_between_quotes(segments, at) else "bold"
                yield from _with_continuation(segments, at, Title(text, how, segment.start, segment.end))
        elif title := _plain_title(segment, is_cell=is_cell, follows_name=has_name):
            yield title


def _is_url(text: str) -> bool:
    return re.match(r"https?://|www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}(?:/\S*)?$", text, re.IGNORECASE) is not None


def _quoted(segment: Segment, *, is_cell: bool = False) -> Title | None:
    """Return the quoted text that is most of a segment or stands in plain text."""
    match = _QUOTED.search(segment.text)
    if match is None or re.match(r"\s?[?!:]", segment.text[match.end() :]):
        return None
    text = clean_title(next(group for group in match.groups() if group))
    rest = segment.text[: match.start()] + segment.text[match.end() :]
    if segment.is_bold and count_words(rest) > 1 and match[0][0] != "《":
        return None  # quotes within a title
    before = segment.text[: match.start()]
    is_reference = not is_cell and ("," in before or "et al" in before)  # its authors
    if not segment.is_bold and count_words(before) > _WORDS_BEFORE_QUOTE and not is_reference and match[0][0] != "《":
        return None
    if count_words(text) <= 1:
        return None
    return Title(text, "quoted", segment.start, segment.end)


def _with_continuation(segments: Sequence[Segment], at: int, title: Title) -> Iterator[Title]:
    """Yield a title; if it is a short name and the rest of the title follows a colon, both."""
    following = segments[at + 1] if at + 1 < len(segments) else None
    if (
        title.words >= TITLE_WORDS
        or following is None
        or following.mention is not None
        or following.is_italic
        or following.is_bold
    ):
        follows_colon = following is not None and re.match(r"\s*[:：]", following.text) is not None
        yield replace(title, is_name=follows_colon and title.words <= _NAME_WORDS)
        return
    text = following.text
    if re.match(r"\s*[:：]\s*[^\W_]", text) and not _quoted(following):
        rest = first_part(text)
        if count_words(rest) > 1 and not is_date_or_venue(rest) and not is_author_list(_first_sentence(text)):
            yield Title(
                f"{title.text}: {rest}", title.how, title.start, following.start + len(text.encode()), title.mention
            )
            return
    yield replace(title, is_name=re.match(r"\s*[:：]", text) is not None)


def _plain_title(segment: Segment, *, is_cell: bool, follows_name: bool) -> Title | None:
    """Return the title that plain text begins with; None for descriptions behind a dash, authors and venues.

    Behind a name (`follows_name`) only text in title case is a title.
    """
    written = _parts(segment.text)
    if is_cell and written and not follows_name and (lead := lead_of_cell(written[0].split("\n")[0])):
        return Title(lead, "text", segment.start, segment.end, is_lead=True)
    parts = [first_part(_behind_authors(part), is_cell=is_cell) for part in written]
    texts = [text for text in parts if text and not is_date_or_venue(text) and not _is_no_title(text)]
    text = next((each for each in texts if count_words(each) >= TITLE_WORDS), texts[0] if texts else "")
    if _CITED.search(segment.text):
        text = after_authors(text)
    text = _LABEL_BEHIND.sub("", text)
    if not text or ((follows_name or _DASH.match(segment.text)) and not is_title_case(text)):
        return None
    return Title(text, "text", segment.start, segment.end)


def _first_sentence(text: str) -> str:
    """Return the text behind a colon up to the end of its sentence, or "et al." in it."""
    match = re.search(r"\bet\.?\s*al\b|(?<=[a-z]{2})\.(?:\s|$)", text)
    return clean_title(text[: match.end()] if match else text)


def _behind_authors(text: str) -> str:
    """Return a text without its first sentence if that is nothing but authors."""
    sentence = re.match(r"(?:(?!\bet\.?\s*al\b).)*?(?:\bet\.?\s*al\b\.?|(?<=[a-z]{2})\.(?=\s|$))", text, re.DOTALL)
    return text[sentence.end() :] if sentence and is_author_list(clean_title(sentence[0])) else text


def _is_between_quotes(segments: Sequence[Segment], at: int) -> bool:
    """Return whether quotes are written around bold text: `"**Title**."`."""
    return at > 0 and segments[at - 1].mention is None and segments[at - 1].text.rstrip()[-1:] in {"“", '"', "「", "《"}


def _is_no_title(text: str) -> bool:
    return bool(link_label(text)) or _NO_TITLE.match(text) is not None or is_author_list(text)


def _parts(text: str) -> list[str]:
    """Return the parts of a text between bars that are not in parentheses, and around code."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth = max(0, depth + (char in "(（") - (char in ")）"))
        is_bar = char in "|｜" and not depth and not (text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum())
        if char == CODE_MARK or is_bar:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in (*parts, text[start:]) if clean_title(part)]
