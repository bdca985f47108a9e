"""Papers that notes list by their titles alone: what is searched, where, and what is offered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from crawler.lookups.bibliographies.title_search import CrossrefTitles, OpenAlexTitles, SemanticScholarTitles
from crawler.lookups.session import open_session
from crawler.models.metadata import Publication
from crawler.notes import parser
from crawler.notes.works.bare_titles import bare_title
from crawler.store.external_sources import PUBLICATION_RETRY
from pipelines.consistency.bare_titles import bare_title_findings
from pipelines.works.title_stage import search_in
from tests.internet.messages import as_json
from tests.support.storing import NIGHT, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests_cache import CachedSession

    from crawler.store.link_store import LinkStore
    from tests.internet import Internet, Request
    from tests.internet.messages import Response

pytest_plugins = ["tests.support.databases", "tests.internet.fixtures"]

TITLE = "Query Plans That Dream of Electric Joins"
AUTHORS = ("Ada Lovelace", "Émilie du Châtelet")


def listed(title: str = TITLE, behind: str = "(SIGMOD 2020)", count: int = 10) -> str:
    """Return a note with a list of works without links; `title` is the first."""
    items = [
        f"* {title} {behind}",
        *(f"* Some Other Work on Joins Number {at} (SIGMOD 2020)" for at in range(1, count)),
    ]
    return "\n".join(["## Joins", "", *items, ""])


# --- what is searched -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (listed(), TITLE),
        (
            "1. **梦**\n   - Paper: Query Plans That Dream of Electric Joins\n   - Code: [x](https://github.com/a/b)\n",
            TITLE,
        ),
        (
            "1. **梦**\n   - Paper: [x](https://arxiv.org/abs/2204.00001)\n   - Code: [x](https://github.com/a/b)\n",
            None,
        ),
        (f"1. [{TITLE}](https://mp.weixin.qq.com/s/A)\n   - Code: [x](https://github.com/a/b)\n", None),
        (f"- [{TITLE}](https://blog.example/joins)\n  - Code: [x](https://github.com/a/b)\n", None),
        ("1. **Segment Anything**\n   - Code: [x](https://github.com/a/b)\n", None),
    ],
)
def test_titles_without_a_link(text: str, expected: str | None) -> None:
    note = parser.parse_note("a.md", text.encode())
    titles = [bare_title(note, entry) for entry in note.entries]
    assert titles[:1] == ([expected] if titles else [])
    assert titles or expected is None


def test_titles_are_searched_while_a_note_has_them(store: LinkStore) -> None:
    store.register_titles({"a.md": {"One", "Two"}, "b.md": {"Two"}})
    store.register_titles({"a.md": {"Two", "Three"}})
    assert store.bare_titles() == {"a.md": ["Three", "Two"], "b.md": ["Two"]}
    store.save_publications("x", {"Two": Publication()}, NOW)
    assert store.titles_to_search("x", NOW + NIGHT) == ["Three"]
    assert store.titles_to_search("x", NOW + PUBLICATION_RETRY + NIGHT) == ["Three", "Two"]
    store.forget_other_notes(["b.md"])
    assert store.titles_to_search("y", NOW) == ["Two"]
    store.register_titles({"b.md": set()})
    assert not store.has_bare_titles()


# --- searching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def session(online: Internet, tmp_path: Path) -> Iterator[CachedSession]:
    with open_session(tmp_path / "cache.sqlite", user_agent="tests", delay=0) as opened:
        yield opened


def of_semantic_scholar(request: Request) -> Response:
    """Answer as the documentation of `paper/search/match` says."""
    if request.path != "/graph/v1/paper/search/match" or request.query["query"] != TITLE:
        return as_json({"error": "Title match not found"}, 404)
    record = {
        "paperId": "f" * 40,
        "matchScore": 174.2298,
        "title": TITLE,
        "authors": [{"authorId": "1", "name": name} for name in AUTHORS],
        "year": 2020,
        "venue": "SIGMOD Conference",
        "externalIds": {"ArXiv": "2001.00001", "DOI": "10.1145/1.2"},
    }
    return as_json({"data": [record]})


def of_crossref(request: Request) -> Response:
    """Answer a search in `works`: what is most similar comes first, whether it is the same or not."""
    known = request.query["query.bibliographic"] == "Some Other Work on Joins Number 1"
    items = [
        {
            "DOI": "10.14778/3.4" if known else "10.1/Else",
            "title": ["Some other work on joins, number 1" if known else "Something else altogether"],
            "author": [{"given": "Émilie", "family": "du Châtelet"}],
            "container-title": ["Proc. VLDB Endow."],
            "issued": {"date-parts": [[2020, 1]]},
        }
    ]
    return as_json({"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": items}})


def of_openalex(request: Request) -> Response:
    wanted = request.query["filter"].removeprefix("title.search:")
    work = {
        "id": "https://openalex.org/W1",
        "doi": "https://doi.org/10.5/6",
        "title": f"{wanted}.",
        "publication_year": 2020,
        "authorships": [{"author": {"display_name": "Ada Lovelace"}}],
    }
    return as_json({"meta": {"count": 1}, "results": [work] if "Number 2" in wanted else []})


def search_all(store: LinkStore, session: CachedSession, night: float = 0) -> None:
    for client in (SemanticScholarTitles, CrossrefTitles, OpenAlexTitles):
        search_in(store, client(session, "me@example.com", "secret"), NOW + night * NIGHT, lambda: math.inf)


def test_each_service_is_asked_for_what_those_before_it_do_not_know(
    store: LinkStore, session: CachedSession, online: Internet
) -> None:
    online.fault("https://api.semanticscholar.org/*", of_semantic_scholar)
    online.fault("https://api.crossref.org/*", of_crossref)
    online.fault("https://api.openalex.org/*", of_openalex)
    others = [f"Some Other Work on Joins Number {at}" for at in (1, 2, 3)]
    store.register_titles({"a.md": {TITLE, *others}})
    search_all(store, session)
    asked = [request.host for request in online.requests]
    assert [asked.count(f"api.{name}.org") for name in ("semanticscholar", "crossref", "openalex")] == [4, 3, 2]
    found = {
        name: {title: record for title, record in store.publications(name, [TITLE, *others]).items() if record.title}
        for name in (SemanticScholarTitles.name, CrossrefTitles.name, OpenAlexTitles.name)
    }
    (ours,) = found[SemanticScholarTitles.name].values()
    assert (ours.arxiv_id, ours.authors, ours.year, ours.ids["s2"]) == ("2001.00001", AUTHORS, 2020, "f" * 40)
    (registered,) = found[CrossrefTitles.name].values()
    assert (registered.ids, registered.authors, registered.year) == ({"doi": "10.14778/3.4"}, (AUTHORS[1],), 2020)
    (work,) = found[OpenAlexTitles.name].values()
    assert (work.title, work.ids) == (f"{others[1]}.", {"doi": "10.5/6"})
    online.forget()
    search_all(store, session, 1)
    assert online.requests == []


def test_a_service_that_is_down_is_asked_again(store: LinkStore, session: CachedSession, online: Internet) -> None:
    online.fault("https://api.semanticscholar.org/*", lambda _: as_json({"error": "odd"}, 400))
    store.register_titles({"a.md": {f"Some Other Work on Joins Number {at}" for at in range(20)}})
    search_in(store, SemanticScholarTitles(session), NOW, lambda: math.inf)
    assert len(online.requests) <= 10
    assert len(store.titles_to_search(SemanticScholarTitles.name, NOW)) == 20


# --- what is offered --------------------------------------------------------------------------------------------------

SAME = Publication(TITLE, AUTHORS, "2001.00001", ("SIGMOD",), 2020)


def offered(text: str, record: Publication, name: str = SemanticScholarTitles.name) -> list[Any]:
    note = parser.parse_note("a.md", text.encode())
    assert note.entries
    return list(bare_title_findings(note, note.entries[0], {TITLE: ((name, record),)}))


def test_a_paper_is_offered_with_its_address() -> None:
    (finding,) = offered(listed(), SAME)
    assert (finding.kind, finding.line, finding.says) == ("paper missing", 3, TITLE)
    assert (finding.true, finding.confidence) == ("https://arxiv.org/abs/2001.00001", "medium")
    assert finding.evidence == f"Semantic Scholar has that title: {TITLE}, Ada Lovelace et al., 2020"


@pytest.mark.parametrize(
    ("ids", "address"),
    [
        ({"doi": "10.1/x", "acl": "2020.acl-main.1"}, "https://aclanthology.org/2020.acl-main.1"),
        ({"doi": "10.1/x", "s2": "ff"}, "https://doi.org/10.1/x"),
        ({"s2": "ff"}, "https://www.semanticscholar.org/paper/ff"),
    ],
)
def test_addresses_outside_of_arxiv(ids: dict[str, str], address: str) -> None:
    (finding,) = offered(listed(), Publication(TITLE, AUTHORS, None, (), 2020, ids), CrossrefTitles.name)
    assert finding.true == address


@pytest.mark.parametrize(
    ("behind", "record"),
    [
        ("(SIGMOD 2019)", SAME),  # neither year nor author
        ("(SIGMOD 2020)", Publication("Query Plans That Dream", AUTHORS, "2001.00001", (), 2020)),
        ("(SIGMOD 2020)", Publication(TITLE, AUTHORS, None, (), 2020)),  # no address
    ],
)
def test_what_is_not_sure_is_not_offered(behind: str, record: Publication) -> None:
    assert offered(listed(behind=behind), record) == []


def test_an_author_in_common_is_enough() -> None:
    text = f"1. **梦**\n   - Paper: {TITLE}\n   - Authors: É. du Chatelet, A. Lovelace\n   - Code: [x](https://github.com/a/b)\n"
    assert len(offered(text, SAME)) == 1
    assert offered(text.replace("Chatelet", "Bois").replace("Lovelace", "Turing"), SAME) == []


def test_the_year_of_a_heading_counts() -> None:
    text = f"## 2020\n\n1. **梦**\n   - Paper: {TITLE}\n   - Code: [x](https://github.com/a/b)\n"
    assert len(offered(text, SAME)) == 1
    assert offered(text.replace("2020", "2018"), SAME) == []
