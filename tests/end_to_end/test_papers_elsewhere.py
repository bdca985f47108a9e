"""Papers outside of arXiv and repositories outside of GitHub: one crawl of all addresses, and what is known then."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.internet import Internet, World
from tests.internet.messages import page, redirect
from tests.internet.world.papers import table
from tests.internet.world.works import KnownRepository, Work, repositories, works
from tests.support.crawling import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

ARXIV_ID = World.paper("alive", 3).rpartition("/")[2]
ON_ARXIV = (
    f"https://huggingface.co/papers/{ARXIV_ID}",
    f"https://www.alphaxiv.org/abs/{ARXIV_ID}",
    f"https://ar5iv.labs.arxiv.org/html/{ARXIV_ID}",
    f"https://browse.arxiv.org/pdf/{ARXIV_ID}v1",
    f"https://papers.cool/arxiv/{ARXIV_ID}",
    f"https://doi.org/10.48550/arXiv.{ARXIV_ID}",
)
BARE_TITLES = [
    ("Learning Transferable Visual Models From Natural Language Supervision", 2021, "https://arxiv.org/abs/2103.00020"),
    *(
        (work.title, work.year, f"https://doi.org/{work.doi}")
        for work in works()
        if work.title.startswith("Tables and")
    ),
]
PUBLISHED = {f"https://arxiv.org/abs/{paper.id}": paper for paper in table().values() if paper.doi}
"""Papers on arXiv with the DOI of their publication."""
CLOSED, PASSED_ON = (f"https://paperswithcode.com/paper/{each}" for each in ("shown-nowhere", "shown-elsewhere"))
"""Links of a site that leads to pages of another one."""
UNREGISTERED = "https://doi.org/10.9999/nobody.knows.it"
REPOSITORIES = [(each, address) for each in repositories() for address in each.addresses]
CASES = [(work, address) for work in works() for address in work.addresses]


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one crawl of all addresses found."""

    health: dict[str, dict[str, str]]
    papers: dict[str, dict[str, Any]]
    repositories: dict[str, dict[str, Any]]
    findings: list[dict[str, str]]
    entries: dict[str, dict[str, str]]
    works: list[dict[str, str]]
    note: str
    internet: Internet


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("papers"), internet.environ())
        for old, new, title in (
            (CLOSED, "https://huggingface.co/papers/trending", "Trending Papers - Hugging Face"),
            (PASSED_ON, ON_ARXIV[0], "Paper page - Shown Elsewhere"),
        ):
            internet.fault(old, redirect(new, 302))
            internet.fault(new, page(title))
        addresses = [*(address for _, address in CASES), *ON_ARXIV, UNREGISTERED, *PUBLISHED, CLOSED, PASSED_ON]
        addresses += [address for _, address in REPOSITORIES]
        desk.write("a.md", "".join(f"{n}. Entry\n   - Paper: <{url}>\n\n" for n, url in enumerate(addresses, 1)))
        bare = [f"* {title} (ICML {year})" for title, year, _ in BARE_TITLES]
        bare += [f"* A Paper That Nobody Has Ever Written {at} (CVPR 2022)" for at in range(10)]
        desk.write("titles.md", "\n".join(["# Papers", "", *bare, ""]))
        done = desk.crawl()
        assert (done.returncode, done.stderr) == (0, "")
        with closing(sqlite3.connect(desk.output / "notemend.sqlite")) as store:
            query = "SELECT type, url, data FROM links JOIN facts USING (kind, identity)"
            known: dict[str, dict[str, Any]] = {"Paper": {}, "Repository": {}}
            for type_, url, data in store.execute(query):
                known.setdefault(type_, {})[url] = json.loads(data)
        with (desk.output / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
            entries = {row["paper_url"]: row for row in csv.DictReader(file)}
        with (desk.output / "works.csv").open(encoding="utf-8-sig", newline="") as file:
            known_works = list(csv.DictReader(file))
        note = (desk.output / "notes/a.md").read_text("utf-8")
        yield Crawled(
            desk.health(), known["Paper"], known["Repository"], desk.findings(), entries, known_works, note, internet
        )


@pytest.mark.parametrize(("work", "address"), CASES, ids=[address.partition("://")[2] for _, address in CASES])
def test_each_address_says_what_the_paper_is(crawled: Crawled, work: Work, address: str) -> None:
    row = crawled.health[address]
    assert (row["kind"], row["verdict"]) == (work.kind, "alive"), row["reason"]
    if work.style == "agency":
        assert row["reason"] == "registered with doi.org"
        return
    paper = crawled.papers[address]
    assert (paper["title"], tuple(paper["authors"])) == (work.title, work.authors)
    track = paper.get("venue") or ""
    assert (track, paper.get("pages") or "") == (work.venue, work.pages)
    if work.venue:
        assert paper["venue_year"] == work.year
    assert (paper["ids"].get("doi") or "").lower() == work.doi.lower()
    if any("pdf" in each for each in work.addresses) and work.page:
        assert "pdf" in paper["pdf_url"]


@pytest.mark.parametrize("address", ON_ARXIV)
def test_readers_and_dois_of_arxiv_are_arxiv(crawled: Crawled, address: str) -> None:
    assert f"https://arxiv.org/abs/{ARXIV_ID}" in crawled.health
    assert address not in crawled.health
    assert crawled.health[f"https://arxiv.org/abs/{ARXIV_ID}"]["title"]


def test_a_closed_site_that_passes_a_paper_on_says_which_it_is(crawled: Crawled) -> None:
    passed_on = crawled.health[PASSED_ON]
    assert (passed_on["verdict"], passed_on["suggestion"]) == ("alive", ON_ARXIV[0])
    (work,) = (work for work in crawled.works if PASSED_ON in work["urls"])
    assert work["work_id"] == f"arxiv:{ARXIV_ID}"
    closed = crawled.health[CLOSED]
    assert (closed["verdict"], closed["reason"]) == ("suspect", "redirected to the home page")
    assert CLOSED not in crawled.papers


def test_a_doi_that_nobody_knows_is_left_to_its_page(crawled: Crawled) -> None:
    row = crawled.health[UNREGISTERED]
    assert (row["verdict"], row["reason"]) == ("suspect", "not found (404)")


def test_services_are_asked_once_for_a_batch(crawled: Crawled) -> None:
    asked = crawled.internet.asked("https://api.crossref.org/works*")
    filters = [request.query["filter"] for request in asked if "filter" in request.query]
    dois = {work.doi for work in works() if work.style == "crossref" and not work.pii}
    registered, elsewhere = (set(each.split(",")) for each in filters if each.startswith("doi:"))
    assert {f"doi:{doi}" for doi in dois} <= registered
    assert {f"doi:{str(paper.doi).lower()}" for paper in PUBLISHED.values()} <= elsewhere
    assert not registered & elsewhere
    assert sum(each.startswith("alternative-id:") for each in filters) == 1
    assert len(crawled.internet.asked("https://api.datacite.org/dois*")) == 1
    assert len(crawled.internet.asked("https://doi.org/doiRA/*")) == 1


def test_papers_that_only_have_a_title_are_offered(crawled: Crawled) -> None:
    offered = {row["says"]: row["true"] for row in crawled.findings if row["note"] == "titles.md"}
    assert offered == {title: address for title, _, address in BARE_TITLES}
    assert len(crawled.internet.asked("https://api.semanticscholar.org/graph/v1/paper/search/match*")) == 12
    searched = [each for each in crawled.internet.asked("https://api.openalex.org/works*") if "filter" in each.query]
    assert len(searched) == 10


def test_retracted_and_corrected_papers_are_told_apart(crawled: Crawled) -> None:
    noticed = {work.title: work.notices[0] for work in works() if work.notices}
    rows = [row for row in crawled.findings if row["kind"] in {"retracted", "corrected", "withdrawn"}]
    found = {row["kind"]: row for row in rows if row["says"] not in PUBLISHED}
    assert set(found) == {"retracted", "corrected"}
    for kind, type_ in (("retracted", "retraction"), ("corrected", "correction")):
        assert found[kind]["evidence"] in {" ".join(notice) for notice in noticed.values()}
        assert found[kind]["evidence"].startswith(type_)
    withdrawn = {paper["title"] for paper in crawled.papers.values() if paper.get("withdrawn")}
    assert withdrawn == {title for title, (type_, _) in noticed.items() if type_ == "retraction"}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Measured Once, Retracted Later", "retracted"),
        ("Counted Twice and Corrected", "corrected"),
        ("Images That Repeat Themselves", "of concern"),
        ("Nothing to Add", None),
    ],
)
def test_what_was_published_since_about_papers_on_arxiv(crawled: Crawled, title: str, kind: str | None) -> None:
    (url,) = (url for url, paper in PUBLISHED.items() if paper.title == title)
    notices = [" ".join(notice) for notice in PUBLISHED[url].notices]
    found = [row for row in crawled.findings if row["says"] == url]
    assert [(row["kind"], row["evidence"]) for row in found] == ([] if kind is None else [(kind, notices[-1])])
    assert sorted(filter(None, crawled.entries[url]["notices"].split("; "))) == sorted(notices)
    assert crawled.entries[url]["withdrawn"] == str(kind == "retracted")
    entry = crawled.note.partition(f"<{url}>")[2].partition("\n\n")[0]
    assert ("Status: withdrawn" in entry) == (kind == "retracted")


@pytest.mark.parametrize(
    ("repository", "address"), REPOSITORIES, ids=[address.partition("://")[2] for _, address in REPOSITORIES]
)
def test_each_repository_is_known(crawled: Crawled, repository: KnownRepository, address: str) -> None:
    row = crawled.health[address]
    assert (row["kind"], row["verdict"]) == ("repository", "moved" if repository.now else "alive")
    if repository.now:
        assert row["final_url"] == address.replace(repository.name, repository.now)
    known = crawled.repositories[address]
    assert known["title"] == (repository.now or repository.name)
    for name in ("stars", "downloads"):
        assert known.get(name) == getattr(repository, name)
    for name in ("gated", "archived"):
        assert bool(known.get(name)) == getattr(repository, name)
    if repository.api != "gitlab" or repository.now:  # many projects in one query come without their licenses
        assert known.get("license") == repository.license


def test_projects_on_gitlab_are_one_query(crawled: Crawled) -> None:
    assert len(crawled.internet.asked("https://gitlab.com/api/graphql")) == 1
    assert len(crawled.internet.asked("https://gitlab.com/api/v4/*")) == 1  # that was renamed
