"""Write a file of settings with comments: what is sure holds, all else are comments. Pure."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.config.beside.explanations import explanations
from crawler.config.beside.keys import allowed_keys
from crawler.config.beside.toml_values import toml_value
from crawler.config.setting_names import default
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.config.beside.lychee import LeftOut

WIDTH = 100
"""Characters of a line with a comment."""


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What is known of a folder of notes: lines about it, what lychee leaves out, and values that may be meant."""

    lines: Sequence[str]
    left_out: LeftOut
    suggested: Mapping[str, Any]
    """Values by key."""


def settings_template(found: FolderFacts) -> str:
    """Return the text of a file of settings."""
    head = (comment for line in (say("init_head"), say("init_head_list"), *found.lines) for comment in _comment(line))
    parts = [[*head], ['notes_dir = "."']]
    sure = {"exclude_urls": found.left_out.urls, "notes_ignore": found.left_out.notes}
    if any(sure.values()) or found.left_out.problems:
        parts.append([*_from_lychee(sure, found.left_out.problems)])
    said = explanations()
    others = (key for key in allowed_keys() if key not in {"notes_dir", "overrides"} and not sure.get(key))
    parts += [[*_commented(key, said[key.upper()], found.suggested)] for key in others]
    parts.append([*_comment(said["OVERRIDES"]), *_OVERRIDE])  # at the end: keys below it would be its own
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


_OVERRIDE = ("# [[overrides]]", '# paths = ["posts/**"]', '# rewrite = ["links"]')


def _from_lychee(sure: Mapping[str, Sequence[str]], problems: Sequence[str]) -> Iterator[str]:
    yield from _comment(say("init_lychee"))
    for key, values in sure.items():
        if values:
            yield f"{key} = ["
            yield from (f"  {toml_value(each)}," for each in values)
            yield "]"
    if problems:
        yield from _comment(say("init_not_carried_over"))
        yield from (comment for each in problems for comment in _comment(f"  {each}"))


def _commented(key: str, said: str, suggested: Mapping[str, Any]) -> Iterator[str]:
    yield from _comment(said)
    yield f"# {key} = {toml_value(suggested.get(key, default(key.upper())))}"


def _comment(text: str) -> Iterator[str]:
    """Yield a text as lines of comments; what no comment can hold becomes a question mark."""
    indent = " " * (len(text) - len(text.lstrip()))
    clean = "".join(char if char.isprintable() else "?" for char in text)
    lines = textwrap.wrap(
        clean,
        WIDTH,
        initial_indent=f"# {indent}",
        subsequent_indent=f"# {indent}",
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from lines
