"""Client of DBLP: one record per request.

https://dblp.org/faq/How+can+I+fetch+DBLP+data.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from lxml import etree

from crawler.lookups.bibliographies.base import service_down
from crawler.papers.services.base import RecordService
from crawler.papers.values import build_paper, doi_in
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element

    from crawler.models.metadata import Paper

_MAX_RECORD = 1_000_000


class Dblp(RecordService):
    """Looks up records by their keys."""

    service: ClassVar[str] = "DBLP"
    host: ClassVar[str] = "dblp.org"
    schemes: ClassVar[frozenset[str]] = frozenset({"dblp"})

    def papers(self, scheme: str, ids: Sequence[str]) -> Mapping[str, Paper | None]:  # noqa: ARG002 - there is one
        """Return the records that exist, by key."""
        records = {key: self._record(key) for key in ids}
        return {key: _paper(key, record) for key, record in records.items() if record is not None}

    def _record(self, key: str) -> bytes | None:
        """Return a record as XML; None if there is none."""
        response = self._get(f"https://{self.host}/rec/{key}.xml")
        if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        if response.status_code != HTTPStatus.OK or b"<dblp" not in response.content[:1_000]:
            raise service_down(response)
        return response.content[:_MAX_RECORD]


def _paper(key: str, record: bytes) -> Paper | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(record, parser)
    entries = [] if root is None else [each for each in root if each.get("key") == key]
    if not entries:
        return None
    (entry, *_) = entries
    venue = next(iter(_texts(entry, "journal") or _texts(entry, "booktitle")), None)
    links = _texts(entry, "ee")
    title = next(iter(_texts(entry, "title")), "")
    return build_paper(
        title=title.removesuffix("."),
        authors=[_without_number(name) for name in _texts(entry, "author")],
        ids={"dblp": key, "doi": next((doi for link in links if (doi := doi_in(link))), None)},
        venue=venue,
        volume=next(iter(_texts(entry, "volume")), None),
        date=next(iter(_texts(entry, "year")), None),
        pages=next(iter(_texts(entry, "pages")), None),
        pdf_url=next((link for link in links if link.lower().endswith(".pdf")), None),
    )


def _texts(entry: _Element, name: str) -> list[str]:
    """Return the texts of the elements with a name; a title may have markup."""
    return [collapse_whitespace("".join(each.itertext())) for each in entry.iterfind(name)]


def _without_number(name: str) -> str:
    """Return a name without the number that tells persons of one name apart: `Wei Wang 0001`."""
    first, _, last = name.rpartition(" ")
    return first if first and len(last) == len("0001") and last.isdecimal() else name
