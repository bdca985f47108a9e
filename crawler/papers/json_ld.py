"""Read the article that a page describes in JSON-LD, in the words of schema.org. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.lookups.values import text_or_number_in, value_at
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = re.compile(
    r"<script\b[^<>]{0,300}\btype\s*=\s*[\"']?application/ld\+json\b[^<>]{0,300}>([^<]{2,200000})", re.IGNORECASE
)
_MAX_SCRIPTS = 5
_MAX_NODES = 500
_TYPES = frozenset({"ScholarlyArticle", "MedicalScholarlyArticle", "Chapter", "Thesis", "Report"})
_CONTAINERS = ("isPartOf", "publication", "mainEntity", "mainEntityOfPage", "@graph", "about")


def article_tags(markup: str) -> dict[str, list[str]]:
    """Return what JSON-LD says of an article, under the names of `citation_*` tags; {} if it describes none."""
    for number, script in enumerate(_SCRIPT.finditer(markup)):
        if number == _MAX_SCRIPTS:
            break
        try:
            data = json.loads(script[1])
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            if _types(node) & _TYPES and (tags := _tags(node)).get("title"):
                return tags
    return {}


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document, the outer ones first, and those that they are about."""
    waiting, count = [data], 0
    while waiting and count < _MAX_NODES:
        node = waiting.pop(0)
        count += 1
        if isinstance(node, list):
            waiting += node[:_MAX_NODES]
        elif isinstance(node, dict):
            yield node
            waiting += [node[name] for name in _CONTAINERS if name in node]


def _types(node: dict[str, Any]) -> set[str]:
    types = node.get("@type")
    return {each for each in (types if isinstance(types, list) else [types]) if isinstance(each, str)}


def _tags(node: dict[str, Any]) -> dict[str, list[str]]:
    said = {
        "title": [node.get("headline"), node.get("name")],
        "author": _names(node.get("author") or node.get("creator")),
        "abstract": [node.get("abstract"), node.get("description")],
        "publication_date": [node.get("datePublished"), node.get("dateCreated")],
        "doi": [node.get("doi"), *_identifiers(node)],
        "firstpage": [node.get("pageStart")],
        "lastpage": [node.get("pageEnd")],
        "pages": [node.get("pagination")],
        "pdf_url": [value_at(each, "contentUrl") for each in _listed(node.get("encoding"))],
        **_container(node),
    }
    texts = {name: [_text(value) for value in values] for name, values in said.items()}
    return {name: found for name, values in texts.items() if (found := [each for each in values if each])}


def _names(value: Any) -> list[Any]:
    """Return the names of persons: of objects, or as they are."""
    return [each if isinstance(each, str) else _person(each) for each in _listed(value)]


def _person(node: Any) -> Any:
    given, family = _text(value_at(node, "givenName")), _text(value_at(node, "familyName"))
    return value_at(node, "name") or f"{given} {family}".strip()


def _identifiers(node: dict[str, Any]) -> Iterator[Any]:
    for each in (*_listed(node.get("identifier")), *_listed(node.get("sameAs")), node.get("@id")):
        yield value_at(each, "value") if isinstance(each, dict) else each


def _container(node: dict[str, Any]) -> dict[str, list[Any]]:
    """Return volume and name of what an article is part of: issue, volume and periodical stand in one another."""
    found: dict[str, list[Any]] = {"journal_title": [], "volume": []}
    part = node.get("isPartOf")
    for _ in range(4):
        part = part[0] if isinstance(part, list) and part else part
        if isinstance(part, str):
            found["journal_title"].append(part)
        if not isinstance(part, dict):
            break
        found["journal_title"].append(part.get("name"))
        found["volume"].append(part.get("volumeNumber"))
        part = part.get("isPartOf")
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return collapse_whitespace(text_or_number_in(value) or "")
