"""Every site answers in the shape of the real one."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import arxiv
import pytest
import requests

from tests.internet.recordings import RECORDED, recorded, soup

if TYPE_CHECKING:
    from tests.internet import Internet


pytest_plugins = ["tests.internet.fixtures"]


# arXiv

API = "https://export.arxiv.org/api/query"


def test_the_arxiv_package_reads_the_feed(online: Internet) -> None:
    client = arxiv.Client(delay_seconds=0, num_retries=0)
    ids = ["1706.03762", "hep-th/9711200", "2201.99999", "2010.11929v1", "2401.00007"]
    found = {paper.get_short_id(): paper for paper in client.results(arxiv.Search(id_list=ids, max_results=100))}
    assert found.keys() >= {"1706.03762v7", "hep-th/9711200v3", "2010.11929v1"}
    assert len(found) == 4
    attention, maldacena = found["1706.03762v7"], found["hep-th/9711200v3"]
    assert attention.title == "Attention Is All You Need"
    assert [author.name for author in attention.authors][::7] == ["Ashish Vaswani", "Illia Polosukhin"]
    assert attention.comment == "15 pages, 5 figures"
    assert attention.primary_category == "cs.CL"
    assert f"{attention.published:%F} {attention.updated:%F}" == "2017-06-12 2023-08-02"
    assert (maldacena.doi, maldacena.journal_ref) == ("10.1023/A:1026654312961", "Adv.Theor.Math.Phys.2:231-252,1998")
    assert len(online.asked(f"{API}*")) == 1


def test_the_feed_pages_and_is_not_in_the_order_asked(get: Any) -> None:
    ids = [f"2401.0000{n}" for n in range(1, 10)]

    def listed(**more: int) -> list[str]:
        feed = ET.fromstring(get(API, params={"id_list": ",".join(ids), **more}).content)
        names = feed.iterfind("{*}entry/{*}id")
        return [str(name.text).removeprefix("http://arxiv.org/abs/").partition("v")[0] for name in names]

    assert sorted(listed()) == ids != listed()
    assert listed(start=0, max_results=4) + listed(start=4, max_results=5) == listed()


def test_the_api_refuses_malformed_ids_and_overlong_urls(get: Any) -> None:
    response = get(API, params={"id_list": "1706.03762,abc"})
    assert response.status_code == 400
    assert "incorrect id format for abc" in response.text
    assert get(API, params={"id_list": ",".join(["1706.03762"] * 100)}).status_code == 200
    assert get(API, params={"id_list": ",".join(["1706.03762"] * 642)}).status_code == 414


@recorded
@pytest.mark.parametrize("ids", ["astro-ph/0601001", "0000.0000", "abc", "0808.05394,1707.08567"])
def test_the_feed_has_the_elements_of_a_recorded_one(get: Any, ids: str) -> None:
    wanted = ids.replace("/", "_").replace(",", "_")
    (file,) = (RECORDED / "arxiv_api").glob(f"id_{wanted}_s0*.json")
    real = json.loads(file.read_text())
    ours = get(API, params={"id_list": ids.replace("astro-ph/0601001", "hep-th/9711200"), "max_results": 100})

    def shape(feed: str | bytes) -> set[tuple[str, ...]]:
        root = ET.fromstring(feed)
        return {(parent.tag, child.tag, *sorted(child.attrib)) for parent in root.iter() for child in parent}

    assert ours.status_code == real["status_code"]
    different = shape(real["body"].encode()) ^ shape(ours.content)
    assert all(tag[1].endswith(("}doi", "}link", "}comment")) for tag in different)


def test_abstract_pages(get: Any, online: Internet) -> None:
    page = soup(get("https://arxiv.org/abs/1706.03762"))
    assert page.find("meta", attrs={"name": "citation_author", "content": "Vaswani, Ashish"})
    assert page.find("meta", attrs={"name": "citation_date", "content": "2017/06/12"})
    assert page.select_one(".tablecell.comments").get_text() == "15 pages, 5 figures"  # type: ignore[union-attr]
    absent = get(online.world.paper("absent"))
    assert absent.status_code == 404
    assert "There is no record of an article with identifier '1601.99999'" in absent.text
    assert "not recognized" in get("https://arxiv.org/abs/17.03762").text
    assert get("https://arxiv.org/abs/1706.03762v8").status_code == 404


def test_pdfs_move_and_withdrawn_papers_have_none(get: Any, online: Internet) -> None:
    moved = get("https://arxiv.org/pdf/1706.03762v2.pdf")
    assert (moved.status_code, moved.headers["location"]) == (301, "https://arxiv.org/pdf/1706.03762v2")
    assert get(moved.headers["location"]).content.startswith(b"%PDF")
    assert get("https://arxiv.org/ftp/arxiv/papers/2103/2103.00020.pdf").status_code == 200
    assert get("http://arxiv.org/abs/1706.03762").headers["location"] == "https://arxiv.org/abs/1706.03762"
    withdrawn = online.world.paper("withdrawn")
    assert "withdrawn" in get(withdrawn).text
    assert get(withdrawn.replace("abs", "pdf")).status_code == 404


# GitHub

REST = "https://api.github.com/repos/"
GRAPHQL = "https://api.github.com/graphql"


def ask(query: str, token: str | None = "good", **variables: str) -> requests.Response:
    headers = {"Authorization": f"bearer {token}"} if token else {}
    return requests.post(GRAPHQL, json={"query": query, "variables": variables}, headers=headers, timeout=5)


@pytest.mark.usefixtures("online")
def test_graphql_returns_what_was_selected_and_errors_beside_it() -> None:
    response = ask(
        """query Q($owner: String!) {
          a: repository(owner: $owner, name: "detr") { ...facts }
          b: repository(owner: "facebookresearch", name: "segment-anything-2") { nameWithOwner databaseId }
          c: repository(owner: "small-internet", name: "missing-1") { nameWithOwner }
          d: repository(owner: "ultralytics", name: "yolov5") {
            latestRelease { tagName } repositoryTopics(first: 3) { nodes { topic { name } } }
          }
          rateLimit { cost remaining }
        }
        fragment facts on Repository {
          isArchived stargazerCount pushedAt
          licenseInfo { spdxId } primaryLanguage { name } defaultBranchRef { name }
        }""",
        owner="facebookresearch",
    )
    answer = response.json()
    assert response.status_code == 200
    assert answer["data"]["a"] == {
        "isArchived": True, "stargazerCount": 14700, "pushedAt": "2024-03-12T00:00:00Z",
        "licenseInfo": {"spdxId": "Apache-2.0"}, "primaryLanguage": {"name": "Python"},
        "defaultBranchRef": {"name": "main"},
    }  # fmt: skip
    assert answer["data"]["b"]["nameWithOwner"] == "facebookresearch/sam2"
    assert answer["data"]["c"] is None
    assert answer["data"]["d"]["latestRelease"] == {"tagName": "v7.0"}
    assert {"topic": {"name": "yolov5"}} in answer["data"]["d"]["repositoryTopics"]["nodes"]
    assert answer["data"]["rateLimit"] == {"cost": 1, "remaining": 4999}
    assert answer["errors"] == [
        {
            "type": "NOT_FOUND",
            "path": ["c"],
            "locations": [{"line": 4, "column": 11}],
            "message": "Could not resolve to a Repository with the name 'small-internet/missing-1'.",
        }
    ]


@pytest.mark.usefixtures("online")
def test_graphql_refuses() -> None:
    one = '{ repository(owner: "o", name: "n") { name } }'
    assert ask(one, token=None).status_code == 401
    assert ask(one, token="bad-token").json()["message"] == "Bad credentials"
    assert "data" not in ask('{ repository(owner: "o", name: "n") { nope } }').json()
    renamed = '{ repository(owner: "small-internet", name: "renamed-0", followRenames: false) { name } }'
    assert ask(renamed).json()["errors"][0]["type"] == "NOT_FOUND"
    many = "{" + " ".join(f'a{n}: repository(owner: "o", name: "n{n}") {{ name }}' for n in range(101)) + "}"
    assert ask(many).json()["data"] is None
    assert ask(many).json()["errors"][0]["type"] == "RESOURCE_LIMITS_EXCEEDED"
    assert ask("{").json()["errors"][0]["locations"]


def test_rest(get: Any, online: Internet) -> None:
    name = online.world.repository("renamed", 3).removeprefix("https://github.com/")
    moved = get(REST + name)
    assert moved.status_code == 301
    assert get(moved.headers["location"]).json()["full_name"] == "small-internet/now-3"
    assert get(REST + "FACEBOOKRESEARCH/DETR").json()["archived"] is True
    assert [get(f"{REST}small-internet/{state}-0").status_code for state in ("missing", "dmca", "tos")] == [
        404,
        451,
        403,
    ]
    assert get(REST + "small-internet/dmca-0").json()["block"]["reason"] == "dmca"


def test_rest_counts_and_a_token_makes_unchanged_answers_free(get: Any, online: Internet) -> None:
    url = REST + "ultralytics/yolov5"
    first = get(url, headers={"Authorization": "token good"})
    again = get(url, headers={"Authorization": "token good", "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["x-ratelimit-remaining"]) == (304, first.headers["x-ratelimit-remaining"])
    online.world.spent["core"] = online.world.github_budget
    spent = get(url, headers={"Authorization": "token good", "If-None-Match": first.headers["etag"]})
    assert spent.status_code == 304
    online.world.spent["core"] = online.world.anonymous_budget
    limited = get(url)
    assert (limited.status_code, limited.headers["x-ratelimit-remaining"]) == (403, "0")


@recorded
def test_rest_has_the_keys_of_recorded_answers(get: Any) -> None:
    exchange = json.loads((RECORDED / "github/octokit_get-repository.raw.json").read_text())[0]
    real, ours = exchange["response"], get(REST + "ultralytics/yolov5")
    assert ours.json().keys() <= real.keys()
    assert ours.json()["owner"].keys() <= real["owner"].keys()
    same = {key for key in ours.json().keys() & real.keys() if None not in (real[key], ours.json()[key])}
    assert all(type(ours.json()[key]) is type(real[key]) for key in same)
    limits = {name.lower() for name in exchange["rawHeaders"][::2] if name.lower().startswith("x-ratelimit")}
    assert limits <= {name.lower() for name in ours.headers}


def test_repository_pages(get: Any, online: Internet) -> None:
    page = soup(get("https://github.com/facebookresearch/detr"))
    title = "GitHub - facebookresearch/detr: End-to-End Object Detection with Transformers"
    assert page.find("meta", property="og:title", content=title)
    assert page.title
    assert page.title.get_text() == title
    assert page.select_one("#repo-stars-counter-star")["title"] == "14,700"  # type: ignore[index]
    assert page.select_one("#repo-network-counter")["title"] == "2,600"  # type: ignore[index]
    assert "This repository has been archived by the owner on Mar 12, 2024." in page.get_text()
    assert "Apache-2.0 license" in page.get_text()
    assert "archived" not in get("https://github.com/ultralytics/yolov5").text
    moved = get("https://github.com/facebookresearch/segment-anything-2/tree/main/sam2")
    assert moved.headers["location"] == "https://github.com/facebookresearch/sam2/tree/main/sam2"
    assert get("https://github.com/openai/CLIP/issues/").status_code == 200
    for state, status in {
        "missing": 404,
        "dmca": 451,
        "tos": 403,
        "empty": 200,
        "archived": 200,
        "renamed": 301,
    }.items():
        assert get(online.world.repository(state)).status_code == status
    with pytest.raises(ValueError, match="no such state"):
        online.world.repository("vanished")


# Other interfaces


def test_the_wayback_machine_finds_the_nearest_snapshot(get: Any) -> None:
    def closest(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = get("https://archive.org/wayback/available", params=query).json()["archived_snapshots"]
        return found

    found = closest(url="https://missing.example.org/a?b=c", timestamp="20220301")["closest"]
    assert found["timestamp"] == "20220215120000" or found["timestamp"] == "20220315120000"
    assert found["url"] == f"http://web.archive.org/web/{found['timestamp']}/https://missing.example.org/a?b=c"
    assert found["available"] is True
    assert get(found["url"]).status_code == 200
    assert closest(url="x")["closest"]["timestamp"] == "20251215120000"
    assert closest(url="https://never-archived.example.org/") == {}


@pytest.mark.usefixtures("online")
def test_semantic_scholar_answers_in_order_with_nulls() -> None:
    url = "https://api.semanticscholar.org/graph/v1/paper/batch?fields=venue,year,publicationVenue,authors,externalIds"
    ids = ["ARXIV:2203.03605", "ARXIV:2201.99999", "DOI:10.1023/A:1026654312961"]
    dino, none, maldacena = requests.post(url, json={"ids": ids}, timeout=5).json()
    assert (dino["venue"], dino["year"], none) == ("International Conference on Learning Representations", 2023, None)
    assert dino.keys() == {"paperId", "venue", "year", "publicationVenue", "authors", "externalIds"}
    assert maldacena["externalIds"]["ArXiv"] == "hep-th/9711200"
    assert requests.post(url, json={"ids": ["ARXIV:1"] * 501}, timeout=5).status_code == 400


def test_openalex_knows_a_work_by_its_doi(get: Any) -> None:
    work = get("https://api.openalex.org/works/doi:10.1023/A:1026654312961").json()
    assert work["primary_location"]["source"]["display_name"].startswith("Adv.Theor.Math.Phys.")
    assert get("https://api.openalex.org/works/doi:10.1/none").status_code == 404
