"""Placeholders of templates in URLs: `{{ page.url }}`, `${VERSION}`, `<owner>`, `{repo}` … Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

# Expressions that no URL on the web has: of Jinja, Liquid, Mustache, ERB, shells, scripts and documentation.
_BRACES = r"\{\{|\}\}|\$\{|\{[+#./;?&]?[A-Za-z_][\w.,*: -]*\}|\{\d?\}"
_ENCODED = re.compile(_BRACES)
_EXPRESSIONS = re.compile(
    rf"{_BRACES}|\{{%|%\}}|<%|%>|\$\(|\#\{{"
    r"|\[(?:YOUR|MY|INSERT)[ _-][A-Z][\w -]*\]|\[[A-Z]{2,}(?:[_-][A-Z]+)+\]"
    r"|\$(?!(?:FILE|ALL|BODY|FIRST|HELP|ICON|LAST|SEARCH|USERS)\b)[A-Z][A-Z0-9_]+(?![A-Za-z0-9])"
    r"|%\([A-Za-z_]\w*\)[sd]|(?<=[/=])%[sdif](?=[/&?.#]|$)"
)
_NAME = re.compile(r"<([A-Za-z][\w-]*)(?:[ .:/][\w .:/-]*)?>")
_HEXADECIMAL = re.compile(r"\{[0-9A-Fa-f-]+\}")
"""An identifier in braces, as in SharePoint, is no placeholder."""

_TAG = re.compile(r"<([A-Za-z][\w-]*)(?![\w:-])[^<>\n]*>")


def has_placeholder(url: str) -> bool:
    """Return whether a URL contains a placeholder, percent-encoded or not."""
    if not any(mark in url for mark in "{<$[%"):
        return False
    plain, decoded = _HEXADECIMAL.sub("", url), _HEXADECIMAL.sub("", unquote(url))
    if _EXPRESSIONS.search(plain) or _ENCODED.search(decoded):
        return True
    return any(name[1].lower() not in _html_elements() for name in _NAME.finditer(decoded))


def continues_with_placeholder(following: str) -> bool:
    """Return whether a placeholder is in what follows the end of a bare URL directly: `<owner>`, `{id}`, `${`.

    An HTML element, as in `https://example.com/a<br>`, is none.
    """
    if following[:1] not in {"<", "{", "$"}:
        return False
    if following[0] != "<":
        return _EXPRESSIONS.match(_HEXADECIMAL.sub("", following)) is not None
    match = _TAG.match(following)
    return match is not None and match[1].lower() not in _html_elements()


@cache
def _html_elements() -> frozenset[str]:
    """Return the names of the elements of HTML."""
    table = tomllib.loads(files("crawler").joinpath("data/html_elements.toml").read_text("utf-8"))
    return frozenset(table["names"])
