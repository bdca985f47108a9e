"""What the words of a text say: whether it is long enough for a title, and written like one. Pure."""

from __future__ import annotations

import re

TITLE_WORDS = 3
"""Words from which on a text is taken for a title by its length."""

_WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:[-'’.+][^\W_\u3400-\u9fff]+)*")
HAN = re.compile("[\u3400-\u9fff\u3040-\u30ff]")
"""A Chinese character, or one of Japanese syllables."""

_TITLE_CASE_SHARE, _LONG_WORD = 0.6, 4  # the share of words of four letters or more with a capital
_PROSE = re.compile(
    r"\b(?:our (?:[\w-]+ ){0,3}"
    r"(?:papers?|survey|works?|repo|repository|code|dataset|benchmark|list|project|model|team|website)"
    r"|we (?:[a-z]+ly )?"
    r"(?:have|are|released?|also|will|propose|introduce|present|updated?|added?|provide|recommend|welcome"
    r"|organized?|summarized?|collect(?:ed)?|review(?:ed)?|survey(?:ed)?|list(?:ed)?|maintain)"
    r"|(?:is|was|are|has been|have been|were) (?:now |also )?"
    r"(?:accepted|released|available|updated|published|online|out|added|open-sourced)"
    r"|please|welcome|thanks (?:to|for)|click here|check (?:it )?out|feel free|pull requests?"
    r"|this (?:repo|repository|list|page)|star this|for more (?:details|information)"
    r"|you can (?:also|find|see|use|download|click|check|read|get|add))\b"
    r"|我们|欢迎|请|点击|本仓库|本项目|感谢|关注|公众号",
    re.IGNORECASE,
)


def count_words(text: str) -> int:
    """Return the number of words; two Chinese characters count as one."""
    return len(_WORD.findall(text)) + len(HAN.findall(text)) // 2


def is_title_case(text: str) -> bool:
    """Return whether most longer words of a text have a capital, as in titles and not in sentences."""
    words = [word for word in _WORD.findall(text) if len(word) >= _LONG_WORD]
    return bool(words) and sum(word[0].isupper() for word in words) >= _TITLE_CASE_SHARE * len(words)


def is_prose(text: str) -> bool:
    """Return whether a text speaks to the reader, as news and explanations do and titles do not.

    Titles may, too, but in capitals: `We Are More Than Our Joints`.
    """
    return any(not _is_capitalized(match[0]) for match in _PROSE.finditer(text))


def _is_capitalized(words: str) -> bool:
    """Return whether each of several words has a capital."""
    return " " in words and all(word[0].isupper() for word in words.split())
