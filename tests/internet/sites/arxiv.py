"""arxiv.org: abstract pages and PDFs."""

from __future__ import annotations

import re
from html import escape

from tests.internet.messages import Request, Response, html, not_found, page, redirect
from tests.internet.sites import Site
from tests.internet.templates import fill
from tests.internet.world import Paper, World, find_paper
from tests.internet.world.papers import split_version, well_formed

ROBOTS = "User-agent: *\nCrawl-delay: 15\nAllow: /abs\nAllow: /pdf\nDisallow: /e-print/\nDisallow: /src/\n"
# The least that opens as a PDF.
PDF = (
    b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
MIRRORED = re.compile(r"/ftp/[a-z-]+/papers/(?:pdf/)?\d{4}/(.+)\.pdf")


def answer(request: Request, _world: World) -> Response:
    """Answer `/abs/ID` and `/pdf/ID`; a PDF's name with its suffix is redirected to the one without."""
    path = request.path
    if mirrored := MIRRORED.fullmatch(path):
        path = f"/pdf/{mirrored[1]}"
    _, _, rest = path.partition("/")
    kind, _, wanted = rest.partition("/")
    if kind == "pdf" and wanted.endswith(".pdf"):
        return redirect(f"https://{request.host}/pdf/{wanted.removesuffix('.pdf')}")
    if kind not in {"abs", "pdf"}:
        return page("arXiv.org e-Print archive") if path == "/" else not_found()
    if not well_formed(wanted):
        return page(f"Article identifier '{wanted}' not recognized", "Identifiers have the form YYMM.NNNNN.", 404)
    bare, version = split_version(wanted)
    paper = find_paper(bare)
    if paper is None or (version or 1) > paper.version or (kind == "pdf" and paper.withdrawn):
        return missing(wanted, kind)
    if kind == "pdf":
        return Response(body=PDF, headers={"Content-Type": "application/pdf"})
    return html(abstract(paper, version or paper.version))


def missing(wanted: str, kind: str) -> Response:
    """Return the page for an id that nobody has been given, with the words arXiv has for it."""
    if kind == "pdf":
        return html(
            f"<html><head><title>No document</title></head><body><h1>No document for '{wanted}'</h1></body></html>", 404
        )
    words = f"There is no record of an article with identifier '{wanted}'."
    markup = f"<h1>Article {wanted} not found</h1>\n<p>{words}</p>"
    return html(f"<html><head><title>[{wanted}] Article not found</title></head><body>\n{markup}\n</body></html>", 404)


def abstract(paper: Paper, version: int) -> str:
    """Return the abstract page of a paper."""
    metas = [
        ("citation_title", paper.title),
        *(("citation_author", f"{name.rpartition(' ')[2]}, {name.rpartition(' ')[0]}") for name in paper.authors),
        ("citation_date", f"{paper.published:%Y/%m/%d}"),
        ("citation_online_date", f"{paper.updated:%Y/%m/%d}"),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{paper.id}"),
        ("citation_arxiv_id", paper.id),
        ("citation_abstract", paper.summary),
    ]
    if paper.doi:
        metas.insert(2, ("citation_doi", paper.doi))
    cells = [("comments", paper.comment), ("jref", paper.journal_ref), ("doi", paper.doi)]
    return fill(
        "abstract",
        id=paper.id,
        version=version,
        title=escape(paper.title),
        metas="\n".join(f'<meta name="{name}" content="{escape(value)}" />' for name, value in metas),
        authors=", ".join(
            f'<a href="/search/?query={escape(name)}" rel="nofollow">{escape(name)}</a>' for name in paper.authors
        ),
        summary=escape(paper.summary),
        subject=paper.categories[0],
        cells="\n".join(f'<tr><td class="tablecell {kind}">{escape(text)}</td></tr>' for kind, text in cells if text),
        date=f"{paper.published:%-d %b %Y}",
    )


SITES = (Site(hosts=("arxiv.org", "www.arxiv.org"), answer=answer, robots=ROBOTS, https_only=True),)
