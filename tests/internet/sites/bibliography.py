"""api.semanticscholar.org (a batch of papers) and api.openalex.org (one work by its DOI): where papers appeared."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import unquote

from tests.internet.messages import Request, Response, as_json
from tests.internet.sites import Site
from tests.internet.world import Paper, World, find_paper
from tests.internet.world.papers import split_version, table
from tests.internet.world.works import Work, works

MOST = 500
Json = dict[str, Any]


def answer_semantic_scholar(request: Request, _: World) -> Response:
    """Answer POST /graph/v1/paper/batch?fields=…: one paper or null for each id, in the order asked."""
    if request.path == "/graph/v1/paper/search/match":
        return _matching(request.query.get("query", ""), set(request.query.get("fields", "").split(",")))
    if request.path != "/graph/v1/paper/batch" or request.method != "POST":
        return as_json({"error": f"Endpoint {request.path} not found"}, 404)
    try:
        ids = list(json.loads(request.body)["ids"])
    except (ValueError, KeyError, TypeError):
        return as_json({"error": "Unrecognized or unsupported fields: []"}, 400)
    if not 0 < len(ids) <= MOST:
        return as_json({"error": f"Number of ids must be between 1 and {MOST}"}, 400)
    known = {work.s2: work for work in works() if work.s2}
    if not any(identified(wanted) or wanted in known for wanted in ids):
        return as_json({"error": "No valid paper ids given"}, 400)
    fields = set(request.query.get("fields", "").split(","))
    return as_json([_of_work(known[wanted]) if wanted in known else _of_paper(wanted, fields) for wanted in ids])


def _matching(title: str, fields: set[str]) -> Response:
    """Answer GET /graph/v1/paper/search/match?query=…: the paper with that title."""
    same = (paper for paper in table().values() if paper.title.casefold() == title.casefold())
    if (paper := next(same, None)) is None:
        return as_json({"error": "Title match not found"}, 404)
    return as_json({"data": [selected(paper, fields) | {"matchScore": 200.0}]})


def _of_paper(wanted: str, fields: set[str]) -> Json | None:
    paper = identified(wanted)
    return None if paper is None else selected(paper, fields)


def _of_work(work: Work) -> Json:
    """Return a paper outside of arXiv."""
    return {
        "paperId": work.s2,
        "title": work.title,
        "venue": work.s2_venue,
        "year": work.year,
        "authors": [{"name": name} for name in work.authors],
        "externalIds": {"DOI": work.doi} if work.doi else {},
    }


def identified(wanted: str) -> Paper | None:
    """Return the paper of `ARXIV:id` or `DOI:doi`."""
    scheme, _, value = wanted.partition(":")
    match scheme.upper():
        case "ARXIV":
            return find_paper(split_version(value)[0])
        case "DOI" if value.lower().startswith("10.48550/arxiv."):
            return find_paper(value[len("10.48550/arxiv.") :])
        case "DOI":
            return next((paper for paper in table().values() if paper.doi == value), None)
    return None


def selected(paper: Paper, fields: set[str]) -> Json:
    """Return the fields asked for; `paperId` always comes with them, a field asked for in parts comes whole."""
    number = f"{Random(f'paper id {paper.id}').getrandbits(160):040x}"
    external = {"ArXiv": paper.id, "CorpusId": int(number[:7], 16)} | ({"DOI": paper.doi} if paper.doi else {})
    venue = {"id": number[::-1][:36], "name": paper.venue, "type": "conference"}
    everything: Json = {
        "externalIds": external,
        "corpusId": external["CorpusId"],
        "title": paper.title,
        "venue": paper.venue or "arXiv.org",
        "year": paper.year or paper.published.year,
        "publicationVenue": venue if paper.venue else {"name": "arXiv.org", "alternate_names": ["ArXiv"]},
        "publicationDate": paper.published.isoformat(),
        "publicationTypes": ["JournalArticle"],
        "journal": {"name": paper.venue or f"ArXiv, abs/{paper.id}"},
        "authors": [{"authorId": str(number_), "name": name} for number_, name in enumerate(paper.authors, 1000)],
    }
    asked = {field.partition(".")[0] for field in fields}
    return {"paperId": number} | {name: value for name, value in everything.items() if name in asked}


def answer_openalex(request: Request, _: World) -> Response:
    """Answer GET /works/doi:DOI or /works/https://doi.org/DOI; a search for words in titles finds nothing."""
    if request.path == "/works" and request.query.get("filter", "").startswith("title.search:"):
        return as_json({"meta": {"count": 0}, "results": []})
    wanted = unquote(request.path.removeprefix("/works/")).removeprefix("https://doi.org/").removeprefix("doi:")
    paper = identified(f"DOI:{wanted}")
    if paper is None:
        return as_json({"error": "Not Found", "message": "The requested resource could not be found."}, 404)
    name, kind = (
        (paper.venue, "conference")
        if paper.venue
        else (paper.journal_ref, "journal")
        if paper.journal_ref
        else ("arXiv (Cornell University)", "repository")
    )
    source = {"display_name": name, "type": kind}
    return as_json(
        {
            "id": "https://openalex.org/W1",
            "doi": f"https://doi.org/{wanted.lower()}",
            "title": paper.title,
            "display_name": paper.title,
            "publication_year": paper.year or paper.published.year,
            "publication_date": paper.published.isoformat(),
            "type": "article",
            "primary_location": {
                "version": "publishedVersion",
                "source": source,
                "raw_source_name": name,
                "landing_page_url": f"https://doi.org/{wanted}",
            },
            "locations": [{"source": source, "landing_page_url": f"http://arxiv.org/abs/{paper.id}"}],
            "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        }
    )


SITES = (
    Site(hosts=("api.semanticscholar.org",), answer=answer_semantic_scholar, robots="", https_only=True),
    Site(hosts=("api.openalex.org",), answer=answer_openalex, robots="", https_only=True),
)
