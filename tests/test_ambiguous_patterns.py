"""No loop of a regular expression can read one text in two ways: the time would double with each repetition."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from crawler.checks.pages.signatures.signature_tables import _simple_decorations, _tables
from tests.support.patterns import expressions

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("patterns")  # they are collected once

_MANY = 4_000
_FEW = 10


def test_no_loop_over_words_has_two_ways_to_read_a_text() -> None:
    found = {
        f"{expression.where}: {'|'.join(sorted(words))}: {ways}"
        for expression in expressions()
        for body in _loops(_parsed(expression.pattern))
        if (words := _words(body)) is not None and (ways := _ambiguity(words))
    }
    assert not found, "\n".join(sorted(found))


def test_decorations_of_titles_have_one_way_to_read_a_text() -> None:
    for table in _tables():
        for row in (table, *table["soft_error"]):
            assert not _ambiguity(set(_simple_decorations(tuple(row.get("decorations", ())))), whole_words=True)


def test_decorations_that_are_made_of_others_are_left_out() -> None:
    assert _simple_decorations(("error", "404", "404 error", "Error: 404!", "errors")) == ("error", "404", "errors")


@pytest.mark.parametrize(
    ("pattern", "is_ambiguous"),
    [
        ("(?:a|aa)*x", True),
        ("(?:请|请您|您)*x", True),
        ("(?:a|ab|bc|c)*x", True),
        ("(?:a|b?)*x", True),
        ("(?:(?:a|b)c?|ca)+x", True),
        ("(?:a|ab)*x", False),
        ("(?:请|请先)*x", False),
        ("(?:a|aa)*+x", False),
        ("(?>(?:a|aa)*)x", False),
        ("(?:a|aa){0,5}x", False),
    ],
)
def test_how_loops_are_judged(pattern: str, *, is_ambiguous: bool) -> None:
    found = [_ambiguity(words) for body in _loops(_parsed(re.compile(pattern))) if (words := _words(body))]
    assert any(found) == is_ambiguous


def _parsed(pattern: re.Pattern[Any]) -> Any:
    text = pattern.pattern
    is_text = isinstance(text, str)
    parser = re._parser  # type: ignore[attr-defined]
    return parser.parse(text if is_text else text.decode("latin-1"), pattern.flags | (0 if is_text else re.UNICODE))


def _loops(tree: Any) -> Iterator[Any]:
    """Yield what is repeated any number of times, and may be given back."""
    for operation, argument in tree:
        match str(operation):
            case "MAX_REPEAT" | "MIN_REPEAT":
                if int(argument[1]) >= _FEW:
                    yield argument[2]
                yield from _loops(argument[2])
            case "BRANCH":
                for branch in argument[1]:
                    yield from _loops(branch)
            case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
                yield from _loops(argument[-1])


def _words(tree: Any) -> set[str] | None:
    """Return all texts that a parsed expression matches; None if they are too many."""
    found = {""}
    for operation, argument in tree:
        more = _words_of(str(operation), argument)
        if more is None or len(found) * len(more) > _MANY:
            return None
        found = {first + second for first in found for second in more}
    return found


def _words_of(name: str, argument: Any) -> set[str] | None:
    if name == "LITERAL":
        return {chr(argument)}
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
        return {chr(value) for _, value in argument}
    if name == "SUBPATTERN":
        return _words(argument[-1])
    if name == "BRANCH":
        branches = [_words(branch) for branch in argument[1]]
        return None if None in branches else set().union(*filter(None, branches))
    if name == "MAX_REPEAT" and int(argument[1]) <= 2 and (once := _words(argument[2])) is not None:
        return {
            "".join(each) for times in range(argument[0], int(argument[1]) + 1) for each in product(once, repeat=times)
        }
    return None


def _ambiguity(words: set[str], *, whole_words: bool = False) -> set[str]:
    """Return words with which a text can be read in two ways (Sardinas and Patterson); the empty one always can.

    With `whole_words`, none ends between two ASCII letters.
    """
    if "" in words:
        return {""}
    left, seen = _rests(words, words, whole_words=whole_words), set[str]()
    while left - seen:
        if found := left & words:
            return found
        seen |= left
        pairs = ((words, left), (left, words))
        left = set().union(*(_rests(*pair, whole_words=whole_words) for pair in pairs))
    return set()


def _rests(beginnings: set[str], texts: set[str], *, whole_words: bool) -> set[str]:
    found = {(each, text[len(each) :]) for each in beginnings for text in texts if text.startswith(each)}
    return {rest for each, rest in found if rest and not (whole_words and re.fullmatch("[a-z]{2}", each[-1] + rest[0]))}
