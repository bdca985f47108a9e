"""What the text of a link, the header of a column or the heading of a section says: `[pdf]`, `代码`, news. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

from crawler.models.notes.note import LinkRole
from crawler.notes.fields import LABEL_TABLE
from crawler.notes.outline import collapse_blanks
from crawler.notes.works.title_text import is_known_venue

MAX_LABEL_LENGTH = 48
"""Characters of the longest text of a link that may be a label."""

_LABELS: dict[str, dict[str, object]] = LABEL_TABLE["labels"]
_LINK_TEXTS: dict[str, str] = {
    spelling: name
    for name, spellings in (
        *((name, label["spellings"]) for name, label in LABEL_TABLE["labels"].items()),
        *LABEL_TABLE["link_texts"].items(),
    )
    for spelling in [name, *spellings]
}
_FILLERS = frozenset(LABEL_TABLE["words"]["fillers"])
_COLUMNS: dict[str, str] = {
    spelling: name for name, spellings in LABEL_TABLE["columns"].items() for spelling in [name, *spellings]
}
_FACTS = frozenset(LABEL_TABLE["words"]["facts"])
_OTHER_SECTIONS = frozenset(LABEL_TABLE["words"]["other_sections"])
# Of several labels in one text, the first in this order counts: "project code" is code, "paper page" a paper.
_STRONGEST = ("code", "paper", "demo", "video", "dataset", "project")
_NOT_LINKS = frozenset({"abstract", "tips", "authors", "affiliation", "venue"})

_MISTYPED = ("paper", "code", "github", "project")
_MIN_TYPO_LETTERS = 5
_MAX_WORDS, _MAX_HAN = 4, 8  # of a label with fillers; of a label in Chinese

_EMOJI_CODE = re.compile(r":[a-z0-9_+-]+:")
_BRACKETED = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_WORD = re.compile(r"[^\W_]+(?:[-.+'’][^\W_]+)*\+*")
_ARXIV = re.compile(
    r"(?:arxiv|abs|paper|pdf)?[\s:：/#-]*\d{4}\.\d{4,5}(?:v\d+)?|(?:hep|math|cs|quant|cond|astro|gr|stat)\S*/\d{7}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"['’]?(?:(?:19|20)\d\d|\d\d?)")


@lru_cache(maxsize=8192)
def link_label(text: str) -> str:
    """Return the canonical label that is the text of a link, such as `code` for `[GitHub]`; "" if it is none.

    Case, width, emoji, brackets, digits and what is in parentheses are ignored. The number of a paper on arXiv is
    the label `paper`, a well-known venue with its year `venue`.
    """
    if len(text) > MAX_LABEL_LENGTH:
        return ""
    folded = _fold(text)
    if folded in _LINK_TEXTS:
        return _name(folded)
    if _ARXIV.fullmatch(folded):
        return "paper"
    if is_known_venue(text):
        return "venue"
    folded = collapse_blanks(_BRACKETED.sub(" ", folded)) or folded.strip("()（）[]【】 ")
    words = [word for word in _WORD.findall(folded) if not _NUMBER.fullmatch(word)]
    if (joined := " ".join(words)) in _LINK_TEXTS:
        return _name(joined)
    names = {_LINK_TEXTS[word] for word in words if word in _LINK_TEXTS} - _NOT_LINKS
    others = [word for word in words if word not in _LINK_TEXTS and word not in _FILLERS]
    if others or not names or len(words) > _MAX_WORDS:
        return _mistyped_label(joined) or _chinese_label(joined)
    return next((name for name in _STRONGEST if name in names), min(names))


def _name(spelling: str) -> str:
    name = _LINK_TEXTS[spelling]
    return "" if name in _NOT_LINKS and name != "abstract" else name


def _mistyped_label(text: str) -> str:
    """Return the label of a text with one letter too many, or two exchanged (papeer); other letters are a name."""
    if len(text) < _MIN_TYPO_LETTERS or not text.isalpha():
        return ""
    near = (each for each in _MISTYPED if len(each) + 1 == len(text) or sorted(each) == sorted(text))
    return next((_LINK_TEXTS[each] for each in near if OSA.distance(each, text) == 1), "")


def _chinese_label(text: str) -> str:
    """Return the label of a Chinese text that has no blanks between its words: `论文地址`, `官方代码`."""
    if len(text) <= _MAX_HAN and re.search("[\u4e00-\u9fff]", text):
        for word, name in (
            ("代码", "code"),
            ("源码", "code"),
            ("项目", "project"),
            ("视频", "video"),
            ("数据集", "dataset"),
        ):
            if text.endswith((word, word + "地址", word + "链接")):
                return name
        if re.fullmatch("(?:原始|原|英文|会议|期刊)?论文(?:原文|pdf)?(?:下载|阅读)?(?:地址|链接)?", text):
            return "paper"
        if re.fullmatch("(?:代码|源码)(?:和|与|及)(?:数据集?|模型|主页|项目)(?:地址|链接)?", text):
            return "code"
    return ""


@lru_cache(maxsize=8192)
def line_label(label: str, name: str = "") -> str:
    """Return the canonical name of a line's label: `name` if the table has it, else that of its parts.

    `论文/paper` and `Paper (oral)` are the label `paper`.
    """
    if name in _LABELS:
        return name
    folded = _fold(_BRACKETED.sub(" ", label + "()" if "(" in label else label).replace("(", " "))
    parts = [part.strip(" 0123456789") for part in re.split(r"[/／|&、+]", folded)]
    known = [_LINK_TEXTS[part] for part in parts if part in _LINK_TEXTS]
    if known and len(known) == len(parts):
        return known[0]
    return _chinese_label(folded) or name


@lru_cache(maxsize=1024)
def column_name(header: str) -> str:
    """Return the name of a column: that of its header in the tables of columns or labels, the folded header else."""
    folded = _fold(header)
    if folded in _COLUMNS:
        return _COLUMNS[folded]
    if label := link_label(header):
        return label
    parts = [part for part in re.split(r"\s*(?:[/／|&、,]|\band\b)\s*", folded) if part]
    names = [_COLUMNS.get(part) or link_label(part) for part in parts]
    return next((name for name in names if name), folded)


@lru_cache(maxsize=1024)
def is_fact_label(label: str) -> bool:
    """Return whether a line with this label says more of the work above it, such as `发表于` or `Stars`."""
    return line_label(label) in _LABELS or _fold(label) in _FACTS


@lru_cache(maxsize=1024)
def role_of_label(name: str) -> LinkRole | None:
    """Return the role of links under a label; None if the label says nothing of it."""
    label = _LABELS.get(name)
    role = label.get("role") if label else None
    return LinkRole(role) if isinstance(role, str) else None


@lru_cache(maxsize=1024)
def is_other_section(heading: str) -> bool:
    """Return whether the heading of a section says that it lists no works: news, 目录 and others."""
    folded = re.sub(r"^[\d.\s、)）]+", "", _fold(heading))
    return folded in _OTHER_SECTIONS or any(
        part in _OTHER_SECTIONS for part in re.split(r"\s*[/／(（&|]\s*", folded)[:1]
    )


def _fold(text: str) -> str:
    """Return a text without emoji, in lower case, without punctuation at its ends."""
    folded = _EMOJI_CODE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    if folded.strip() in _LINK_TEXTS:
        return folded.strip()
    folded = "".join(" " if unicodedata.category(char) in {"So", "Sk", "Cf", "Mn"} else char for char in folded)
    return collapse_blanks(folded).strip(' .:：,，;；*_|｜-–—!！·>"“”[]【】「」<')
