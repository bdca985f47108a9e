"""The report as one page: a template, everything it needs within it, and nothing that came from elsewhere obeyed."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.links.canonical_url import WEB_SCHEMES
from pipelines.reports.html.translations import ASSETS, attribute, bilingual, label, load_translations, t

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_SCRIPT = "language.js"
SCRIPTS = ("table.js", "notes.js", "page.js", "chartjs/chart.umd.min.js", "charts.js")
"""In the order in which they run; the first of all stands in the head, so that nobody sees the wrong language."""

STYLE = "style.css"

# What could end a script element or begin a comment in it (HTML, 4.12.1.3), and the line ends that only JSON allows.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9A-Fa-f:.]+\](:\d+)?")


def stream(base: str, **values: Any) -> Iterator[str]:
    """Yield the page piece by piece; `base` is the URL below which pictures are shown, empty where they lie beside it.

    `values` are the template's: see page.html.
    """
    template = _environment().get_template("page.html")
    first, *rest = (_asset(name) for name in (FIRST_SCRIPT, *SCRIPTS))
    style = _asset(STYLE)
    values |= {"first_script": first, "scripts": rest, "style": style, "words": load_translations()}
    return template.generate(policy=policy(style, (first, *rest), base), **values)


def embedded(value: object) -> Markup:
    """Return a value as JSON that may stand in a script element."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE))  # noqa: S704


def policy(style: str, scripts: tuple[str, ...], base: str) -> str:
    """Return the page's Content-Security-Policy: its own scripts and style, pictures beside it or below `base`."""
    pictures = found[0] if (found := _ORIGIN.match(base)) else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            f"img-src 'self' data: {pictures}".rstrip(),
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def web(url: str) -> bool:
    """Tell whether a URL may be followed: anything but http and https stays text."""
    try:
        return urlsplit(url).scheme in WEB_SCHEMES
    except ValueError:
        return False


def place(note: str, line: int) -> str:
    """Return where a line of a note is, as seen from the report: in the mended notes, which lie beside it."""
    return f"notes/{quote(note)}#L{line}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> Markup:
    return Markup(ASSETS.joinpath(*name.split("/")).read_text("utf-8"))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipelines.reports.html", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"t": t, "label": label, "attribute": attribute, "bilingual": bilingual, "place": place}
    environment.tests["web"] = web
    environment.filters["embedded"] = embedded
    return environment
