"""Jupyter notebooks: the text of the Markdown cells is a note, and edits are made inside the strings of the JSON."""

from __future__ import annotations

import json
from itertools import product

import pytest

from crawler.models.notes.edit import Edit
from crawler.models.notes.note_file import NoteFile, NoTextError
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import read_note_file
from crawler.notes.parser import parse_file
from pipelines.rewriting.edit_list import edited_bytes, writable_edits

CELLS = [
    {
        "cell_type": "markdown",
        "metadata": {"source": "no"},
        "source": ["# Tïtle\n", '1. "A" [x](https://a.example/1)\n'],
    },
    {"cell_type": "code", "source": ["# https://no.example/\n"], "outputs": [{"text": ["https://no.example/"]}]},
    {"cell_type": "markdown", "source": '<img src="https://a.example/é.png"> 😀 \\ https://a.example/2'},
    {"cell_type": "markdown", "source": []},
    {"cell_type": "raw", "source": "https://no.example/"},
]


def notebook(*, is_ascii: bool = False, indent: int | None = 1) -> bytes:
    return json.dumps({"cells": CELLS, "nbformat": 4}, ensure_ascii=is_ascii, indent=indent).encode()


def replaced(raw: bytes, old: str, new: str) -> bytes | None:
    file = read_note_file("a.ipynb", raw)
    start = file.data.index(old.encode())
    edit = Edit("a.ipynb", start, start + len(old.encode()), old, new, Reason(ReasonCode.EDIT_MOVED), "")
    made = writable_edits(file, [edit])
    return edited_bytes(file, made) if made else None


def sources(raw: bytes) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(raw)["cells"]]


@pytest.mark.parametrize(("is_ascii", "indent"), list(product([True, False], [None, 1])))
def test_the_markdown_cells_are_read_and_edited(*, is_ascii: bool, indent: int | None) -> None:
    raw = notebook(is_ascii=is_ascii, indent=indent)
    file = read_note_file("a.ipynb", raw)
    assert file.data.decode() == "\n\n".join([*sources(raw)[:1], *sources(raw)[2:4]])
    note = parse_file(file)
    assert [each.url for each in note.mentions] == [f"https://a.example/{name}" for name in ("1", "é.png", "2")]
    lines = [raw[: raw.index(word)].count(b"\n") + 1 for word in (b"/1)", b".png", b"/2")]
    assert [each.line for each in note.mentions] == lines
    assert edited_bytes(file, ()) == raw
    for old, new in (("https://a.example/2", 'new "text"\\\n\t新'), ("https://a.example/é.png", "x"), ('"A" [x]', "")):
        after = replaced(raw, old, new)
        assert after is not None
        assert sources(after) == [each.replace(old, new) for each in sources(raw)]
        written = json.dumps(old, ensure_ascii=is_ascii)[1:-1].encode()
        assert after == raw.replace(written, json.dumps(new, ensure_ascii=False)[1:-1].encode())


def test_what_is_in_two_strings_is_not_edited() -> None:
    assert replaced(notebook(), "Tïtle\n1.", "x") is None
    assert replaced(notebook(), "/1)\n\n\n<img", "x") is None
    assert replaced(notebook(), "Tïtle\n", "x") is not None


def test_a_half_character_is_kept() -> None:
    raw = json.dumps({"cells": [{"cell_type": "markdown", "source": "\ud83d https://a.example/ \ude00"}]}).encode()
    assert read_note_file("a.ipynb", raw).data.decode() == "\ufffd https://a.example/ \ufffd"
    assert replaced(raw, "https://a.example/", "x") == raw.replace(b"https://a.example/", b"x")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"# not JSON",
        b"\xff",
        b"[" * 100_000,
        b'{"worksheets": [{"cells": []}]}',
        b'{"cells": {}, "cells": [{"cell_type": "markdown", "source": 1}]}',
        b'{"cells": [{"cell_type": "markdown", "source": "a", "source": "b"}]}',
        b'{"cells": [{"cell_type": "markdown"}]}',
    ],
)
def test_what_is_no_notebook_is_not_read(raw: bytes) -> None:
    with pytest.raises(NoTextError, match="notebook"):
        read_note_file("a.ipynb", raw)


def test_keys_and_strings_elsewhere_are_no_source() -> None:
    raw = b'{"metadata": {"cells": [{"source": "x"}]}, "cells": [{"source": ["a", "[\\"]"], "cell_type": "markdown"}]}'
    assert read_note_file("A.IPYNB", raw) == NoteFile("A.IPYNB", raw, b'a["]', read_note_file("a.ipynb", raw).writing)
