"""Clean the text of a title: without numbers, dates and venues before it, and marks around it. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.notes.outline import collapse_blanks
from crawler.notes.works.words import HAN, TITLE_WORDS, count_words

MAX_TITLE = 400
"""Characters of the longest title; longer text is prose."""

_EMOJI_CODE = re.compile(r":[a-z0-9_+-]+:")
_SYMBOLS = re.compile("[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
# What stands before a title: numbers, task marks, dates, venues in brackets.
_NUMBER = re.compile(r"\s*(?:\(\d{1,4}\)|（\d{1,4}）|\[\d{1,4}\]|【\d{1,4}】|\d{1,4}[.)）、．](?!\d))\s*")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
_URL = re.compile(r"://|\w\.[a-z]{2,6}/")
_DATE_TEXT = (
    rf"(?:{_YEAR}\s*[-./年]\s*\d{{1,2}}(?:\s*[-./月]\s*\d{{1,2}}日?)?月?"
    rf"|\d{{1,2}}[-./]\d{{1,2}}[-./](?:{_YEAR}|\d\d)|\d{{1,2}}[-./]{_YEAR}|{_YEAR}"
    rf"|(?:\d{{1,2}}\s+)?{_MONTH}\b\.?,?\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:['’]\d\d|{_YEAR}))"
)
_IN_BRACKETS = re.compile(rf"{_DATE_TEXT}|{_MONTH}\.?|\d{{1,2}}[-./]\d{{1,2}}", re.IGNORECASE)
_DATE = re.compile(rf"[\s\[(（【]*{_DATE_TEXT}(?![^\W_]|[-–]\w)[\s\])）】]*[:：,，|-]?\s*", re.IGNORECASE)
_TRACK = r"(?:oral|spotlight|poster|workshops?|findings|highlight|best paper|long|short|main|demo|under review)"
_VENUE_TEXT = (
    r"[A-Z][A-Za-z&+/.-]{1,24}(?:\s+[A-Z][A-Za-z&]{1,14}){0,3}\s*(?:[-,]\s*)?(?:['’]?(?:19|20)?\d\d)"
    rf"(?:\s*(?:[-/,]\s*)?\(?{_TRACK}[^\])）】]{{0,20}})?"
)
_VENUE = re.compile(rf"\s*{_VENUE_TEXT}\s*", re.IGNORECASE)
# A venue with its year before a title: `2012-ICML - Title`, `NeurIPS'22 spotlight Title`, `CVPR 2021: Title`.
_KNOWN_VENUE = (
    r"(?:3DV|AAAI|ACL|ACM ?MM|AISTATS|BMVC|CIKM|COLING|CoRL|CVPRW?|ECCVW?|EMNLP|ICASSP|ICCVW?|ICDM|ICLR|ICML|ICRA"
    r"|IJCAI|IJCV|INTERSPEECH|IROS|KDD|MICCAI|NAACL|NeurIPS|NIPS|RSS|SIGGRAPH|SIGIR|SIGMOD|TCSVT|TIP|TKDE|TMLR|TMM"
    r"|TNNLS|TPAMI|UAI|VLDB|WACV|WSDM|WWW|arXiv)"
)
_KNOWN_VENUE_AND_YEAR = re.compile(rf"\b{_KNOWN_VENUE}\b.{{0,20}}\b{_YEAR}\b", re.IGNORECASE)
_BEHIND_VENUE = rf"(?:[\s-]*{_TRACK})?"
_KNOWN_VENUE_TEXT = re.compile(
    rf"{_KNOWN_VENUE}(?:[\s-]?(?:W|Workshops?|Findings|Asia|D&B))?[\s-]?['’]?(?:19|20)?\d\d"
    rf"(?:{_BEHIND_VENUE}|\s*[(（]{_TRACK}[)）]|\s+Workshop\s+\S{{1,20}})"
    rf"|{_YEAR}\s?[-–_]\s?(?-i:[A-Z]{{2}}[\w&+/.-]{{0,24}}){_BEHIND_VENUE}",
    re.IGNORECASE,
)
_VENUE_PREFIX = re.compile(
    rf"(?:(?:19|20)\d\d\s?[-–_/]\s?[A-Z][\w&/+.]{{1,24}}(?:-[A-Z]{{2,8}})?{_BEHIND_VENUE}\s*[-–—:|]\s+"
    rf"|(?:IEEE[\s-])?[A-Z][A-Za-z&/+.-]{{1,24}}['’]\d\d{_BEHIND_VENUE}(?:\s*[-–—:|]\s+|,?\s+)"
    rf"|{_KNOWN_VENUE}[\s-]?(?:(?:19|20)\d\d|\d\d(?!\d)){_BEHIND_VENUE}(?:\s*[-–—:|]\s+|,?\s+)"
    rf"|[A-Z][A-Za-z&/+.-]{{1,24}}\s?(?:19|20)\d\d{_BEHIND_VENUE}\s+[-–—|]\s+)",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"\s*[\[(（【「][^\])）】」]{1,40}[\])）】」]\s*[:：|-]?\s*")
_LEADING = re.compile(r"^[\s\-–—:：,，.。;；|｜/·•*+>&、✓✔\])）】」]+")
_TITLE_LABEL = re.compile(r"(?:paper )?title\s*[:：]\s*|(?:论文)?(?:标题|题目|名称)\s*[:：]\s*", re.IGNORECASE)
_AUTHORS = re.compile(r"(?:(?:[A-Z]\.[\s-]?){1,3}[A-Z][\w'’-]+(?:,? and |, | & )?){1,20}\.\s+(?=\S)")
_YEAR_BEHIND = re.compile(
    r"(?:(?<!\s)\s+)?[(\[（](?:19|20)\d\d[)\]）]$|,\s*(?:19|20)\d\d$|,\s*arXiv$"
    r"|(?:,\s*|(?<!\s)\s+)?arXiv:?\s*\d{4}\.\d{4,5}(?:v\d)?$",
    re.IGNORECASE,
)
# A venue with its year behind a title: behind a comma or in brackets any, behind a blank one that is known or has two
# capitals, since "…, Localization and Classification, 2021" ends with the last word of a title.
_VENUE_BEHIND = re.compile(
    rf"(?:(?:(?<!\s)\s++)?(?<![,，(（\[【])[,，(（\[【]++\s*+(?:{_VENUE_TEXT}|arXiv:?\s+{_YEAR})"
    rf"|(?<!\s)\s++(?=(?i:{_KNOWN_VENUE})\b|[A-Za-z&+/.-]*[A-Z][A-Za-z&+/.-]*[A-Z]){_VENUE_TEXT})"
    r"[\s\])）】]*$"
)
# A journal or conference by its full name, with its year: `, Journal of …, 2022`, `-- IEEE Transactions on …, 2016`.
_FULL_VENUE_BEHIND = re.compile(
    r"(?:[,，]|\s[-–—]{1,2}\s)\s*(?:The |In )?(?:[A-Z][\w&.-]{0,30}\s+){0,4}"
    r"(?:Journal|Transactions|Trans\.|Proceedings|Proc\.|Conference|Symposium|Workshop|Letters|Magazine)\b[^,，:：]{0,80}"
    rf"[,，]?\s*[(（]?{_YEAR}[)）]?$"
)
# What authors of lists add behind a title: its track, its venue, a translation.
_NOTE_BEHIND = re.compile(r"(?:(?<!\s)\s+)?[(（\[【]([^()（）\[\]【】]{1,200})[)）\]】]\s*$")
_TRACK_ONLY = re.compile(rf"(?:{_TRACK}\W*){{1,3}}", re.IGNORECASE)
_MARKS = r"\s\-–—:：,，;；|｜/·•*&、.。\[(（【"
_TRAILING = re.compile(rf"(?<![{_MARKS}])[{_MARKS}]+$")
_SENTENCE_END = re.compile(
    r"(?<!\bvs)(?<!\bv\.s)(?<!\b[A-Z])(?<!\bal)(?<!\be\.g)(?<!\bi\.e)(?<!\bDr)(?<!\bNo)(?<!\bSt)"
    r"(?<=[^\W\d_]|[)\]?!0-9\"”])[.。]\s+(?=[A-Z\d*\[\u3400-\u9fff(]|et al)"
)
_ET_AL = re.compile(
    r"[,.，]\s*(?:[A-Z][\w.'’-]{0,40}\s+){0,3}[A-Z][\w.'’-]{0,40},?\s+et\.?\s*al|(?:(?<!\s)\s+)?\(?\bet\.?\s*al\b"
)
_DESCRIPTION = re.compile(r"\s(?:[-–—]{1,2})\s+(?=[a-z])")
_GAP = re.compile(r"\s{2,}|\u00a0")
_VERB = re.compile(
    r"(?<=[\w)])\s+(?=(?:Introduces|Presents|Proposes|Develops|Describes|Explores|Investigates|Studies"
    r"|This (?:paper|work|survey|report|study)|We (?:propose|introduce|present))\s)"
)
_MAX_NAME_WORDS, _DESCRIPTION_WORDS, _WHERE_WORDS = 6, 8, 5


@lru_cache(maxsize=8192)
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
        text = text[match.end() :] if (match := _NUMBER.match(text)) else text
        text = text[_note_end(text, names=names) :]
        if text == before:
            break
    return _without_notes_behind(_unwrapped(_TRAILING.sub("", text)).strip())


def _without_notes_behind(text: str) -> str:
    """Return a title without the track, venue, year or Chinese translation in brackets behind it."""
    while (match := _NOTE_BEHIND.search(text)) and count_words(text[: match.start()]) >= TITLE_WORDS:
        inner, before = match[1], text[: match.start()]
        is_translation = HAN.search(inner) is not None and HAN.search(before) is None
        if not is_translation and not is_date_or_venue(inner) and not _TRACK_ONLY.fullmatch(inner.strip()):
            break
        text = _TRAILING.sub("", before)
    return text


def _note_end(text: str, *, names: bool) -> int:
    """Return where the date, venue or the note in brackets at the start of a text ends; 0 if there is none."""
    match = _PREFIX.match(text)
    if match and text[match.end() :].strip() and _is_bracketed_note(match[0], names=names):
        return match.end()
    if (match := _VENUE_PREFIX.match(text)) and count_words(text[match.end() :]) >= TITLE_WORDS - 1:
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
        or (names and _is_name_of_method(text, inner) and text[-1:].isspace())
    )


def _is_name_of_method(text: str, inner: str) -> bool:
    """Return whether `[DETR]` or `(DETR)` is the name of a method, and not the first word of a title: `(Just) …`."""
    return re.fullmatch(r"\S{2,20}", inner) is not None and (text.strip()[0] in "[【" or inner[1:] != inner[1:].lower())


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


def says_where(text: str) -> bool:
    """Return whether the text of a link says where or when a work appeared: `TVCG 2025`, `ACL 2023 Best paper`."""
    if _URL.search(text) or count_words(text) > _WHERE_WORDS:
        return False
    return is_date_or_venue(text) or _KNOWN_VENUE_AND_YEAR.search(text) is not None


def is_known_venue(text: str) -> bool:
    """Return whether a text is a well-known venue with its year: `CVPR 2025`, `[ICLR'24 Spotlight]`."""
    return _KNOWN_VENUE_TEXT.fullmatch(text.strip(" []()（）【】")) is not None


def first_part(text: str, *, is_cell: bool = False) -> str:
    """Return the part of plain text that may be a title: up to the end of its line, sentence or to the authors."""
    lines = [line for line in text.split("\n") if clean_title(line)]
    text = clean_title(lines[0], names=True) if lines else ""
    text = text[match.end() :] if (match := _AUTHORS.match(text)) else text
    if is_cell and lines and (lead := lead_of_cell(lines[0])):
        text = lead
    if (match := _SENTENCE_END.search(text)) and count_words(text[: match.start()]) >= TITLE_WORDS:
        text = text[: match.start()]
    if (match := _ET_AL.search(text)) and count_words(text[: match.start()]) > 1:
        text = text[: match.start()]
    if (match := _DESCRIPTION.search(text)) and 0 < count_words(text[: match.start()]) <= _MAX_NAME_WORDS:
        text = text[: match.start()]
    if count_words(text) > TITLE_WORDS + 2:
        text = _VENUE_BEHIND.sub("", _FULL_VENUE_BEHIND.sub("", text))
    return _YEAR_BEHIND.sub("", clean_title(text))


def lead_of_cell(text: str) -> str:
    """Return the title at the start of a cell, which ends at two blanks a dash or a verb: `Title  This paper …`."""
    text = text.strip()
    found = [match for each in (_GAP, _VERB, _DESCRIPTION) if (match := each.search(text))]
    match = min(found, key=lambda each: each.start(), default=None)
    if match is None or not count_words(text[: match.start()]):
        return ""
    if match[0] == "\u00a0" and count_words(text[match.end() :]) < _DESCRIPTION_WORDS:
        return ""
    return clean_title(text[: match.start()])


def has_title_label(text: str) -> bool:
    """Return whether a line begins with a label such as `标题：`."""
    return _TITLE_LABEL.match(_LEADING.sub("", text)) is not None
