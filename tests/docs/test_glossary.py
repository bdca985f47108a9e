"""The glossary's words are those of the report, in both languages, and what it advises against is used nowhere."""

from __future__ import annotations

import re
import tomllib

import pytest

from crawler.models.link import Change, Verdict
from pipelines.reports.html.translations import LANGUAGES, load_translations
from tests.docs.pages import ENGLISH, chinese, prose, read, section, table

GLOSSARY = read("docs/glossary.md")
IN_CHINESE = read("docs/zh-CN/glossary.md")
REASONS = tomllib.loads(read("crawler/data/reasons.toml"))
TITLES = {
    "Notes and links": "笔记和链接",
    "Checks": "检查",
    "Verdicts": "链接状态",
    "Changes": "变化",
    "Results": "结果",
}


@pytest.mark.parametrize(
    ("title", "names", "prefix"), [("Verdicts", Verdict, "verdict"), ("Changes", Change, "change")]
)
def test_words_of_the_report(title: str, names: type[Verdict | Change], prefix: str) -> None:
    words = load_translations()
    said = {row[0]: {"en": row[0], "zh": row[2]} for row in table(section(GLOSSARY, title))}
    assert said == {name.value: words[f"{prefix}.{name}"] for name in names}


def test_texts_of_reasons() -> None:
    for code, *texts in table(section(GLOSSARY, "Reasons")):
        assert texts == [REASONS[code][language] for language in LANGUAGES]
    assert table(section(IN_CHINESE, "原因")) == table(section(GLOSSARY, "Reasons"))


@pytest.mark.parametrize("title", TITLES)
def test_both_languages_have_the_same_terms(title: str) -> None:
    rows, in_chinese = table(section(GLOSSARY, title)), table(section(IN_CHINESE, TITLES[title]))
    assert [(row[0], row[2]) for row in in_chinese] == [(row[0], row[2]) for row in rows]


def test_words_that_are_not_used() -> None:
    texts = [*load_translations().values(), *REASONS.values()]
    pages = {
        "en": [prose(read(page)) for page in ENGLISH if "glossary" not in page] + [each["en"] for each in texts],
        "zh": [prose(read(chinese(page))) for page in ENGLISH if "glossary" not in page]
        + [each["zh"] for each in texts],
    }
    rows = {
        "en": table(section(GLOSSARY, "Words that are not used")),
        "zh": table(section(IN_CHINESE, "不使用的说法")),
    }
    for language, pattern in (("en", r"\b{}s?\b"), ("zh", "{}")):
        for word in (word.strip() for row in rows[language] for word in re.split("[,、]", row[0])):
            found = re.compile(pattern.format(word), re.IGNORECASE)
            if "(" not in word:  # with a restriction there are other uses: a private address, "ask (a server)"
                assert [text for text in pages[language] if found.search(text)] == [], word
