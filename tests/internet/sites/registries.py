"""Who knows papers outside of arXiv: publishers' pages, Crossref, DataCite, doi.org, OpenReview, DBLP."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.internet.messages import Request, Response, as_json, html, not_found, page
from tests.internet.sites import Site
from tests.internet.sites.elsewhere import answer as ordinary
from tests.internet.world.papers import table
from tests.internet.world.works import Work, works

if TYPE_CHECKING:
    from tests.internet.world import World

PDF = Response(200, b"%PDF-1.5\n", {"Content-Type": "application/pdf"})
PUBLISHERS = (
    *("dl.acm.org", "link.springer.com", "www.biorxiv.org", "www.medrxiv.org", "papers.ssrn.com"),
    *("www.sciencedirect.com", "www.nature.com"),
)
_STYLES = ("highwire", "json_ld", "xplore")


def answer_page(request: Request, world: World) -> Response:
    """Answer with the page of a paper, or its PDF; with an ordinary page at other addresses."""
    for work in works():
        if work.style in _STYLES and request.url == work.page:
            return html(_page(work))
        if request.url in work.addresses:
            is_pdf = "pdf" in request.url or "stamp" in request.url
            return PDF if is_pdf else html(_page(work)) if work.style in _STYLES else page(work.title)
    return ordinary(request, world)


def answer_publisher(request: Request, world: World) -> Response:
    """Refuse programs that want a paper, as publishers do."""
    refuses = any(request.url in work.addresses for work in works())
    return page("Just a moment", "", 403) if refuses else ordinary(request, world)


def answer_doi(request: Request, world: World) -> Response:
    """Say where DOIs are registered, and not that they lead to pages that refuse programs."""
    if request.path.startswith("/doiRA/"):
        dois = unquote(request.path.removeprefix("/doiRA/")).split(",")
        return as_json([_agency(doi) for doi in dois])
    if any(request.url in work.addresses for work in works()):
        return page("Just a moment", "", 403)
    return not_found() if request.path.startswith("/10.9999/") else ordinary(request, world)


def _agency(doi: str) -> dict[str, str]:
    names = {"crossref": "Crossref", "datacite": "DataCite", "agency": "ISTIC"}
    found = next((names[work.style] for work in works() if work.style in names and work.doi == doi.lower()), None)
    return {"DOI": doi, "RA": found} if found else {"DOI": doi, "status": "DOI does not exist"}


def answer_crossref(request: Request, _: World) -> Response:
    """Answer GET /works?filter=doi:a,doi:b, with alternative-id and updates likewise, and searches for citations."""
    if request.path == "/works" and (wanted := request.query.get("query.bibliographic")):
        same = [_record(work) for work in works() if work.style == "crossref" and work.title == wanted]
        return as_json({"status": "ok", "message-type": "work-list", "message": {"items": same}})
    filters = [each.partition(":")[::2] for each in request.query.get("filter", "").split(",")]
    if request.path != "/works" or not {name for name, _ in filters} <= {"doi", "alternative-id", "updates"}:
        return as_json({"status": "failed", "message-type": "validation-failure"}, 400)
    asked = {(name, value.lower()) for name, value in filters}
    known = [*(work for work in works() if work.style == "crossref"), *_on_arxiv()]
    items = [_record(work) for work in known if {("doi", work.doi), ("alternative-id", work.pii.lower())} & asked]
    items += [
        {"DOI": doi, "update-to": [{"DOI": work.doi, "type": type_}]}
        for work in known
        for type_, doi in work.notices[:1]
        if ("updates", work.doi) in asked
    ]
    return as_json({"status": "ok", "message-type": "work-list", "message": {"items": items}})


@cache
def _on_arxiv() -> list[Work]:
    """Return the papers on arXiv that were published with a DOI."""
    names = ("title", "authors", "doi", "notices")
    papers = (paper for paper in table().values() if paper.doi)
    return [Work(style="crossref", kind="", addresses=(), **{n: getattr(each, n) for n in names}) for each in papers]


def _record(work: Work) -> dict[str, Any]:
    """Return a record; the first notice says itself what it is about, others are in the record."""
    updated_by = [{"DOI": doi, "type": type_, "source": "retraction-watch"} for type_, doi in work.notices[1:]]
    names = [name.rpartition(" ") for name in work.authors]
    return {
        "DOI": work.doi,
        "title": [work.title],
        "author": [{"given": given, "family": family} for given, _, family in names],
        "container-title": [work.printed_in] if work.printed_in else [],
        "published-print": {"date-parts": [[work.year]]},
        "issued": {"date-parts": [[work.year]]},
        "alternative-id": [work.pii] if work.pii else [],
        **({"updated-by": updated_by} if updated_by else {}),
        **{name: value for name, value in {"volume": work.volume, "page": work.pages}.items() if value},
    }


def answer_datacite(request: Request, _: World) -> Response:
    """Answer GET /dois?query=doi:("a" OR "b")."""
    asked = set(re.findall(r'"([^"]+)"', request.query.get("query", "")))
    data = [
        {
            "id": work.doi,
            "attributes": {
                "doi": work.doi,
                "titles": [{"title": work.title}],
                "creators": [{"name": ", ".join(reversed(name.split()))} for name in work.authors],
                "publicationYear": work.year,
            },
        }
        for work in works()
        if work.style == "datacite" and work.doi in asked
    ]
    return as_json({"data": data, "meta": {"total": len(data)}})


def answer_openreview(request: Request, _: World) -> Response:
    """Answer GET /notes?id=… of both versions of the API: each has its own papers."""
    style = "openreview_v2" if request.host == "api2.openreview.net" else "openreview_v1"
    found = [work for work in works() if work.style == style and work.forum == request.query.get("id")]
    if not found:
        return as_json({"name": "NotFoundError", "status": 404}, 404)
    return as_json({"notes": [_note(work, wraps=style == "openreview_v2") for work in found], "count": 1})


def _note(work: Work, *, wraps: bool) -> dict[str, Any]:
    content = {
        "title": work.title,
        "authors": list(work.authors),
        "venue": work.comment,
        "venueid": work.openreview,
        "pdf": "/pdf/0123.pdf",
    }
    milliseconds = (work.year - 1970) * 31_557_600_000 + 86_400_000
    values = {name: {"value": value} for name, value in content.items()} if wraps else content
    return {"id": work.forum, "forum": work.forum, "cdate": milliseconds, "content": values}


def answer_dblp(request: Request, world: World) -> Response:
    """Answer GET /rec/KEY.xml."""
    key = request.path.removeprefix("/rec/").removesuffix(".xml")
    work = next((work for work in works() if work.dblp and work.dblp == key), None)
    if work is None:
        return ordinary(request, world) if not request.path.endswith(".xml") else not_found()
    authors = "".join(f"<author>{escape(name)}</author>" for name in work.authors)
    record = (
        f'<?xml version="1.0"?>\n<dblp><inproceedings key="{key}">{authors}<title>{escape(work.title)}.</title>'
        f"<pages>{work.pages}</pages><year>{work.year}</year><booktitle>{work.printed_in}</booktitle>"
        "</inproceedings></dblp>"
    )
    return Response(200, record.encode(), {"Content-Type": "application/xml"})


# --- pages ------------------------------------------------------------------------------------------------------------


def _page(work: Work) -> str:
    head = {"highwire": _highwire, "json_ld": _json_ld, "xplore": _xplore}[work.style](work)
    title = escape(work.title)
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><h1>{title}</h1></body></html>"


def _highwire(work: Work) -> str:
    first, _, last = work.pages.partition("-")
    tags = [("title", work.title), *(("author", ", ".join(name.split()[::-1])) for name in work.authors)]
    tags += [("publication_date", str(work.year)), ("conference_title", work.conference), ("volume", work.volume)]
    tags += [("journal_title", work.journal), ("firstpage", first), ("lastpage", last), ("doi", work.doi)]
    pdf = next((each for each in work.addresses if "pdf" in each), "")
    tags += [("pdf_url", urlsplit(pdf).path)]
    return "".join(f'<meta name="citation_{name}" content="{escape(text)}">' for name, text in tags if text)


def _json_ld(work: Work) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": work.title,
        "author": [{"@type": "Person", "name": name} for name in work.authors],
        "datePublished": str(work.year),
        "isPartOf": {"@type": "Periodical", "name": work.printed_in},
    }
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def _xplore(work: Work) -> str:
    first, _, last = work.pages.partition("-")
    data = {
        "title": work.title,
        "authors": [{"name": name} for name in work.authors],
        "publicationTitle": work.printed_in,
        "publicationYear": str(work.year),
        "startPage": first,
        "endPage": last,
        "doi": work.doi,
    }
    return f"<script>xplGlobal.document.metadata={json.dumps(data)};</script>"


SITES = (
    Site(
        hosts=(
            *("openaccess.thecvf.com", "aclanthology.org", "www.aclweb.org", "proceedings.neurips.cc"),
            *("papers.nips.cc", "proceedings.mlr.press", "www.jmlr.org", "jmlr.org", "ieeexplore.ieee.org"),
            *("paperswithcode.com", "openreview.net", "www.semanticscholar.org", "dblp.uni-trier.de"),
        ),
        answer=answer_page,
    ),
    Site(hosts=PUBLISHERS, answer=answer_publisher),
    Site(hosts=("doi.org", "dx.doi.org"), answer=answer_doi),
    Site(hosts=("api.crossref.org",), answer=answer_crossref, robots="", https_only=True),
    Site(hosts=("api.datacite.org",), answer=answer_datacite, robots="", https_only=True),
    Site(hosts=("api.openreview.net", "api2.openreview.net"), answer=answer_openreview, robots="", https_only=True),
    Site(hosts=("dblp.org",), answer=answer_dblp),
)
