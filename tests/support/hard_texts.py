"""Texts that are hard for a regular expression, and the time that it takes for them."""

from __future__ import annotations

import math
import re
import signal
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.patterns import SCANNING, Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.patterns import Pattern

_ENDLESS = 20  # repetitions from which a loop can be made long
_CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w", "NOT_DIGIT": r"\D", "NOT_SPACE": r"\S", "NOT_WORD": r"\W"}
_SAMPLES = "a1 A.-é中_\n/:<(\"'="
_UNITS = (*" \t\n.,:;!?-_/\\|()[]{}<>*+=#%&@$~`'\"^", *"aA1é中")
_MANY = 400  # attacks on one expression
_PATIENCE, _PATIENCE_EACH = 1.0, 4e-6  # seconds of CPU for one text, and for a character of a long one
_LONG = 0.02  # seconds of CPU for a text that cannot be longer
_BRIEF = 0.02  # seconds of CPU for a quarter of a text: all of it has 0.3, even if they grow with the square
_BEGINNING = 10_000  # characters
_UNNOTICED = 2e-5  # seconds of CPU for the beginning of 1 MB: all of it has 0.2, even if they grow with the square
_MOST_SUSPECTS = 8  # texts of 1 MB for an expression


class _SlowError(Exception):
    """A text took all the time that there is."""


@dataclass(frozen=True)
class Attack:
    """Texts of any length: something before, something repeated, something behind."""

    before: str
    unit: str
    behind: str

    def text(self, size: int) -> str:
        """Return the text of about so many characters."""
        return self.before + self.unit * (size // len(self.unit)) + self.behind


def attacks(pattern: Pattern) -> list[Attack]:
    """Return texts: runs of the expression's own characters, punctuation, blanks, and of what its loops repeat."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    loops: list[tuple[str, str]] = []
    literals: list[str] = []
    flags = pattern.flags if isinstance(pattern.pattern, str) else pattern.flags | re.UNICODE
    example = _example(re._parser.parse(text, flags), "", loops, literals)  # type: ignore[attr-defined]
    runs = dict.fromkeys([*literals, *_UNITS, example, example[:-1], example[1:]])
    pairs = [("", unit) for unit in runs]
    for before, body in loops:
        pairs += [(before, body), ("", before + body), ("", body)]
    unique = [pair for pair in dict.fromkeys(pairs) if pair[1]][:_MANY]
    return [Attack(before, unit, behind) for before, unit in unique for behind in ("\x01", "")]


def _example(tree: Any, before: str, loops: list[tuple[str, str]], literals: list[str]) -> str:
    """Return a text that a parsed expression matches; collect its loops, with what leads to them, and its literals."""
    made, run = "", ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            literals.append(chr(argument))
            made += chr(argument)
            continue
        if len(run) > 1:
            literals.append(run)
        run = ""
        made += _example_of(name, argument, before + made, loops, literals)
    if len(run) > 1:
        literals.append(run)
    return made


def _example_of(name: str, argument: Any, before: str, loops: list[tuple[str, str]], literals: list[str]) -> str:
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, body = argument
        once = _example(body, before, loops, literals)
        if int(most) >= _ENDLESS:
            loops += [(before, each) for each in (once, *_others(body)) if each]
        return once * min(max(int(least), 1), _ENDLESS)
    if name == "BRANCH":
        return next(iter([_example(each, before, loops, literals) for each in argument[1]]))
    if name in {"SUBPATTERN", "ATOMIC_GROUP"}:
        return _example(argument[-1] if name == "SUBPATTERN" else argument, before, loops, literals)
    if name == "IN":
        literals += [chr(value) for kind, value in argument if str(kind) == "LITERAL"]
        return next(iter(_members(argument)), "")
    if name == "NOT_LITERAL":
        return "b" if argument == ord("a") else "a"
    return "a" if name == "ANY" else ""


def _others(body: Any) -> list[str]:
    """Return more that a loop over a set of characters may repeat."""
    first = list(body)
    return _members(first[0][1])[1:5] if len(first) == 1 and str(first[0][0]) == "IN" else []


def _members(items: Any) -> list[str]:
    """Return characters of a set."""
    wanted = [chr(value) for kind, value in items if str(kind) == "LITERAL"]
    wanted += [chr(value[0]) for kind, value in items if str(kind) == "RANGE"]
    is_negated = str(items[0][0]) == "NEGATE"
    return [each for each in dict.fromkeys([*([] if is_negated else wanted), *_SAMPLES]) if _is_in(each, items)]


def _is_in(character: str, items: Any) -> bool:
    found = False
    for kind, value in items:
        if str(kind) == "LITERAL":
            found |= ord(character) == value
        elif str(kind) == "RANGE":
            found |= value[0] <= ord(character) <= value[1]
        elif str(kind) == "CATEGORY":
            found |= re.match(_CATEGORIES[str(value).removeprefix("CATEGORY_")], character) is not None
    return found != (str(items[0][0]) == "NEGATE")


# --- time -------------------------------------------------------------------------------------------------------------


def slow_texts(expression: Expression, size: int) -> Iterator[str]:
    """Yield what is written of each text for which the time of an expression grows faster than the text.

    That is seen from a quarter of `size` to all of it; of long texts, only those that are suspected are tried.
    """
    for attack, name in _suspects(expression) if size > 4 * _BEGINNING else _matched(expression):
        if (growth := _growth(expression.pattern, name, attack, size // 4)) > 0:
            yield f"{expression.where}: {name} of {attack} grows by {growth:.1f}"


def _suspects(expression: Expression) -> list[tuple[Attack, str]]:
    """Return the texts whose beginnings take most of what is more than four times the time of a quarter of them."""
    found: list[tuple[float, int, Attack, str]] = []
    for number, (attack, name) in enumerate(_matched(expression)):
        small = _seconds(expression.pattern, name, attack.text(_BEGINNING))
        if small >= _UNNOTICED:
            large = _seconds(expression.pattern, name, attack.text(4 * _BEGINNING))
            excess = large - 4 * small if small < math.inf else math.inf
            found.append((-excess, number, attack, name))
    return [(attack, name) for _, _, attack, name in sorted(found)[:_MOST_SUSPECTS]]


def long_matches(expression: Expression, size: int) -> Iterator[str]:
    """Yield what is written of each text of a size for which an expression takes long."""
    for attack, name in _matched(expression):
        seconds = min(_seconds(expression.pattern, name, attack.text(size)) for _ in range(2))
        if seconds > _LONG:
            yield f"{expression.where}: {name} of {attack} takes {seconds:.3f} s"


def _matched(expression: Expression) -> Iterator[tuple[Attack, str]]:
    """Yield the texts for an expression with each method that is called."""
    signal.signal(signal.SIGVTALRM, _interrupt)
    methods = sorted({"finditer" if name in SCANNING else name for name in expression.methods})
    return ((attack, name) for attack in attacks(expression.pattern) for name in methods)


def _growth(pattern: Pattern, name: str, attack: Attack, size: int) -> float:
    """Return how many times the time grows for four times the text; 0 if at most twice as fast as the text.

    It counts what the thread computes, and the least of several times: other programs make it neither slow nor fast.
    """
    first = _seconds(pattern, name, attack.text(size))
    if first < min(size * 5e-7, _BRIEF):
        return 0
    if math.isinf(first):
        return math.inf
    for times in (1, 2, 3):  # so many measurements; one is enough for what is fast
        small, large = (min(_seconds(pattern, name, attack.text(n * size)) for _ in range(times)) for n in (1, 4))
        if large <= 8 * small < math.inf:
            return 0
    return large / small if small < math.inf else math.inf


def _seconds(pattern: Pattern, name: str, text: str) -> float:
    """Return the seconds of CPU that a text takes; infinity if that is too long."""
    given = text if isinstance(pattern.pattern, str) else text.encode()
    method: Callable[[Any], Any] = getattr(pattern, name)
    started = time.thread_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, max(_PATIENCE, len(text) * _PATIENCE_EACH))
    try:
        found = method(given)
        if name == "finditer":
            deque(found, 0)  # a list of a million matches takes longer than they do
    except _SlowError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.thread_time() - started


def _interrupt(*_: object) -> None:
    raise _SlowError
