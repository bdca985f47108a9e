"""Papers of the ACL Anthology: known by the metadata in the head of their pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from scrapy.http import TextResponse

from crawler.html import parse_html
from crawler.kinds.base import Kind
from crawler.links.canonical_url import hostname
from crawler.models.link import Link
from crawler.models.metadata import Paper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy.http import Response

HOST = "aclanthology.org"

# https://aclanthology.org/info/ids/: `N19-1423` until 2019, `2020.acl-main.747` since.
_PAGE = re.compile(r"/([A-Z]\d\d-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?:v\d+)?(?:\.pdf)?/?")


class Acl(Kind):
    """A paper by its id in the Anthology."""

    name = "acl"
    labels: ClassVar[Mapping[str, str]] = {"en": "ACL Anthology", "zh": "ACL 文集"}
    metadata_type = Paper
    citation_source = True
    text_hosts = (HOST,)

    def recognize(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the path says it all
        """Recognize the page and the PDF of a paper."""
        match = _PAGE.fullmatch(parts.path) if hostname(parts) == HOST else None
        return None if match is None else Link(self.url_of(match[1]), self.name, match[1], HOST)

    def url_of(self, identity: str) -> str:
        """Return the address of a paper's page."""
        return f"https://{HOST}/{identity}/"

    def metadata(self, response: Response) -> Paper | None:
        """Return what a paper's page says for reference managers."""
        page = _PAGE.fullmatch(response.url.partition(HOST)[2])
        if page is None or not isinstance(response, TextResponse):
            return None
        said: dict[str, list[str]] = {}
        for meta in parse_html(response.text).select('meta[name^="citation_"]'):
            said.setdefault(str(meta["name"]).removeprefix("citation_"), []).append(str(meta.get("content", "")))
        if not (title := said.get("title")):
            return None
        year, _, month = said.get("publication_date", [""])[0].partition("/")
        return Paper(
            title[0],
            {"acl": page[1]} | ({"doi": said["doi"][0]} if "doi" in said else {}),
            tuple(said.get("author", ())),
            journal_ref=next(iter(said.get("conference_title", said.get("journal_title", ()))), None),
            published=datetime(int(year), int(month or 1), 1, tzinfo=UTC) if year.isdecimal() else None,
        )
