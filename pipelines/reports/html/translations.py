"""Texts of the report in all languages, as elements that change with the language of the page."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from crawler.kinds.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.reasons.reason import Language

ASSETS = files("pipelines.reports.html") / "assets"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
"""The page is rendered in the first and switches to the language of the browser."""


@cache
def load_translations() -> dict[str, dict[str, str]]:
    """Return all texts of `words.toml` and the labels of the kinds, by dotted key and language."""
    kinds: dict[str, dict[str, str]] = {
        f"kind.{name}": {each: kind.label(each) for each in LANGUAGES} for name, kind in all_kinds().items()
    }
    return dict(_flat(tomllib.loads((ASSETS / "words.toml").read_text("utf-8")))) | kinds


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, dict[str, str]]]:
    """Return the texts of nested tables with dotted keys."""
    if LANGUAGES[0] in table:
        return [(above, table)]
    return [found for key, below in table.items() for found in _flat(below, f"{above}.{key}" if above else key)]


def t(key: str, **values: object) -> Markup:
    """Return an element with a text that changes with the language; `values` replace `{name}` in it."""
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    text = load_translations()[key][LANGUAGES[0]].format(**shown)
    given = Markup(' data-values="{}"').format(json.dumps(values, ensure_ascii=False)) if values else ""
    return Markup('<span data-i18n="{}"{}>{}</span>').format(key, given, text)


def bilingual(texts: Mapping[Language, str]) -> Markup:
    """Return an element with a text given in all languages."""
    given = Markup(" ").join(Markup('data-{}="{}"').format(language, texts[language]) for language in LANGUAGES)
    return Markup('<bdi lang="{}" {}>{}</bdi>').format(LANGUAGES[0], given, texts[LANGUAGES[0]])


def label(text: str) -> Markup:
    """Return the element for a key, or the escaped text if it is no key."""
    return t(text) if text in load_translations() else escape(text)


def attribute(name: str, key: str) -> Markup:
    """Return an attribute whose text changes with the language."""
    return Markup('{}="{}" data-i18n-{}="{}"').format(name, load_translations()[key][LANGUAGES[0]], name, key)
