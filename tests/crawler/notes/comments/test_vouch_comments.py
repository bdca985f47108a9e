"""Comments in which a person vouches for a link: which link they speak of, and what cannot be read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.link import Verdict
from crawler.models.vouch import parse_until
from crawler.notes.parser import parse_note

A_URL, B_URL = "https://a.example/", "https://b.example/"
ALIVE = "<!-- notemend: alive until 2027-06 because seen in a browser -->"
DEAD = "<!-- notemend: dead until 2027-06-15 because sold -->"


def said(text: str) -> dict[str, tuple[Verdict, date, str]]:
    """Return what the comments of a note say, by URL of the link."""
    note = parse_note("n.md", text.encode())
    assert not note.problems
    return {note.mentions[each.mention].url: (each.verdict, each.until, each.because) for each in note.vouches}


def problems(text: str) -> tuple[str, ...]:
    note = parse_note("n.md", text.encode())
    assert not note.vouches
    return note.problems


LINKLESS = "3: vouch without a link before it, after it or on the next line"
A = (Verdict.ALIVE, date(2027, 6, 30), "seen in a browser")
D = (Verdict.DEAD, date(2027, 6, 15), "sold")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"[A](https://a.example/) {ALIVE}\n", {A_URL: A}),
        (f"See https://a.example/ {ALIVE} and https://b.example/\n", {A_URL: A}),
        (f"[A](https://a.example/) [B](https://b.example/) {DEAD}", {B_URL: D}),
        (f"[A](https://a.example/) {ALIVE} [B](https://b.example/) {DEAD}", {A_URL: A, B_URL: D}),
        (f"{ALIVE} [A](https://a.example/)\n", {A_URL: A}),
        (f"{ALIVE}\n[A](https://a.example/) [B](https://b.example/)\n", {A_URL: A}),
        (f"{ALIVE}\n\n\n[A](https://a.example/)\n", {A_URL: A}),
        (f"[A](https://a.example/)\n\n{ALIVE}\n\n- [B](https://b.example/)\n", {B_URL: A}),
        (f"1. [A](https://a.example/)  {DEAD}\n2. [B](https://b.example/)\n", {A_URL: D}),
        (f"| a | b |\n|---|---|\n| [A](https://a.example/) | {ALIVE} |\n", {A_URL: A}),
        (f"> [A](https://a.example/)\n> {ALIVE}\n> [B](https://b.example/)\n", {B_URL: A}),
        (f'<div><a href="https://a.example/">A</a> {ALIVE}</div>\n', {A_URL: A}),
        (f'{ALIVE}\n<img src="https://a.example/p.png">\n', {"https://a.example/p.png": A}),
        (f"[A][r]\n\n{ALIVE}\n[r]: https://a.example/\n", {A_URL: A}),
        (f"<https://a.example/> {ALIVE}\r\n<https://b.example/>\r\n", {A_URL: A}),
        (f"<https://a.example/> {ALIVE} {DEAD}\n", {A_URL: D}),
        # one comment, written otherwise
        ("<https://a.example/> <!--NoteMend:ALIVE Until 2027-06 Because seen\n in a  browser-->", {A_URL: A}),
        ("> <https://a.example/> <!-- notemend: alive until 2027-06\n> because seen in a browser -->", {A_URL: A}),
        # none
        (f"`[A](https://a.example/) {ALIVE}`\n", {}),
        ("<https://a.example/> <!-- notemend: ignore -->", {}),
        ("<https://a.example/> <!-- alive until 2027-06 because x -->", {}),
        ("<https://a.example/> <!-- notemend: alives until 2027-06 because x -->", {}),
        (f"<!-- notemend: ignore-start -->\n<https://a.example/> {ALIVE}\n<!-- notemend: ignore-end -->\n", {}),
    ],
)  # fmt: skip
def test_which_link_a_comment_speaks_of(text: str, found: dict[str, object]) -> None:
    assert said(text) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"Text\n\n{ALIVE}\n", LINKLESS),
        (f"<https://a.example/>\n\n{ALIVE}\n\nText\n", LINKLESS),
        ("<https://a.example/> <!-- notemend: alive -->", "1: vouch not understood; write <!-- notemend: alive until "),
        ("<https://a.example/> <!-- notemend: alive until 2027-06 -->", "1: vouch not understood"),
        ("<https://a.example/> <!-- notemend: dead because sold -->", "1: vouch not understood"),
        ("<https://a.example/> <!-- notemend: dead until 2027-06 because -->", "1: vouch not understood"),
        ("<https://a.example/> <!-- notemend: dead until June because x -->", "1: vouch with invalid date 'June'"),
        ("<https://a.example/> <!-- notemend: dead until 2027-13 because x -->", "1: vouch with invalid date '20"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_reported(text: str, problem: str) -> None:
    (found,) = problems(text)
    assert found.startswith(problem)


def test_it_changes_nothing_else_of_a_note() -> None:
    text = "# Notes (2026.5.4)\n\n1. [A](https://a.example/) {}\n   - Paper: https://b.example/\n"
    plain, vouched = (parse_note("n.md", text.format(word).encode()) for word in ("", ALIVE))
    assert [each.url for each in plain.mentions] == [each.url for each in vouched.mentions]
    assert [each.title for each in plain.entries] == [each.title for each in vouched.entries]


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2027-06", date(2027, 6, 30)),
        ("2028-02", date(2028, 2, 29)),
        ("2027-12", date(2027, 12, 31)),
        ("2027-6", date(2027, 6, 30)),
        ("2027-06-15", date(2027, 6, 15)),
        (" 2027-6-5 ", date(2027, 6, 5)),
    ],
)
def test_the_last_day(text: str, until: date) -> None:
    assert parse_until(text) == until


@pytest.mark.parametrize(
    "text",
    ["", "2027", "2027-13", "2027-00", "2027-02-30", "27-06", "2027/06", "2027-06-15T00", "２０２７-06", "9999-12"],
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        parse_until(text)


@given(st.text(max_size=12))
def test_any_text_is_a_day_or_an_error_in_words(text: str) -> None:
    try:
        until = parse_until(text)
    except ValueError as error:
        until, words = None, str(error)
    assert isinstance(until, date) or "date" in words
