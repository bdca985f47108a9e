"""Every site answers in the shape of the real one."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import arxiv
import pytest
import requests
from bs4 import BeautifulSoup
from PIL import Image

from tests.internet.sites.qpic import PLACEHOLDER_SIZE
from tests.internet.world.articles import LIVE, notices

if TYPE_CHECKING:
    from tests.internet import Internet

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "../shared/data"
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers in ../shared/data are not here")
TRAPS = ("因违规", "已删除", "已注销", "付费", "window.cgiData =")


pytest_plugins = ["tests.internet.fixtures"]


def soup(response: requests.Response) -> BeautifulSoup:
    response.encoding = "utf-8"
    return BeautifulSoup(response.text, "lxml")


# WeChat


@pytest.mark.parametrize("state", sorted(LIVE))
def test_live_articles_hold_the_traps_and_no_notice(get: Any, online: Internet, state: str) -> None:
    response = get(online.world.article(state))
    page = soup(response)
    assert response.status_code == 200
    assert len(response.content) == online.world.article_size
    assert all(trap in response.text for trap in TRAPS)
    assert "weui-msg" not in response.text
    assert page.select_one("#js_article")
    assert page.select_one("meta[property='og:title']")["content"]  # type: ignore[index]


def test_a_live_article_names_its_title_account_time_and_pictures(get: Any, online: Internet) -> None:
    response = get(online.world.article("repost"))
    page = soup(response)
    title = page.select_one("h1#activity-name")
    assert title
    assert page.find("meta", property="og:title", content=title.get_text(strip=True))
    assert page.select_one("#js_name")
    assert not page.select_one("#publish_time").get_text()  # type: ignore[union-attr]
    assert re.search(r'var ct = "\d{10}";', response.text)
    assert re.search(r'var user_name = "gh_[0-9a-f]{12}";', response.text)
    assert 'var _copyright_stat = "2";' in response.text
    pictures = [str(picture["data-src"]) for picture in page.select("#js_content img")]
    assert pictures
    assert all(get(picture).headers["content-type"].startswith("image/") for picture in pictures)


def test_types_8_and_10_keep_their_data_in_cgi_data(get: Any, online: Internet) -> None:
    pictures, short = soup(get(online.world.article("pictures"))), soup(get(online.world.article("text")))
    assert not pictures.select_one("#js_content")
    assert short.select_one("#js_content #js_text_title")
    for page in (pictures, short):
        assert re.search(r"create_time: JsDecode\('\d{4}-\d\d-\d\d \d\d:\d\d'\)", str(page))


@pytest.mark.parametrize("state", sorted(notices()))
def test_notices_come_with_status_200_and_no_article(get: Any, online: Internet, state: str) -> None:
    response = get(online.world.article(state))
    page = soup(response)
    block = page.select_one(".weui-msg, .mesg-block, .global_error_msg")
    assert response.status_code == 200
    assert block
    assert notices()[state].text in block.get_text()
    assert not page.select_one("#js_content, #js_article")


def test_a_migrated_account_says_where_it_went(get: Any, online: Internet) -> None:
    page = soup(get(online.world.article("migrated")))
    target = str(page.select_one("a#js_access_msg")["href"])  # type: ignore[index]
    assert f"var transferTargetLink = '{target}'" in str(page)
    assert soup(get(target)).select_one("#js_content")
    assert not soup(get(online.world.article("migrated-away"))).select_one("a#js_access_msg")


def test_the_captcha_comes_by_redirect_and_in_place(get: Any, online: Internet) -> None:
    url = online.world.article("captcha-redirect")
    response = get(url)
    assert response.status_code == 302
    assert response.headers["location"].startswith("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?")
    for page in (get(url, follow=True), get(online.world.article("captcha"))):
        assert "PAGE_MID='mmbizwap:secitptpage/verify.html'" in page.text
        assert not soup(page).select_one(".weui-msg").get_text(strip=True)  # type: ignore[union-attr]


def test_any_id_and_any_long_url_is_a_live_article_and_always_the_same(get: Any) -> None:
    short = "https://mp.weixin.qq.com/s/KyvhAeyQeA-fYOKzUE79gQ"
    long = "https://mp.weixin.qq.com/s?__biz=MzU5NDM1MjU5Mg==&mid=2247484065&idx=1&sn=b0945e0ea8c"
    assert get(short).text == get(short).text
    assert soup(get(long + "&scene=21")).select_one("h1").get_text() == soup(get(long)).select_one("h1").get_text()  # type: ignore[union-attr]
    assert "参数错误" in get("https://mp.weixin.qq.com/s/tooshort").text


@recorded
@pytest.mark.parametrize(
    ("state", "name"),
    [("live", "live_article_type0_01"), ("pictures", "live_picture_type8_05"), ("text", "live_text_type10_01"),
     ("deleted", "deleted_zh_01"), ("captcha", "captcha_verify_real.EXCERPT")],
)  # fmt: skip
def test_wechat_pages_have_the_elements_of_recorded_ones(get: Any, online: Internet, state: str, name: str) -> None:
    real = gzip.decompress((RECORDED / f"wechat/{name}.html.gz").read_bytes()).decode()
    ours = get(online.world.article(state)).text
    for mark in ('id="js_article"', 'id="js_content"', 'id="js_name"', 'id="activity-name"', 'id="js_text_title"',
                 'property="og:title"', 'property="og:article:author"', "window.cgiDataNew = {", "window.cgiData =",
                 'class="weui-msg"', "weui-msg__title", "PAGE_MID=", 'var ct = "', 'var user_name = "gh_',
                 'var _copyright_stat = "', "var msg_title = '", "item_show_type: '"):  # fmt: skip
        assert (mark not in ours) or (mark in real), mark


# Pictures


@pytest.mark.parametrize(("kind", "form"), [("png", "PNG"), ("jpeg", "JPEG"), ("gif", "GIF"), ("webp", "WEBP")])
def test_pictures_are_what_their_url_says(get: Any, online: Internet, kind: str, form: str) -> None:
    response = get(online.world.picture(kind))
    picture = Image.open(BytesIO(response.content))
    assert picture.format == form
    assert response.headers["content-type"] == f"image/{kind}"
    assert getattr(picture, "n_frames", 1) == (3 if kind == "gif" else 1)
    assert response.content != get(online.world.picture(kind, 1)).content


def test_pictures_are_withheld_from_foreign_pages(get: Any, online: Internet) -> None:
    url = online.world.picture()
    picture = get(url).content
    assert get(url, headers={"Referer": "https://mp.weixin.qq.com/s/x"}).content == picture
    foreign = get(url, headers={"Referer": "https://github.com/x"})
    assert (foreign.status_code, foreign.headers["content-type"]) == (200, "image/jpeg")
    assert len(foreign.content) == PLACEHOLDER_SIZE
    assert Image.open(BytesIO(foreign.content)).format == "JPEG"
    other = get(online.world.picture("gif"), headers={"Referer": "https://evil.example/?mp.weixin.qq.com"})
    assert other.content == foreign.content


def test_pictures_revalidate_and_vanish(get: Any, online: Internet) -> None:
    url = online.world.picture()
    headers = get(url).headers
    assert get(url, headers={"If-None-Match": headers["etag"]}).status_code == 304
    assert get(url, headers={"If-Modified-Since": headers["last-modified"]}).status_code == 304
    assert get(url, headers={"If-None-Match": '"else"'}).status_code == 200
    assert get(online.world.picture("deleted")).status_code == 404
    assert get("https://mmbiz.qpic.cn/mmbiz_png/short/640").status_code == 404


def test_picture_ids_are_case_sensitive_and_the_claimed_type_may_be_wrong(get: Any) -> None:
    url = "https://mmbiz.qpic.cn/mmbiz_png/KmXPKA19gWicibR1YqgGgRvZI9icRH1XIycMdbeVZE6BdPHzib/640?wx_fmt=jpeg"
    response = get(url)
    assert response.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(response.content)).format == "PNG"
    assert get(url.replace("KmXP", "kmxp")).content != response.content


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
