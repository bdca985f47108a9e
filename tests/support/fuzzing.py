"""Inputs for the fuzzing of notes as files: random bytes, Markdown in many encodings, and mutated notes."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.models.notes.edit import Edit
from crawler.models.notes.note_file import Encoded, NoTextError
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import read_note_file
from crawler.notes.parser import parse_file
from pipelines.rewriting.edit_list import edited_bytes, writable_edits

if TYPE_CHECKING:
    from crawler.models.notes.note_file import NoteFile

ROOT = Path(__file__).parents[2]

CODECS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("gb18030", "gbk", "big5", "cp932", "euc_kr", "euc_jp", "cp1252", "latin-1", "cp1251", "koi8_r"),
)
WORDS = (
    *("目标检测", "论文", "代码：", "这篇文章介绍了", "目標檢測", "論文", "日本語のメモ", "とても良い"),
    *("한국어 노트", "논문", "Привет мир"),
    *("Café", "résumé", "naïve", "Größe", "“quoted” – text", "plain text", "Paper:", "- Code:", "# Title"),
    *("[link](https://a.example.org/x)", "<https://b.example.org/?q=1&amp;r=2>", "https://c.example.org/路径"),
    *("![](pic.png)", "**bold**", "`code`", "1. ", "- ", "| a | b |\n|---|---|\n| c | d |"),
    *("<a href='https://d.example.org'>x</a>", "]", "](", "<", "*", "\\", '"', "```"),
    *("\n", "\n\n", "\r\n", "\r", "\t", " ", "\0", "\ufffd", "\U0001f600", "\u3000"),
)
NEW = ("", "x", "https://new.example.org/", "é", "新的", "\n- Venue: CVPR", "\n- Authors: José", '"\\\n', "\U0001f600")


@dataclass
class Tally:
    """How many inputs there were, how many were text, edited, and not to be edited."""

    inputs: int = 0
    texts: int = 0
    edited: int = 0
    refused: int = 0


def inputs(seed: int, count: int) -> list[tuple[str, bytes]]:
    """Return that many inputs, the same for the same seed."""
    dice = random.Random(seed)
    corpus = [file.read_bytes()[:3000] for file in sorted((ROOT / "tests/notes").rglob("*.md"))]
    return [_notebook(dice) if dice.random() < 0.1 else ("a.md", _one(dice, corpus)) for _ in range(count)]


def _notebook(dice: random.Random) -> tuple[str, bytes]:
    sources = ["".join(dice.choice(WORDS) for _ in range(dice.randrange(12))) for _ in range(dice.randrange(4))]
    cells = [
        {
            "cell_type": dice.choice(["markdown", "markdown", "code"]),
            "source": dice.choice([text, text.splitlines(True)]),
        }
        for text in sources
    ]
    made = json.dumps({"cells": cells}, ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, 1])).encode()
    return "a.ipynb", made if dice.random() < 0.8 else _mutated(dice, made)


def _one(dice: random.Random, corpus: list[bytes]) -> bytes:
    kind = dice.random()
    if kind < 0.15:
        return dice.randbytes(dice.randrange(60))
    if kind < 0.3:
        start = dice.choice(corpus)
        data = start[dice.randrange(len(start) or 1) :][:600]
        codec = dice.choice(CODECS)
        data = data.decode(errors="ignore").encode(codec, errors="ignore")
    else:
        words = (dice.choice(WORDS) for _ in range(dice.randrange(25)))
        data = "".join(words).encode(dice.choice(CODECS), errors="ignore")
    return data if dice.random() < 0.4 else _mutated(dice, data)


def _mutated(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(4):
            case 0:
                del changed[at : at + dice.randrange(4)]
            case 1:
                changed[at:at] = dice.randbytes(dice.randrange(4))
            case 2:
                del changed[at:]  # in the middle of a character
            case _:
                other = dice.choice(WORDS).encode(dice.choice(CODECS), errors="ignore")
                changed[at:at] = other  # in another encoding
    return bytes(changed)


def check(path: str, raw: bytes, dice: random.Random, tally: Tally) -> None:
    """Assert that a note that is not edited keeps its bytes, and that one edit changes its span alone."""
    tally.inputs += 1
    try:
        file = read_note_file(path, raw)
    except NoTextError:
        return
    tally.texts += 1
    assert edited_bytes(file, ()) == raw
    note = parse_file(file)
    spans = [(mention.start, mention.end) for mention in note.mentions] or [_any_span(dice, file.data)]
    start, end = dice.choice(spans)
    old, new = file.data[start:end].decode(), dice.choice(NEW)
    if old == new:
        return
    edit = Edit(path, start, end, old, new, Reason(ReasonCode.EDIT_MOVED), "")
    made = writable_edits(file, [edit])
    if not made:
        tally.refused += 1
        return
    tally.edited += 1
    _check_edit(file, made[0], edited_bytes(file, made))


def _check_edit(file: NoteFile, edit: Edit, after: bytes) -> None:
    text = file.data[: edit.start] + edit.new.encode() + file.data[edit.end :]
    if isinstance(file.writing, Encoded):
        assert after.decode(file.writing.codec).encode() == text
    elif file.path.endswith(".ipynb"):
        assert read_note_file(file.path, after).data == text
    elif file.data is file.raw:
        assert after == text
    encoded_old, encoded_new = file.writing.encode(edit.old), file.writing.encode(edit.new)
    if encoded_old is not None and encoded_new is not None and not file.path.endswith(".ipynb"):
        assert len(after) - len(file.raw) == len(encoded_new) - len(encoded_old)
    kept = _common(file.raw, after)
    kept += _common(file.raw[kept:][::-1], after[kept:][::-1])
    assert len(file.raw) - kept <= 6 * (edit.end - edit.start)  # of an escape in JSON


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes two begin with alike."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _any_span(dice: random.Random, data: bytes) -> tuple[int, int]:
    text = data.decode()
    first, last = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    return len(text[:first].encode()), len(text[:last].encode())
