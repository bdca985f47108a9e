"""The HTML skeletons in `pages/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).with_name("pages")


@cache
def template(name: str) -> Template:
    """Return a skeleton with `$name` places."""
    return Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))


def fill(skeleton: str, /, **values: object) -> str:
    """Return a skeleton with every place filled in; the values are HTML already."""
    return template(skeleton).substitute(values)
