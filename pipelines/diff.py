"""Unified diffs as `git apply` and `patch -p1` take them. Pure."""

from __future__ import annotations

import re
from difflib import unified_diff

_COLOURS = {"@": "36", "+": "32", "-": "31"}
_NO_END = "\n\\ No newline at end of file\n"


def unified(path: str, before: bytes, after: bytes) -> str:
    """Return the diff of a note (UTF-8) with its path in the headers; only LF ends a line, a CR stays where it is."""
    lines = unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    headers = [_header(next(lines, ""), path), _header(next(lines, ""), path)]
    return "".join([*headers, *(line if line.endswith("\n") else line + _NO_END for line in lines)])


def coloured(diff: str) -> str:
    """Return a diff as a terminal shows it best."""
    return "".join(_coloured(line) for line in _lines(diff.encode()))


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode())


def _header(line: str, path: str) -> str:
    """Return a header line as git writes it: a name with a quote, backslash or control character in quotes."""
    if re.search(r'["\\\x00-\x1f\x7f]', path):
        quoted = re.sub(r'["\\\x00-\x1f\x7f]', lambda found: _ESCAPES.get(found[0]) or f"\\{ord(found[0]):03o}", path)
        return f'{line[:4]}"{line[4:6]}{quoted}"\n'
    return f"{line[:4]}{line[4:6]}{path}" + ("\t\n" if " " in path else "\n")  # a name ends where a tab begins


_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def _coloured(line: str) -> str:
    bold = line.startswith(("--- ", "+++ "))
    if not (colour := "1" if bold else _COLOURS.get(line[:1])):
        return line
    text = line.rstrip("\r\n")
    return f"\x1b[{colour}m{text}\x1b[m{line[len(text) :]}"
