"""The time of every regular expression grows with the text at most as fast as the text."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from crawler.checks.pages.signatures import signatures
from crawler.config.beside import regex_globs
from crawler.kinds.wechat import notices
from crawler.links import tracking
from crawler.models.reasons import former_reasons
from pipelines.rewriting.index import editor as index_editor
from tests.support.hard_texts import long_matches, slow_texts
from tests.support.patterns import Expression, expressions
from tests.support.sampling import sampled

pytestmark = pytest.mark.xdist_group("patterns")  # they are collected once

MEGABYTE = 1_000_000  # characters

BOUNDED = {
    "crawler.checks.pages.page_signs.all_titles()": signatures._MAX_TITLE,
    "crawler.checks.pages.page_titles._takeover().strong.pattern": signatures._MAX_TITLE,
    "crawler.checks.pages.page_titles._takeover().weak.pattern": signatures._MAX_TITLE,
    "crawler.checks.pages.signatures.signature_tables.signatures().phrases": signatures._MAX_TITLE,
    "crawler.checks.pages.signatures.signature_tables.signatures().url_words": signatures._MAX_TITLE,
    "crawler.config.beside.regex_globs._SET": regex_globs.LONGEST,
    "crawler.kinds.wechat.notices.notices().words": notices._MESSAGE,
    "crawler.models.reasons.former_reasons._patterns()": former_reasons._MAX_TEXT,
    "crawler.models.reasons.former_reasons._present_patterns()": former_reasons._MAX_TEXT,
    "crawler.links.tracking._clearurls().exceptions": tracking._MAX_ORIGIN,
    "pipelines.rewriting.index.editor._UPDATED": index_editor._MAX_LABEL,
}
"""The characters of the longest text that expressions get which may take more than linear time."""


def _unbounded() -> list[Expression]:
    return [each for each in expressions() if each.where not in BOUNDED]


def _bounded() -> list[Expression]:
    return [each for each in expressions() if each.where in BOUNDED]


@pytest.mark.parametrize(("every", "size"), [(10, 1_600), (200, MEGABYTE)])
def test_a_sample_of_expressions_is_linear(every: int, size: int) -> None:
    assert [slow for each in _unbounded()[::every] for slow in slow_texts(each, size)] == []


@pytest.mark.stress
def test_all_expressions_are_linear() -> None:
    assert [slow for each in _unbounded() for slow in islice(slow_texts(each, MEGABYTE), 3)] == []


@pytest.mark.stress
def test_expressions_are_fast_for_the_longest_texts_that_they_get() -> None:
    assert BOUNDED.keys() == {each.where for each in _bounded()}
    assert [slow for each in _bounded() for slow in islice(long_matches(each, BOUNDED[each.where]), 3)] == []


@pytest.mark.parametrize(
    ("pattern", "method", "is_slow"),
    sampled(
        [
            (r"\s*x", "search", True),
            (r"(?:a|aa)*x", "fullmatch", True),
            (r"(?:(?<!\s)\s+)?x", "search", False),
            (r"(\w+,?)+x", "match", True),
            (r"a\s*+b", "fullmatch", False),
            (r"<!--.*?-->", "search", True),
            (r"a\s*\s*b", "fullmatch", True),
        ],
        every=2,
    ),
)
def test_how_expressions_are_judged(pattern: str, method: str, *, is_slow: bool) -> None:
    expression = Expression(re.compile(pattern), "here", frozenset({method}))
    assert (next(slow_texts(expression, 8_000), None) is not None) == is_slow


@pytest.mark.stress
def test_what_takes_long_only_for_long_texts_is_noticed() -> None:
    expression = Expression(
        re.compile("so long that few of them fit in a short text:[^>]*>"), "here", frozenset({"search"})
    )
    assert next(slow_texts(expression, MEGABYTE), None) is not None


def test_the_expressions_of_modules_data_files_and_calls_are_found() -> None:
    places = {each.where.partition("(")[0].partition(":")[0] for each in expressions()}
    assert len(expressions()) > 1000
    assert {
        "crawler.links.canonical_url._NO_HOST",
        "crawler.checks.pages.signatures.signature_tables.signatures",
    } <= places
