"""TeX in titles and names: as Unicode, and as text that LaTeX can typeset. Pure."""

from __future__ import annotations

import logging
import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace, visible

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]

MAX_LENGTH = 500
"""Maximum characters of a text; longer ones are cut."""

_MATH = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$")
_MACRO = re.compile(r"\\([a-zA-Z]+|.|$)", re.DOTALL)
_UNESCAPED = re.compile(r"(?<!\\)[%&]")
_UNESCAPED_IN_MATH = re.compile(r"(?<!\\)[%&#]")
_CONTROLS = {"Cc": " ", "Cf": "", "Cs": "", "Zl": " ", "Zp": " "}
"""What replaces control characters, format characters that do not deceive, and lone surrogates, by Unicode category."""
_KEPT = re.compile(r"(?<!\\)\$.*[^\\]\$|[A-Za-z0-9 ,.:()/-]+")
"""Math, and text without anything that LaTeX reads otherwise."""
_SYMBOL = re.compile(r"\\[&%#$_]|\\ensuremath\{.*\}|\{.*\}|\$.*\$|[^\\]*")
"""Replacements that need no braces around them: LaTeX's escapes, math, and what has braces of its own."""
_DOTLESS = re.compile(r"(?<=[^ ])\\(?=[ij]\}?$)")
"""The backslash of a dotless letter below an accent, which programs take for the letter itself."""

logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # of titles: what cannot be read is written as it is


def one_line(text: str, limit: int = MAX_LENGTH) -> str:
    """Return a text on one line, cut at `limit` characters, without control characters but for those that deceive."""
    return collapse_whitespace("".join(map(_without_controls, text)))[:limit]


def _without_controls(character: str) -> str:
    if visible(character) != character:
        return character
    return _CONTROLS.get(unicodedata.category(character), character)


def as_unicode(text: str, limit: int = MAX_LENGTH) -> str:
    r"""Return a text on one line without any TeX: `$\\alpha$-R\\'enyi {GAN}` is `α-Rényi GAN`."""
    text = one_line(text, limit)
    if re.search(r"[\\${}]", text):
        text = one_line(_unicode(text, "text"), limit)
        text = re.sub(r"[{}$]", "", text)
    return collapse_whitespace(text)


def for_latex(text: str) -> str:
    """Return a text on one line, with TeX accents as Unicode, and braces and dollars only in balanced math.

    Invisible characters are shown as in the other outputs, but left out of math, which cannot show them.
    """
    text = one_line(text)
    if "\\" in text:
        text = one_line(_unicode(text, "verbatim"))
    parts = _MATH.split(text)  # text and math alternate
    shown = "".join(_math(part) if at % 2 else visible(re.sub(r"[{}$]", "", part)) for at, part in enumerate(parts))
    return collapse_whitespace(shown)


def encoded(text: str) -> str:
    """Return a text of `for_latex` with all outside of math escaped; letters with accents are in braces.

    Without these BibTeX takes the backslash for the first letter of a name, and cuts an accent off an initial.
    """
    latex: str = _encoder().unicode_to_latex(text)
    return latex


@cache
def _encoder() -> UnicodeToLatexEncoder:
    """Return the encoder; the default one asks its rules about each character, in a tenth of the speed."""
    from pylatexenc.latexencode import RULE_REGEX, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    kept = UnicodeToLatexConversionRule(RULE_REGEX, [(_KEPT, re.Match.group)])
    return UnicodeToLatexEncoder(conversion_rules=[kept, "defaults"], replacement_latex_protection=_in_braces)


def _in_braces(latex: str) -> str:
    return latex if _SYMBOL.fullmatch(latex) else f"{{{_DOTLESS.sub('', latex)}}}"


@cache
def _converter(math_mode: str) -> LatexNodes2Text:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode=math_mode, strict_latex_spaces=False)


def _unicode(text: str, math_mode: str) -> str:
    """Return a text with its TeX macros as Unicode; without macros if it cannot be parsed.

    `math_mode` is that of LatexNodes2Text.

    Parsed strictly, since pylatexenc's tolerant way takes exponential time on unclosed arguments.
    """
    try:
        shown: str = _converter(math_mode).latex_to_text(_UNESCAPED.sub(r"\\\g<0>", text), tolerant_parsing=False)
    except Exception:  # noqa: BLE001 - malformed TeX also raises IndexError, KeyError, AttributeError and TypeError
        parts = _MATH.split(text)
        return "".join(f"${part}$" if at % 2 else _MACRO.sub("", part) for at, part in enumerate(parts))
    return shown


def _math(formula: str) -> str:
    """Return a formula between dollars if it is balanced and has known macros only; otherwise its text."""
    formula = "".join(c for c in formula if visible(c) == c)
    depth = lowest = 0
    for character in formula:
        depth += (character == "{") - (character == "}")
        lowest = min(lowest, depth)
    is_known = "^^" not in formula and all(macro in _math_macros() for macro in _MACRO.findall(formula))
    if depth == 0 and lowest == 0 and formula.strip() and is_known:
        return "$" + _UNESCAPED_IN_MATH.sub(r"\\\g<0>", formula) + "$"
    return re.sub(r"[{}]", "", formula if is_known else _MACRO.sub("", formula))


@cache
def _math_macros() -> frozenset[str]:
    table = tomllib.loads(files("pipelines").joinpath("data/math_macros.toml").read_text("utf-8"))
    return frozenset().union(*table.values())
