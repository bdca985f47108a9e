"""When two titles name one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.checks.pages.page_titles import (
    _table,
    _takeover,
    have_common_word,
    identifies_page,
    is_named_by_texts,
    is_same_but_for_case,
    is_same_page_title,
    is_takeover_of_name,
    is_takeover_title,
    is_text_with_qualifier,
)
from crawler.checks.pages.signatures.signatures import normalize_title


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("How to weave | Looms", "How to weave - Textiles", True),
        ("How to weave", "How to weave | Looms", True),
        ("How to weave!", "HOW TO WEAVE", True),
        ("Old post | The Weavers", "All posts | The Weavers", False),
        ("Chapter 1 of the long book", "Chapter 2 of the long book", False),
        ("Home", "Home", False),
        ("快速入门：安装", "快速入门：安装 - 手册", True),
    ],
)
def test_titles(one: str, other: str, *, is_same: bool) -> None:
    assert is_same_page_title(one, other) is is_same
    assert is_same_page_title(other, one) is is_same


@pytest.mark.parametrize(
    ("text", "title", "is_same"),
    [
        ("Attention Is All You Need (paper)", "Attention is all you need - arXiv", True),
        ("Weaving by hand", "Notes on weaving by hand, part 2", True),
        ("here", "Click here", False),
        ("https://a.example.org/weaving-by-hand", "weaving by hand", False),
        ("The API docs", "API reference", False),
    ],
)
def test_texts_of_links(text: str, title: str, *, is_same: bool) -> None:
    assert is_named_by_texts(title, [text]) is is_same


def test_what_names_a_page() -> None:
    assert identifies_page("Weaving by hand")
    assert identifies_page("图神经网络")
    assert not identifies_page("project page")
    assert not identifies_page("https://a.example.org/weaving")


def test_general_titles_of_several_words_have_to_be_the_same() -> None:
    assert is_same_but_for_case("A page", "a  page")
    assert not is_same_but_for_case("here", "here")
    assert not is_same_but_for_case("A page", "A page of ours")


def test_words_in_common() -> None:
    assert have_common_word(["Sorting library"], ["All about sorting"])
    assert have_common_word(["fastsort"], ["Fastsort2 is here"])
    assert have_common_word(["图神经网络"], ["神经"])
    assert not have_common_word(["Sorting library"], ["Garden furniture"])
    assert not have_common_word(["The project page"], ["The page"])


@pytest.mark.parametrize(
    ("title", "known", "is_found"),
    [
        ("SITUS SLOT GACOR Hari Ini", ["Parser toolkit"], True),
        ("澳门新葡京娱乐城", ["here"], True),
        ("Casino, poker and more", ["here"], True),
        ("Casino", ["here"], False),  # a film
        ("Online casino with free spins", ["A casino"], False),
        ("Online casino with free spins", ["https://a.example.org/casino/"], False),
        ("How 'slot gacor' spam gets into sites", ["here"], False),
        ("Slots in user interfaces", ["here"], False),
    ],
)
def test_pages_behind_domains_that_were_given_up(title: str, known: list[str], *, is_found: bool) -> None:
    assert is_takeover_title(title, known=known) is is_found


def test_one_word_is_enough_if_the_page_was_another_before() -> None:
    assert is_takeover_title("Casino Royale", known=["x"], earlier=["Parser toolkit"])
    assert not is_takeover_title("Casino Royale", known=["x"], earlier=["Royale, a film"])


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("Mercury (planet)", True),
        ("Mercury (planet) - Wiki", True),
        ("水星（行星）", False),
        ("Mercury", False),
        ("Mercury (planet) and Venus", False),
        ("Towns named Mercury (list)", False),
    ],
)
def test_a_qualifier_is_behind_the_name(title: str, *, is_one: bool) -> None:
    assert is_text_with_qualifier(title, "Mercury") is is_one


def test_a_brand_may_be_kept_by_who_takes_it_over() -> None:
    known, title = ("Myproject", "https://a.example/"), "MYPROJECT: Slot Gacor"
    assert is_takeover_of_name(title, known=known, earlier=["Myproject, a graph library"])
    assert not is_takeover_of_name(title, known=known, earlier=[])
    assert not is_takeover_of_name(title, known=("Slot gacor", *known), earlier=["Myproject, a graph library"])
    assert not is_takeover_of_name("Myproject: poker and a slot", known=known, earlier=["Myproject, a graph library"])


_WORDS = [*_table()["takeover"]["strong"], "a", "s", "站"]


@given(st.lists(st.sampled_from(_WORDS), max_size=4), st.sampled_from(["", " ", "-"]))
def test_the_automaton_leaves_out_no_phrase(words: list[str], between: str) -> None:
    strong, text = _takeover().strong, normalize_title(between.join(words))
    assert strong.find(text) == strong.pattern.compiled.findall(text)
