"""Clean the text of a title: without numbers, dates and venues before it, and marks around it. Pure."""

from __future__ import annotations

import re

from crawler.notes.outline import collapse_blanks

TITLE_WORDS = 3
"""Words from which on a text is taken for a title by its length."""

MAX_TITLE = 400
"""Characters of the longest title; longer text is prose."""

_WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:[-'’.+][^\W_\u3400-\u9fff]+)*")
_HAN = re.compile("[\u3400-\u9fff\u3040-\u30ff]")
_EMOJI_CODE = re.compile(r":[a-z0-9_+-]+:")
_SYMBOLS = re.compile("[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
# What stands before a title: numbers, task marks, dates, venues in brackets.
_NUMBER = re.compile(r"\s*(?:\(\d{1,4}\)|（\d{1,4}）|\[\d{1,4}\]|【\d{1,4}】|\d{1,4}[.)）、．](?!\d))\s*")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
_DATE_TEXT = (
    rf"(?:{_YEAR}\s*[-./年]\s*\d{{1,2}}(?:\s*[-./月]\s*\d{{1,2}}日?)?月?"
    rf"|\d{{1,2}}[-./]\d{{1,2}}[-./](?:{_YEAR}|\d\d)|\d{{1,2}}[-./]{_YEAR}|{_YEAR}"
    rf"|(?:\d{{1,2}}\s+)?{_MONTH}\b\.?,?\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:['’]\d\d|{_YEAR}))"
)
_IN_BRACKETS = re.compile(rf"{_DATE_TEXT}|{_MONTH}\.?|\d{{1,2}}[-./]\d{{1,2}}", re.IGNORECASE)
_DATE = re.compile(rf"[\s\[(（【]*{_DATE_TEXT}(?![^\W_]|[-–]\w)[\s\])）】]*[:：,，|-]?\s*", re.IGNORECASE)
_TRACK = r"(?:oral|spotlight|poster|workshops?|findings|highlight|best paper|long|short|main|demo|under review)"
_VENUE_TEXT = (
    r"[A-Z][A-Za-z&+/.-]{1,24}(?:\s+[A-Z][A-Za-z&]{1,14}){0,3}\s*[-,]?\s*(?:['’]?(?:19|20)?\d\d)"
    rf"(?:\s*[-/,]?\s*\(?{_TRACK}[^\])）】]{{0,20}})?"
)
_VENUE = re.compile(rf"\s*{_VENUE_TEXT}\s*", re.IGNORECASE)
_PREFIX = re.compile(r"\s*[\[(（【「][^\])）】」]{1,40}[\])）】」]\s*[:：|-]?\s*")
_LEADING = re.compile(r"^[\s\-–—:：,，.。;；|｜/·•*+>&、✓✔\])）】」]+")
_TITLE_LABEL = re.compile(r"(?:paper )?title\s*[:：]\s*|(?:论文)?(?:标题|题目|名称)\s*[:：]\s*", re.IGNORECASE)
_AUTHORS = re.compile(r"(?:(?:[A-Z]\.[\s-]?){1,3}[A-Z][\w'’-]+(?:,? and |, | & )?){1,20}\.\s+(?=\S)")
_YEAR_BEHIND = re.compile(r"\s*[(\[（](?:19|20)\d\d[)\]）]$")
_TRAILING = re.compile(r"[\s\-–—:：,，;；|｜/·•*&、.。\[(（【]+$")
_SENTENCE_END = re.compile(
    r"(?<!\bvs)(?<!\bv\.s)(?<!\b[A-Z])(?<!\bal)(?<!\be\.g)(?<!\bi\.e)(?<!\bDr)(?<!\bNo)(?<!\bSt)"
    r"(?<=[^\W\d_]|[)\]?!0-9\"”])[.。]\s+(?=[A-Z\d*\[\u3400-\u9fff(]|et al)"
)
_ET_AL = re.compile(r"[,.，]\s*(?:[A-Z][\w.'’-]*\s+){0,3}[A-Z][\w.'’-]*,?\s+et\.?\s*al|\s*\(?\bet\.?\s*al\b")
_TITLE_CASE_SHARE, _LONG_WORD = 0.6, 4  # the share of words of four letters or more with a capital


def count_words(text: str) -> int:
    """Return the number of words; two Chinese characters count as one."""
    return len(_WORD.findall(text)) + len(_HAN.findall(text)) // 2


def clean_title(text: str, *, names: bool = False) -> str:
    """Return a title on one line, without emoji, numbers and dates before it, and marks at its ends.

    With `names` a name in brackets before it goes as well: `[DETR] End-to-End …`.
    """
    text = _SYMBOLS.sub(" ", _EMOJI_CODE.sub(" ", text))
    text = collapse_blanks(text).strip(" \t|")
    for _ in range(4):
        before = text
        text = _LEADING.sub("", text)
        text = text[match.end() :] if (match := _TITLE_LABEL.match(text)) else text
        text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
        text = text[_note_end(text, names=names) :]
        if text == before:
            break
    text = _unwrapped(_TRAILING.sub("", text))
    return text.strip()


def _note_end(text: str, *, names: bool) -> int:
    """Return where the date or the note in brackets at the start of a text ends; 0 if there is none."""
    match = _PREFIX.match(text)
    if match and text[match.end() :].strip() and _is_bracketed_note(match[0], names=names):
        return match.end()
    match = _DATE.match(text)
    return match.end() if match and count_words(text[match.end() :]) else 0


def _is_bracketed_note(text: str, *, names: bool) -> bool:
    """Return whether what stands in brackets before a title is a date, a venue, a name in capitals or a symbol."""
    inner = text.strip(" []()（）【】「」:：|-")
    return (
        not re.search(r"[^\W_]", inner)
        or is_date_or_venue(inner)
        or _IN_BRACKETS.fullmatch(inner) is not None
        or (names and re.fullmatch(r"\S{2,20}", inner) is not None and text[-1:].isspace())
    )


def _unwrapped(text: str) -> str:
    """Return a text without quotes or brackets around the whole of it."""
    for opening, closing in ("[]", "【】", "“”", '""', "《》", "「」", "''", "‘’"):
        inner = text[1:-1]
        if inner and text[0] == opening and text[-1] == closing and not (opening in inner and closing in inner):
            return _TRAILING.sub("", inner.strip())
    if text.endswith("]") and "[" not in text:
        return text[:-1]
    return text


def is_date_or_venue(text: str) -> bool:
    """Return whether a text is nothing but a date or a venue with its year: `2021.06`, `CVPR'23 Oral`, `arXiv 2021`."""
    text = text.strip(" []()（）【】*_.,，|")
    return bool(re.fullmatch(_DATE_TEXT, text, re.IGNORECASE) or _VENUE.fullmatch(text))


def first_part(text: str, *, is_cell: bool = False) -> str:
    """Return the part of plain text that may be a title: up to the end of its line, sentence or to the authors."""
    lines = [line for line in text.split("\n") if clean_title(line)]
    text = clean_title(lines[0], names=True) if lines else ""
    text = text[match.end() :] if (match := _AUTHORS.match(text)) else text
    double = re.split(r"\s{2,}|\u00a0+", lines[0].strip()) if is_cell and lines else []
    if len(double) > 1 and count_words(clean_title(double[0])) >= 1:
        text = clean_title(double[0]) or text
    if (match := _SENTENCE_END.search(text)) and count_words(text[: match.start()]) >= TITLE_WORDS:
        text = text[: match.start()]
    if (match := _ET_AL.search(text)) and count_words(text[: match.start()]) > 1:
        text = text[: match.start()]
    if (match := re.search(r"\s(?:[-–—]{1,2})\s+(?=[a-z])", text)) and match.start() > 0:
        text = text[: match.start()]
    text = (
        re.sub(rf"[\s,，(（\[【]+{_VENUE_TEXT}[\s\])）】]*$", "", text) if count_words(text) > TITLE_WORDS + 2 else text
    )
    return _YEAR_BEHIND.sub("", clean_title(text))


def is_title_case(text: str) -> bool:
    """Return whether most longer words of a text have a capital, as in titles and not in sentences."""
    words = [word for word in _WORD.findall(text) if len(word) >= _LONG_WORD]
    return bool(words) and sum(word[0].isupper() for word in words) >= _TITLE_CASE_SHARE * len(words)


def has_title_label(text: str) -> bool:
    """Return whether a line begins with a label such as `标题：`."""
    return _TITLE_LABEL.match(_LEADING.sub("", text)) is not None
