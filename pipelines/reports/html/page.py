"""Render pages with all scripts and styles inside, safe against markup from the network."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from crawler.links.canonical_url import WEB_SCHEMES
from crawler.links.secrets import masked, masked_json
from pipelines.reports.html.translations import ASSETS, attribute, bilingual, label, load_translations, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Environment

FIRST_SCRIPT = "language.js"
"""The script of every page; it is in the head, so that no wrong language is displayed."""

STYLE = "style.css"

# Characters that can end a script element or begin a comment in it (HTML, 4.12.1.3), and line ends of JSON alone.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9A-Fa-f:.]+\](:\d+)?")


def stream(template_name: str, scripts: Sequence[str], base: str, **values: Any) -> Iterator[str]:
    """Yield a page piece by piece, from a template and its scripts in the order in which they run.

    `base` is the URL of the image store, empty if it is a folder; `values` are those of the template.
    """
    template = _environment().get_template(template_name)
    first, *rest = (_asset(name) for name in (FIRST_SCRIPT, *scripts))
    style = _asset(STYLE)
    values |= {"first_script": first, "scripts": rest, "style": style, "words": load_translations()}
    return template.generate(policy=policy(style, (first, *rest), base), **values)


def embedded(value: object) -> Markup:
    """Return a value as JSON that is safe within a script element, without secrets."""
    return Markup(masked_json(value, compact=True).translate(_UNSAFE))  # noqa: S704


def policy(style: str, scripts: tuple[str, ...], base: str) -> str:
    """Return the Content-Security-Policy of the page: its own scripts and style, images beside it or at `base`."""
    image_source = found[0] if (found := _ORIGIN.match(base)) else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            f"img-src 'self' data: {image_source}".rstrip(),
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def is_web_url(url: str) -> bool:
    """Return whether a URL is http or https; others are shown as text."""
    try:
        return urlsplit(url).scheme in WEB_SCHEMES
    except ValueError:
        return False


def location(note: str, line: int) -> str:
    """Return the URL of a line of a note, in the updated copies beside the report."""
    return f"notes/{quote(note)}#L{line}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> Markup:
    return Markup(ASSETS.joinpath(*name.split("/")).read_text("utf-8"))  # noqa: S704


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipelines.reports.html", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: masked(value) if type(value) is str else value,  # markup has been masked
    )
    environment.globals |= {
        "t": t,
        "label": label,
        "attribute": attribute,
        "bilingual": bilingual,
        "location": location,
    }
    environment.tests["web"] = is_web_url
    environment.filters["embedded"] = embedded
    return environment
