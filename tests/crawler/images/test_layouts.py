"""Names that every system takes, patterns of folders, and where the images of a note stand."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.images.layout.file_names import MAX_BYTES, comparable, free_name, safe_stem
from crawler.images.layout.pattern import parse_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

texts = st.one_of(
    st.text(max_size=200),
    st.text('aAﬁßſéİıǅΣς①²ー･ｶﾞが\u0301\u0327\u200d\ufe0f\u3164 ./\\:*?"<>|-_#%&()[]', max_size=40),
    st.sampled_from(["CON", "nul.png", "COM¹", "lpt9", "aux ", "..", "-", "図" * 100, "e\u0301" * 90, "👩‍👩‍👧" * 30]),
)
FORBIDDEN = set("<>:\"/\\|?*#%&()[]{}'`^$!~+=,;@ .") | set(map(chr, range(32)))
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}


@given(texts)
def test_a_name_that_every_system_takes(text: str) -> None:
    stem = safe_stem(text)
    assert not FORBIDDEN & set(stem)
    assert unicodedata.is_normalized("NFC", stem)
    assert len(stem.encode()) <= MAX_BYTES + len("image-")
    assert unicodedata.normalize("NFKC", stem).casefold() not in DEVICES
    assert not stem.startswith(("-", "_"))
    assert not stem.endswith(("-", "_"))
    assert stem == "" or not unicodedata.category(stem[0]).startswith("M")
    assert safe_stem(stem) == stem


@given(st.lists(texts, max_size=12), st.sampled_from([None, 1]))
def test_names_never_collide(given_texts: Sequence[str], first: int | None) -> None:
    taken: set[str] = set()
    names = []
    for text in given_texts:
        names.append(free_name(safe_stem(text) or "image", ".png", taken, first))
        taken.add(comparable(names[-1]))
    for fold in (str, str.lower, str.upper, str.casefold):
        for form in ("NFC", "NFD", "NFKC"):
            assert len({unicodedata.normalize(form, fold(name)) for name in names}) == len(names)
    assert all(len(name.encode()) <= MAX_BYTES + len("image-.png") for name in names)


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("A cat, asleep", "A-cat-asleep"),
        ("图 1：结构（总览）", "图-1-结构-总览"),
        ("v1.2/final.png", "v1-2-final-png"),
        ("../../etc/passwd", "etc-passwd"),
        ("aux", "image-aux"),
        ("हिन्दी", "हिन्दी"),
        ("❤️", ""),
    ],
)
def test_what_becomes_of_an_alt_text(text: str, stem: str) -> None:
    assert safe_stem(text) == stem


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("hash", "hash"),
        ("tool", "tool"),
        ("./{note}.assets", "./{note}.assets/"),
        ("./assets/", "./assets/"),
        ("./", "./"),
        ("/images/{year}/{month}/", "/images/{year}/{month}/"),
        ("/static/图 片/{day}", "/static/图 片/{day}/"),
    ],
)
def test_patterns(text: str, folder: str) -> None:
    assert parse_folder(text) == folder


@pytest.mark.parametrize(
    "text",
    [
        *("", "assets", "../assets", "./../assets", "/a/../b", "/{title}/", "/{/", "/a}/", "//cdn/x", "C:\\images"),
        *("./a\0b", "./a:b/", "https://cdn.example/"),
    ],
)
def test_no_patterns(text: str) -> None:
    with pytest.raises(ValueError, match="no folder for images"):
        parse_folder(text)
