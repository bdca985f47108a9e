"""Read the Markdown cells of a Jupyter notebook as one text, and where each piece of it is in the JSON. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.models.notes.note_file import NoteFile, NoTextError, Piece, Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDING = ".ipynb"

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
_ESCAPE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_notebook(path: str, raw: bytes) -> NoteFile:
    """Return the Markdown cells of a notebook of format 4 as a note; raise NoTextError if it is none.

    Between two cells are blank lines. Edits are made inside the strings of a cell; all else keeps its bytes.
    """
    try:
        cells = json.loads(raw.decode())["cells"]
        markdown = [at for at, cell in enumerate(cells) if cell["cell_type"] == "markdown"]
        sources = ["".join(cells[at]["source"]) for at in markdown]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoTextError("no Jupyter notebook of format 4") from error
    literals: dict[int, list[tuple[int, int]]] = {}
    for cell, start, end in _source_strings(raw):
        literals.setdefault(cell, []).append((start, end))
    text = _CellText(raw)
    for cell, source in zip(markdown, sources, strict=True):
        if text.add_cell(literals.get(cell, [])) != _without_surrogates(source):
            raise NoTextError("notebook with a key twice")
    return NoteFile(path, raw, bytes(text.data), Pieces(tuple(text.pieces), is_json=True))


def _source_strings(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the number of the cell and the span, without quotes, of each string of the source of a cell.

    `raw` is valid JSON.
    """
    stack: list[Any] = []  # the key or index in each open object or array
    key: Any = None
    for token in _TOKEN.finditer(raw):
        match token[0]:
            case b"{":
                stack.append(None)
            case b"[":
                stack.append(0)
            case b"}" | b"]":
                stack.pop()
            case b",":
                if isinstance(stack[-1], int):
                    stack[-1] += 1
                else:
                    stack[-1] = None
            case b":":
                stack[-1] = key
            case _:
                key = token[0]
                if _is_source(stack):
                    yield stack[1], token.start() + 1, token.end() - 1


def _is_source(stack: list[Any]) -> bool:
    """Return whether a value here is the source of a cell, or one of its lines."""
    is_in_cell = len(stack) in {3, 4} and stack[0] == b'"cells"' and isinstance(stack[1], int)
    return is_in_cell and stack[2] == b'"source"' and (len(stack) == 3 or isinstance(stack[3], int))  # noqa: PLR2004


def _without_surrogates(text: str) -> str:
    """Return a text with U+FFFD for halves of a character, which JSON can have."""
    return _SURROGATE.sub("\ufffd", text)


class _CellText:
    """Collects the text of cells; each string is a group of pieces."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._group = 0
        self._has_cell = False
        self.data = bytearray()
        self.pieces: list[Piece] = []

    def add_cell(self, literals: list[tuple[int, int]]) -> str:
        """Add a cell whose strings are at these spans, and return its text."""
        if self._has_cell:
            self.data += b"\n\n"
        self._has_cell = True
        start = len(self.data)
        for literal in literals:
            self._add_string(*literal)
            self._group += 1
        return self.data[start:].decode()

    def _add_string(self, start: int, end: int) -> None:
        done = start
        for escape in _ESCAPE.finditer(self._raw, start, end):
            self._add_piece(done, escape.start())
            character: str = json.loads(b'"' + escape[0] + b'"')
            self.data += _without_surrogates(character).encode()
            done = escape.end()
        self._add_piece(done, end)

    def _add_piece(self, start: int, end: int) -> None:
        at = len(self.data)
        self.data += self._raw[start:end]
        self.pieces.append(Piece(at, at + end - start, start, self._group))
