"""Notes in encodings other than UTF-8: read if they are certain, written back in their own bytes, else not edited."""

from __future__ import annotations

import codecs
import random

import pytest

from crawler.models.notes.edit import Edit
from crawler.models.notes.note_file import Encoded, NoTextError, Pieces, Unknown, Utf8
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import read_note_file
from crawler.notes.parser import parse_file
from pipelines.rewriting.edit_list import edited_bytes, writable_edits
from tests.support.fuzzing import Tally, check, inputs

LINK = "https://a.example.org/x"
CHINESE = f"# 目标检测论文\n\n1. 这篇文章介绍了一种新的方法 [代码]({LINK})\r\n"
TRADITIONAL = f"# 目標檢測論文\n\n1. 這篇文章介紹了一種新的方法 [程式碼]({LINK})\n"
JAPANESE = f"# 物体検出のメモ\n\n1. この論文はとても良いです [コード]({LINK})\n"
KOREAN = f"# 객체 탐지 노트\n\n1. 이 논문은 아주 좋은 글입니다 [코드]({LINK})\n"
FRENCH = f"# Café résumé\n\nVoilà l’article : [détails]({LINK})\n"


def edited(raw: bytes, old: str, new: str) -> bytes | None:
    """Return the bytes after an edit of the first place of a text; None if the edit is not made."""
    file = read_note_file("a.md", raw)
    start = file.data.index(old.encode())
    edit = Edit("a.md", start, start + len(old.encode()), old, new, Reason(ReasonCode.EDIT_MOVED), "")
    made = writable_edits(file, [edit])
    return edited_bytes(file, made) if made else None


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        *((CHINESE, codec) for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk", "gb2312")),
        *((TRADITIONAL, codec) for codec in ("big5", "cp950", "utf-16")),
        *((JAPANESE, codec) for codec in ("shift_jis", "cp932", "euc_jp")),
        *((KOREAN, codec) for codec in ("euc_kr", "cp949")),
        *((FRENCH, codec) for codec in ("cp1252",)),
        (FRENCH.replace("’", "'"), "latin-1"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (codecs.BOM_UTF16_BE.decode("utf-16-be") + CHINESE, "utf-16-be"),
    ],
)
def test_a_note_is_read_and_edited_in_its_encoding(text: str, codec: str) -> None:
    raw = text.encode(codec)
    file = read_note_file("a.md", raw)
    assert file.data.decode().lstrip("\ufeff") == text.lstrip("\ufeff")
    assert file.problem == ""
    assert [mention.url for mention in parse_file(file).mentions] == [LINK]
    assert edited_bytes(file, ()) == raw
    assert edited(raw, LINK, "https://b.example.org/") == text.replace(LINK, "https://b.example.org/").encode(codec)


@pytest.mark.parametrize(
    "raw",
    [
        "你好".encode("gbk"),  # Big5 and Korean as well
        "# 笔记\n".encode("gbk"),
        "안녕".encode("euc_kr"),
        "ÄÖÜ ß".encode("cp1252"),
        CHINESE.encode("gbk") + TRADITIONAL.encode("big5"),
        CHINESE.encode() + CHINESE.encode("gbk"),
        CHINESE.encode("gbk")[:41] + b"\x81",  # cut in the middle of a character
        TRADITIONAL.encode("big5")[:45] + b"\x81",
    ],
)
def test_a_note_in_an_uncertain_encoding_is_read_but_not_edited(raw: bytes) -> None:
    file = read_note_file("a.md", raw)
    assert isinstance(file.writing, Unknown)
    assert edited_bytes(file, ()) == raw
    assert file.problem.endswith("links are checked, but the note is not edited. Save it as UTF-8")
    if LINK.encode() in raw:
        assert LINK in [mention.url for mention in parse_file(file).mentions]
        assert edited(raw, LINK, "https://b.example.org/") is None


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", b"\0\xff", b"a\xff\x01"])
def test_a_file_that_is_no_text_is_no_note(raw: bytes) -> None:
    with pytest.raises(NoTextError, match="not UTF-8 text"):
        read_note_file("a.md", raw)


def test_ascii_with_zero_bytes_is_utf8_or_utf16() -> None:
    assert isinstance(read_note_file("a.md", b"a\0b and more").writing, Utf8)
    assert read_note_file("a.md", "# a\n".encode("utf-16-le")).writing == Encoded("utf-16-le")
    assert read_note_file("a.md", "# 中文\n".encode("utf-16-le")).writing == Encoded("utf-16-le")


@pytest.mark.parametrize("bad", [b"\xff", b"\xe4\xb8", b"\xed\xa0\x80"])
def test_damaged_utf8_is_edited_around_the_damage(bad: bytes) -> None:
    raw = "# 目标检测论文\n\n".encode() + bad + f" [代码]({LINK})\n".encode()
    file = read_note_file("a.md", raw)
    assert isinstance(file.writing, Pieces)
    assert file.problem.startswith("damaged UTF-8 at byte 22;")
    assert edited_bytes(file, ()) == raw
    assert edited(raw, LINK, "https://b.example.org/") == raw.replace(LINK.encode(), b"https://b.example.org/")
    assert edited(raw, "\ufffd [", "[") is None
    assert edited(raw, "论文\n\n\ufffd", "x") is None


def test_a_last_character_that_is_cut_short_is_kept() -> None:
    raw = f"# 目标 [x]({LINK}) 论文".encode()[:-1]
    assert edited(raw, LINK, "https://b.example.org/") == raw.replace(LINK.encode(), b"https://b.example.org/")


def test_what_an_encoding_lacks_is_escaped_in_new_lines_and_not_written_elsewhere() -> None:
    raw = CHINESE.encode("gbk")
    assert edited(raw, "代码", "code 한") == CHINESE.replace("代码", "code 한").encode("gb18030")
    raw = FRENCH.encode("cp1252")
    assert edited(raw, LINK, "https://b.example.org/日本") is None
    file = read_note_file("a.md", raw)
    line = "\n- Authors: Zoë 王"
    insertion = Edit("a.md", len(file.data), len(file.data), "", line, Reason(ReasonCode.EDIT_AUTHORS), "")
    assert edited_bytes(file, writable_edits(file, [insertion])) == raw + b"\n- Authors: Zo&#235; &#29579;"
    label = Edit("a.md", len(file.data), len(file.data), "", "\n- 作者: x", Reason(ReasonCode.EDIT_AUTHORS), "")
    assert writable_edits(file, [label]) == ()


def test_no_input_loses_a_byte() -> None:
    """A sample of `make stress`, which checks a hundred thousand."""
    tally = Tally()
    for path, raw in inputs(seed=1, count=3000):
        check(path, raw, random.Random(raw), tally)
    assert tally.edited > 1000
    assert tally.refused > 100


@pytest.mark.stress
def test_no_input_of_many_loses_a_byte() -> None:
    tally = Tally()
    for path, raw in inputs(seed=2, count=120_000):
        check(path, raw, random.Random(raw), tally)
    print(tally)  # noqa: T201
    assert tally.inputs >= 100_000
