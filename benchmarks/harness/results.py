"""benchmarks/results.md: a section for each benchmark with what it printed, and all aims on top. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.harness.running import AIM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEAD = """\
# Results

Written by `make bench`, not by hand; [README.md](README.md) says what is measured and how. Only figures within one
table can be compared: all vary from machine to machine and from hour to hour.
"""
SMALL = "small sizes, which only show that it works"
_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_AIM = re.compile(rf"^    {AIM}(.*): (\w+)$", re.MULTILINE)


def section(command: str, when: str, revision: str, output: str, *, small: bool) -> str:
    """Return what stands below a benchmark's heading: how and when it was run, and what it printed, as code.

    Indented code: nothing that is printed can end it or look like a heading.
    """
    facts = [f"`{command}`", when, f"notemend at {revision}", *([SMALL] if small else [])]
    code = "\n".join(f"    {line}".rstrip() for line in output.strip().splitlines())
    return f"\n{', '.join(facts)}\n\n{code}\n"


def replaced(old: str, new: Mapping[str, str], order: Iterable[str]) -> str:
    """Return the file with some sections replaced, in their order; what is of no benchmark any more goes."""
    sections = dict(_SECTION.findall(old)) | dict(new)
    kept = {name: sections[name].rstrip() + "\n" for name in order if name in sections}
    aims = "".join(_aims(name, text) for name, text in kept.items())
    bodies = "".join(f"\n## {name}\n{text}" for name, text in kept.items())
    return f"{_HEAD}\n{aims}{bodies}" if aims else f"{_HEAD}{bodies}"


def _aims(name: str, text: str) -> str:
    mark = f" ({SMALL})" if SMALL in text else ""
    return "".join(f"- {name}: {what}: **{met}**{mark}\n" for what, met in _AIM.findall(text))
