"""The time of every regular expression grows with the text at most as fast as the text."""

from __future__ import annotations

import re

import pytest

from tests.support.hard_texts import slow_texts
from tests.support.patterns import Expression, expressions

pytestmark = pytest.mark.xdist_group("patterns")  # they are collected once

BOUNDED = {
    "crawler.checks.redirect_check._NOT_FOUND": "only fullmatch",
    "crawler.checks.redirect_check._ERROR": "only fullmatch",
    "crawler.checks.pages.page_signs.all_titles": "titles of 300 characters",
    "crawler.checks.pages.signature_tables.signatures": "titles of 300 characters, addresses of redirects",
    "crawler.links.tracking._clearurls().exceptions": "schemes and hosts",
    "pipelines.rewriting.index.editor._UPDATED": "labels of 30 characters",
}
"""Expressions for texts that cannot be long."""


def _unbounded() -> list[Expression]:
    return [each for each in expressions() if not each.where.startswith(tuple(BOUNDED))]


def test_a_sample_of_expressions_is_linear() -> None:
    assert [slow for each in _unbounded()[::40] for slow in slow_texts(each, 400)] == []


@pytest.mark.stress
def test_all_expressions_are_linear() -> None:
    assert [slow for each in _unbounded() for slow in slow_texts(each, 600)] == []


@pytest.mark.parametrize(
    ("pattern", "method", "is_slow"),
    [
        (r"\s*x", "search", True),
        (r"(?:(?<!\s)\s+)?x", "search", False),
        (r"(?:a|aa)*x", "fullmatch", True),
        (r"(\w+,?)+x", "match", True),
        (r"<!--.*?-->", "search", True),
        (r"a\s*\s*b", "fullmatch", True),
        (r"a\s*+b", "fullmatch", False),
    ],
)
def test_how_expressions_are_judged(pattern: str, method: str, *, is_slow: bool) -> None:
    expression = Expression(re.compile(pattern), "here", frozenset({method}))
    assert (next(slow_texts(expression, 2_000), None) is not None) == is_slow


def test_the_expressions_of_modules_data_files_and_calls_are_found() -> None:
    places = {each.where.partition("(")[0].partition(":")[0] for each in expressions()}
    assert len(expressions()) > 1000
    assert {"crawler.links.canonical_url._NO_HOST", "crawler.checks.pages.signature_tables.signatures"} <= places
