"""What is code in MDX: imports, exports and comments; and values of attributes in braces. Pure."""

from __future__ import annotations

import re

from crawler.notes.markdown import front_matter

# A block of code begins with a line of its own and ends before a blank line.
_BLOCK = re.compile(
    rb"(?:(?<![^\r\n])|\A)(?:import|export)(?=[ \t{*])[^\r\n]*+(?:(?:\r\n?|\n)(?![ \t]*+(?:[\r\n]|\Z))[^\r\n]*+)*+"
)
_CODE = re.compile(_BLOCK.pattern + rb"|(?P<comment>\{/\*)(?s:.*?)(?:(?P<end>\*/\})|\Z)")
_BRACES = re.compile(rb"\{\s*+(?:\"([^\"{}]*+)\"|'([^'{}]*+)'|`([^`{}$]*+)`)\s*+\}\Z")


def without_code(data: bytes) -> bytes:
    """Return the bytes of an MDX note with blanks for its code, so that offsets stay."""
    found = front_matter.find(data, 0)
    start = found.end if found else 0
    return data[:start] + _CODE.sub(_blanks, data[start:])


def _blanks(code: re.Match[bytes]) -> bytes:
    """Return blanks for code; a comment without an end is none, but what is behind its mark may be code."""
    if code["comment"] and not code["end"]:
        return _BLOCK.sub(lambda block: front_matter.blanks(block[0]), code[0])
    return front_matter.blanks(code[0])


def attribute_span(html: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of a value without quotes around it: within `{"…"}` that of the text; None for an expression.

    `{{ … }}` and `{% … %}` are those of other templates.
    """
    if html[start : start + 1] != b"{" or html[start : start + 2] in {b"{{", b"{%"}:
        return start, end
    match = _BRACES.match(html, start, end)
    return match.span(match.lastindex or 0) if match else None


def is_attribute(data: bytes, start: int, end: int) -> bool:
    r"""Return whether what Markdown takes for code is a value: ``src={`https://example.com/a`}``."""
    is_template = b"${" in data[start:end]
    return not is_template and data[max(start - 2, 0) : start] == b"={" and data[end : end + 1] == b"}"
