"""Unified diffs that `git apply` and `patch -p1` accept. Pure."""

from __future__ import annotations

import re
from difflib import unified_diff

from crawler.text import escaped

_COLORS = {"@": "36", "+": "32", "-": "31"}
_TO_QUOTE = re.compile(r'["\\\x00-\x1f\x7f]')
_NO_END = "\n\\ No newline at end of file\n"


def git_diff(path: str, before: bytes, after: bytes) -> str:
    """Return the diff of a note with its path in the headers; empty if equal. Only LF ends a line.

    Bytes that are not UTF-8 are lone surrogates in it (PEP 383).
    """
    if before == after:
        return ""
    hunks = list(unified_diff(_lines(before), _lines(after)))[2:]
    ended = (line if line.endswith("\n") else line + _NO_END for line in hunks)
    return "".join([f"--- {_name(f'a/{path}')}\n", f"+++ {_name(f'b/{path}')}\n", *ended])


def colored_diff(diff: str) -> str:
    """Return a diff with ANSI colors, what moves the cursor of a terminal escaped."""
    return "".join(_colored_line(line) for line in _lines(diff.encode()))


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode(errors="surrogateescape"))


def _name(path: str) -> str:
    """Return a name as git writes it in a header: quoted if necessary, with a tab after it if it has spaces."""
    if _TO_QUOTE.search(path):
        quoted = _TO_QUOTE.sub(lambda found: f"\\{ord(found[0]):03o}", path)
        return f'"{quoted}"'
    return f"{path}\t" if " " in path else path


def _colored_line(line: str) -> str:
    bold = line.startswith(("--- ", "+++ "))
    text = line.rstrip("\r\n")
    shown, end = escaped(text), line[len(text) :]
    color = "1" if bold else _COLORS.get(line[:1])
    return f"\x1b[{color}m{shown}\x1b[m{end}" if color else shown + end
