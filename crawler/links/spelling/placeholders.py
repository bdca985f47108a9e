"""Placeholders of templates in URLs: `{{ page.url }}`, `${VERSION}`, `<owner>`, `{repo}` … Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

# Expressions that no URL on the web has: of Jinja, Liquid, Mustache, ERB, shells, scripts and documentation.
_EXPRESSIONS = re.compile(
    r"\{\{|\}\}|\$\{|\{[+#./;?&]?[A-Za-z_][\w.,*: -]*\}|\{\d?\}|\{%|%\}|<%|%>|\$\(|\#\{"
    r"|\[(?:YOUR|MY|INSERT)[ _-][A-Z][\w -]*\]|\[[A-Z]{2,}(?:[_-][A-Z]+)+\]"
    r"|%\([A-Za-z_]\w*\)[sd]|(?<=[/=])%[sdif](?=[/&?.#]|$)"
)
# The variables of shells in capitals: not behind a letter or digit, as a class in a class of Java (`Map$ENTRY`), unless
# that is the `v` of a version; not the files of Domino (`$FILE`), and not the symbols of shares (`?q=$TSLA`).
_VARIABLE = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=[/_.-]v))"
    r"\$(?!(?:FILE|ALL|BODY|FIRST|HELP|ICON|LAST|SEARCH|USERS|RECYCLE)(?![A-Za-z0-9_]))(?P<name>[A-Z][A-Z0-9_]+)(?![A-Za-z0-9])"
)
_LONGEST_SYMBOL = 5
"""Letters of the symbol of a share: a shorter name is that of a variable only if it is a common one."""

_SHORT_VARIABLE = re.compile(
    "ARCH|BASE|DATE|DIR|FILE|GROUP|HASH|HOME|HOST|ID|IP|KEY|LANG|NAME|ORG|OS|OWNER|PAGE|PASS|PATH|PORT|PWD|REF|REPO|ROOT"
    "|SHA|TAG|TEAM|TOKEN|TYPE|UID|URI|URL|USER|UUID|VER"
)
_NAME = re.compile(r"<([A-Za-z][\w-]*)(?:[ .:/][\w .:/-]*)?>")
_HEXADECIMAL = re.compile(r"\{[0-9A-Fa-f-]+\}")
"""An identifier in braces, as in SharePoint, is no placeholder."""

_TAG = re.compile(r"<([A-Za-z][\w-]*)(?![\w:-])[^<>\n]*>")


def has_placeholder(url: str) -> bool:
    """Return whether a URL contains a placeholder as it is written: what is percent-encoded is meant as it is."""
    if not any(mark in url for mark in "{<$[%"):
        return False
    plain = _HEXADECIMAL.sub("", url)
    if _EXPRESSIONS.search(plain) or any(map(_is_variable, _VARIABLE.finditer(plain))):
        return True
    return any(name[1].lower() not in _html_elements() for name in _NAME.finditer(plain))


def _is_variable(found: re.Match[str]) -> bool:
    """Return whether a name behind a dollar is that of a variable, not the symbol of a share."""
    name = found["name"]
    return len(name) > _LONGEST_SYMBOL or not name.isalpha() or _SHORT_VARIABLE.fullmatch(name) is not None


def continues_with_placeholder(following: str) -> bool:
    """Return whether a placeholder is in what follows the end of a bare URL directly: `<owner>`, `{id}`, `${`.

    An HTML element, as in `https://example.com/a<br>`, is none.
    """
    if following[:1] not in {"<", "{", "$"}:
        return False
    if following[0] != "<":
        plain = _HEXADECIMAL.sub("", following)
        variable = _VARIABLE.match(plain)
        return _EXPRESSIONS.match(plain) is not None or (variable is not None and _is_variable(variable))
    match = _TAG.match(following)
    return match is not None and match[1].lower() not in _html_elements()


@cache
def _html_elements() -> frozenset[str]:
    """Return the names of the elements of HTML."""
    table = tomllib.loads(files("crawler").joinpath("data/html_elements.toml").read_text("utf-8"))
    return frozenset(table["names"])
