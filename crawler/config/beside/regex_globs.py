"""Write a regular expression as globs that match exactly the same whole texts. Pure."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 16
"""The most globs that an expression becomes."""

LONGEST = 500
"""The longest expression that is read, in characters."""

_DIGIT = "[0-9]"
_SPECIAL = frozenset("*?[")
_SET = re.compile(r"\[(\^?)((?:[A-Za-z0-9](?:-[A-Za-z0-9])?|[_./:@%=#+])+)\]")
_REPEATED = frozenset("*+?{")


class NoGlobError(Exception):
    """No glob matches what an expression matches; the message is the reason."""


def globs_of_regex(regex: str) -> list[str]:
    """Return globs that match a whole text where an expression is found in it; raise NoGlobError if there are none."""
    if not regex.isprintable():  # control characters stand for anchors below
        raise NoGlobError("characters that no URL has")
    if len(regex) > LONGEST:
        raise NoGlobError(f"longer than {LONGEST} characters")
    reader = _Reader(regex)
    found = reader.alternatives(0)
    if not reader.is_at_end:
        raise NoGlobError("unbalanced parentheses")
    return _few(dict.fromkeys(_whole(each) for each in found))


def _whole(glob: str) -> str:
    """Return the glob for a whole text: without an anchor, anything may stand at an end."""
    start = glob[1:] if glob.startswith("^") else f"*{glob}"
    end = start[:-1] if start.endswith("$") else f"{start}*"
    if "^" in end or "$" in end:
        raise NoGlobError("an anchor in the middle")
    return re.sub(r"\*\*+", "*", end.replace("\1", "^").replace("\2", "$"))


def _few(globs: Iterable[str]) -> list[str]:
    found = list(globs)
    if len(found) > MOST:
        raise NoGlobError(f"more than {MOST} alternatives")
    return found


class _Reader:
    """Reads an expression from left to right; `^` and `$` in its parts are anchors."""

    def __init__(self, regex: str) -> None:
        self._regex = regex
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether all has been read."""
        return self._at >= len(self._regex)

    @property
    def _next(self) -> str:
        return self._regex[self._at : self._at + 1]

    def alternatives(self, depth: int) -> list[str]:
        """Return the globs of what is between `|`, up to the end or a closing parenthesis."""
        found = [*self._sequence(depth)]
        while self._next == "|":
            self._at += 1
            found = _few([*found, *self._sequence(depth)])
        return found

    def _sequence(self, depth: int) -> list[str]:
        found = [""]
        while self._next not in {"", "|", ")"}:
            found = _few("".join(pair) for pair in product(found, self._repeated(self._part(depth))))
        return found

    def _repeated(self, part: list[str]) -> list[str]:
        """Return the globs of a part with what follows it: `?`, or `*` and `+` behind a dot."""
        sign = self._next
        if sign not in _REPEATED:
            return part
        self._at += 1
        if self._next == "?":  # lazy: in the same texts
            self._at += 1
        if sign == "?":
            return ["", *part]
        if part == ["?"] and sign in {"*", "+"}:
            return ["*" if sign == "*" else "?*"]
        raise NoGlobError("repeats something other than a dot")

    def _part(self, depth: int) -> list[str]:
        char = self._next
        if char == "(":
            return self._group(depth)
        if char == "[":
            return [self._set()]
        self._at += 1
        if char == "\\":
            return [self._escaped()]
        if char == ".":
            return ["?"]
        if char in _REPEATED:
            raise NoGlobError("repeats nothing")
        return [char if char in "^$" else _literal(char)]

    def _group(self, depth: int) -> list[str]:
        self._at += 1
        if self._next == "?":
            if not self._regex.startswith("?:", self._at):
                raise NoGlobError("a flag, a name or a look-around")
            self._at += 2
        if depth > MOST:
            raise NoGlobError("nested too deeply")
        found = self.alternatives(depth + 1)
        if self._next != ")":
            raise NoGlobError("unbalanced parentheses")
        self._at += 1
        return found

    def _set(self) -> str:
        match = _SET.match(self._regex, self._at)
        if match is None:
            raise NoGlobError("a set of characters that a glob does not have")
        self._at = match.end()
        return f"[{'!' if match[1] else ''}{match[2]}]"

    def _escaped(self) -> str:
        char = self._next
        self._at += 1
        if char == "d":
            return _DIGIT
        if not char or char.isalnum() or char in "_<>":
            raise NoGlobError(f"\\{char}")
        return _literal(char)


def _literal(char: str) -> str:
    """Return a character as a glob has it; one that would be an anchor as a control character, which no URL has."""
    if char in _SPECIAL:
        return f"[{char}]"
    return {"^": "\1", "$": "\2"}.get(char, char)
