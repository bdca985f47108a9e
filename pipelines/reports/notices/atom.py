"""Write `changes.atom` (RFC 4287): an entry for each run in which links changed, the latest first."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from crawler.atomic_files import replace_atomically
from crawler.links.secrets import masked_xml
from crawler.models.link import Change
from crawler.store.notes.renderings import ALL_NOTES
from pipelines.reports.contract import LANGUAGE, LINKS, RUN
from pipelines.reports.lazy_modules import etree
from pipelines.reports.notices.news import News, group_label, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import Rendering, TakeLink

INPUTS, FILES, SHOWS_CHANGES = (LINKS, RUN, LANGUAGE), ("changes.atom",), True

MAX_ENTRIES = 50
"""Runs in the feed."""

_VERSION = "1"
_NAMESPACE = "http://www.w3.org/2005/Atom"


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink]:
    """Write the file after all links were taken; the entries of earlier runs are kept in the link database."""
    news, store = News(), rendering.store
    yield news.take
    version, text = store.shared_fragment(__name__)
    known: list[dict[str, Any]] = json.loads(text) if version == _VERSION else []
    began = store.run_started_at()
    if began is not None and (entry := entry_of(news, began.strftime("%Y-%m-%dT%H:%M:%SZ"))):
        known = [entry, *(each for each in known if each["updated"] != entry["updated"])][:MAX_ENTRIES]
        store.save_fragments([(ALL_NOTES, __name__, _VERSION, json.dumps(known, ensure_ascii=False))])
    feed_id = uuid5(NAMESPACE_URL, f"notemend:{rendering.notes_folder.folder.resolve().name}").urn
    with replace_atomically(rendering.output_dir / FILES[0]) as draft:
        draft.write_bytes(feed(feed_id, known))


def entry_of(news: News, updated: str) -> dict[str, Any] | None:
    """Return the entry of a run as JSON values; None if nothing changed."""
    title = headline(news.totals)
    groups = [(name, count, links) for name, count, links in news.groups if name in tuple(Change)]
    lines = [
        f"{group_label(name)}: {' '.join(filter(None, (link.location, link.url, link.reason, link.replacement)))}"
        for name, _, links in groups
        for link in links
    ]
    more = sum(count - len(links) for _, count, links in groups)
    lines += [f"… {more}"] if more else []
    return {"title": title, "updated": updated, "lines": lines} if title else None


def feed(feed_id: str, entries: list[dict[str, Any]]) -> bytes:
    """Return the feed with entries of `entry_of`."""
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})
    _text(root, "id", feed_id)
    _text(root, "title", "notemend")
    _text(root, "updated", entries[0]["updated"] if entries else "1970-01-01T00:00:00Z")
    _text(_text(root, "author"), "name", "notemend")
    for each in entries:
        entry = _text(root, "entry")
        _text(entry, "id", f"{feed_id}#{each['updated']}")
        _text(entry, "title", each["title"])
        _text(entry, "updated", each["updated"])
        _text(entry, "content", "\n".join(each["lines"])).set("type", "text")
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return body


def _text(parent: Any, name: str, text: str = "") -> Any:
    made = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    made.text = masked_xml(text) or None
    return made
