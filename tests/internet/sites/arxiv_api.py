"""export.arxiv.org: the Atom API at /api/query (info.arxiv.org/help/api/user-manual)."""

from __future__ import annotations

from html import escape
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.internet.messages import Request, Response, html
from tests.internet.sites import Site, arxiv
from tests.internet.world import Paper, World, find_paper
from tests.internet.world.papers import split_version, well_formed

if TYPE_CHECKING:
    from datetime import date

LONGEST_URL = 8_190
UPDATED = "2026-05-12T00:00:00Z"
FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>{id}</id>
  <title>{title}</title>
  <updated>{updated}</updated>{link}
  <opensearch:itemsPerPage>{per_page}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>{entries}
</feed>
"""


def answer(request: Request, world: World) -> Response:
    """Answer a query by `id_list`; searching is not offered."""
    if request.path != "/api/query":
        return arxiv.answer(request, world)
    if len(request.url) > LONGEST_URL:
        return html("<html><head><title>414 Request-URI Too Large</title></head></html>", 414)
    query = request.query
    asked = [arxiv_id.strip() for arxiv_id in query.get("id_list", "").split(",") if arxiv_id.strip()]
    if malformed := next((arxiv_id for arxiv_id in asked if not well_formed(arxiv_id)), None):
        return error_feed(f"incorrect id format for {malformed}")
    try:
        start, most = int(query.get("start", 0)), int(query.get("max_results", 10))
    except ValueError:
        return error_feed("start and max_results must be integers")
    found = [(paper, version) for arxiv_id in asked for paper, version in find(arxiv_id)]
    found.sort(key=lambda pair: Random(pair[0].id).random())  # as the real one: not in the order asked
    address = f"search_query=&start={start}&max_results={most}&id_list={','.join(asked)}"
    return atom(
        FEED.format(
            id="https://arxiv.org/api/small-internet",
            title=escape(f"arXiv Query: search_query=&id_list={','.join(asked)}&start={start}&max_results={most}"),
            updated=UPDATED,
            link=f'\n  <link href="https://arxiv.org/api/query?{escape(address)}" type="application/atom+xml"/>',
            per_page=most,
            total=len(found),
            start=start,
            entries="".join(entry(paper, version) for paper, version in found[start : start + most]),
        )
    )


def find(arxiv_id: str) -> list[tuple[Paper, int]]:
    """Return the paper and the version asked for, or the newest; nothing when there is none."""
    bare, version = split_version(arxiv_id)
    paper = find_paper(bare)
    if paper is None or (version or 1) > paper.version:
        return []
    return [(paper, version or paper.version)]


def entry(paper: Paper, version: int) -> str:
    """Return a paper's entry."""
    where = f"{paper.id}v{version}"
    affiliation = (
        f"\n      <arxiv:affiliation>{escape(paper.affiliation)}</arxiv:affiliation>" if paper.affiliation else ""
    )
    lines = [
        f"<id>http://arxiv.org/abs/{where}</id>",
        f"<title>{escape(paper.title)}</title>",
        f"<updated>{moment(paper.updated if version == paper.version else paper.published)}</updated>",
        f'<link href="https://arxiv.org/abs/{where}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{where}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{escape(paper.summary)}</summary>",
        *(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in paper.categories),
        f"<published>{moment(paper.published)}</published>",
        f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else "",
        f'<arxiv:primary_category term="{paper.categories[0]}"/>',
        f"<arxiv:journal_ref>{escape(paper.journal_ref)}</arxiv:journal_ref>" if paper.journal_ref else "",
        *(f"<author>\n      <name>{escape(name)}</name>{affiliation}\n    </author>" for name in paper.authors),
        f"<arxiv:doi>{paper.doi}</arxiv:doi>" if paper.doi else "",
        f'<link rel="related" href="https://doi.org/{paper.doi}" title="doi"/>' if paper.doi else "",
    ]
    return "\n  <entry>\n" + "\n".join(f"    {line}" for line in lines if line) + "\n  </entry>"


def error_feed(message: str) -> Response:
    """Return the feed that reports an error, with status 400."""
    where = f"https://arxiv.org/api/errors#{quote(message.replace(' ', '_'))}"
    body = (
        f"\n  <entry>\n    <id>{where}</id>\n    <title>Error</title>\n    <updated>{UPDATED}</updated>\n"
        f'    <link href="{where}" rel="alternate" type="text/html"/>\n    <summary>{escape(message)}</summary>\n'
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>"
    )
    title = "arXiv Search Results"
    feed = FEED.format(
        id="https://arxiv.org/", title=title, updated=UPDATED, link="", per_page=1, total=1, start=0, entries=body
    )
    return atom(feed, 400)


def atom(feed: str, status: int = 200) -> Response:
    """Return a feed as an answer."""
    return Response(status, feed.encode(), {"Content-Type": "application/atom+xml; charset=utf-8"})


def moment(day: date) -> str:
    """Return a day as the API writes times."""
    return f"{day.isoformat()}T00:00:00Z"


SITES = (Site(hosts=("export.arxiv.org",), answer=answer, robots=arxiv.ROBOTS, https_only=True),)
