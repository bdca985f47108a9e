"""Every kind reads its recorded pages.

A case is `tests/pages/<kind>/<case>.toml` with its page beside it: the URL as a note has it, the answer, and
what is to be made of it. Kinds that have a client for the case's settings get the page as the answer of their service,
the others as a response. A new kind needs a case before these tests pass.
"""

from __future__ import annotations

import gzip
import re
import tomllib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings

from crawler import items
from crawler.exchange import check_response
from crawler.items import Due, Link, Metadata, Result, Role
from crawler.kinds import all_kinds, link_of
from tests.answers import Answer, Server

PAGES = Path(__file__).parent / "pages"
RECORDED = Path(__file__).parents[1] / "../shared/data/wechat"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TEMPLATES = {PAGES / "wechat/notice.html"}


def cases(kind: str) -> list[Path]:
    return sorted((PAGES / kind).glob("*.toml"))


def load(path: Path) -> dict[str, Any]:
    case = tomllib.loads(path.read_text("utf-8"))
    defaults = {"note": "n.md", "role": "other", "text": "", "status": 200, "settings": {}, "redirects": []}
    return {**defaults, "headers": {"Content-Type": "text/html; charset=utf-8"}, **case}


def metadata(expected: dict[str, Any] | None) -> Metadata | None:
    if expected is None:
        return None
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in expected.items()}
    found: Metadata = getattr(items, str(values.pop("type")))(**values)
    return found


def read(link: Link, body: bytes, case: dict[str, Any]) -> Result:
    """Let a page kind read an answer to its own request."""
    kind = all_kinds()[link.kind]
    url = case.get("final_url", link.url)
    request = kind.request(link)
    if case["redirects"]:
        request.meta["redirect_reasons"] = case["redirects"]
    headers = Headers(case["headers"])
    response = responsetypes.from_args(headers=headers, url=url, body=body)(
        url, status=case["status"], headers=headers, body=body, request=request
    )
    return kind.read(link, response, check_response(response, NOW))


@pytest.mark.parametrize("kind", all_kinds())
def test_every_kind_has_a_recorded_page(kind: str) -> None:
    assert cases(kind), f"tests/pages/{kind}/ holds no case: record what the new kind reads"


def test_every_recorded_page_is_read_by_a_case() -> None:
    assert {folder.name for folder in PAGES.iterdir()} == set(all_kinds())
    pages = {file for file in PAGES.glob("*/*") if file.is_file() and file.suffix != ".toml"}
    read = {path.parent / case["page"] for path in PAGES.glob("*/*.toml") if "page" in (case := load(path))}
    assert pages == read | TEMPLATES


@pytest.mark.parametrize(
    "path",
    [path for kind in all_kinds() for path in cases(kind)],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_recorded_page(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load(path)
    expected = case["expected"]
    body = (path.parent / case["page"]).read_bytes() if "page" in case else b""
    link = link_of(case["url"], case["note"], Role(case["role"]))
    assert link is not None
    assert link.kind == path.parent.name

    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(
        {"NOTES_DIR": str(path.parent / "notes"), "OUTPUT_DIR": str(tmp_path), "GITHUB_TOKEN": "", **case["settings"]}
    )
    Server(lambda _: Answer(body, case["status"], case["headers"])).install(monkeypatch)
    lookup = all_kinds()[link.kind].lookup(settings)
    if lookup is None:
        result = read(link, body, case)
    else:
        (result,) = lookup([Due(link, texts=(case["text"],))])

    assert result.link == link
    assert result.metadata == metadata(expected.pop("metadata", None))
    assert result.body == (body if expected.pop("body", False) else b"")
    seen = asdict(result.check)
    unsaid = {"conclusive": False, "final_url": None, "suggestion": None, "suggestion_source": None}
    expected = {**unsaid, **expected}
    assert {name: seen[name] for name in expected} == expected


# --- what WeChat says in an article's place ---------------------------------------------------------------------------

GONE, RESTRICTED, BLOCKED, FAILED = "gone", "restricted", "blocked", "failed"
NOTICES = [
    ("该内容已被发布者删除", GONE, "deleted by its author"),
    ("The content has been deleted by the author.", GONE, "deleted by its author"),
    ("此内容因违规无法查看", GONE, "removed: violates regulations"),
    ("Unable to view this content because it violates regulations", GONE, "removed: violates regulations"),
    ("此内容被投诉且经审核涉嫌侵权，无法查看。", GONE, "removed after complaints"),
    ("此内容被多人投诉，相关的内容无法进行查看。", GONE, "removed after complaints"),
    ("此帐号已被屏蔽, 内容无法查看", GONE, "account closed"),
    ("此账号已被屏蔽, 内容无法查看", GONE, "account closed"),
    ("此帐号已自主注销，内容无法查看", GONE, "account closed"),
    ("此账号已自主注销，内容无法查看", GONE, "account closed"),
    ("该公众号已迁移至新的帐号，原帐号已回收，该链接已不可访问", GONE, "account migrated, link not taken along"),
    ("链接已过期", GONE, "link expired or malformed"),
    ("参数错误", GONE, "link expired or malformed"),
    ("此内容发送失败无法查看", GONE, "link expired or malformed"),
    ("该内容暂时无法查看", FAILED, "unavailable for now"),
    ("根据作者隐私设置，无法查看该内容", RESTRICTED, "private, paid or for WeChat's own client only"),
    ("付费后可继续阅读", RESTRICTED, "private, paid or for WeChat's own client only"),
    ("请在微信客户端打开链接", RESTRICTED, "private, paid or for WeChat's own client only"),
    ("访问过于频繁，请用微信扫描二维码进行访问", BLOCKED, "too frequent"),
    ("操作频繁，请稍候再试", BLOCKED, "too frequent"),
    ("当前环境异常，完成验证后即可继续访问。", BLOCKED, "captcha"),
]


def read_wechat(body: bytes) -> Result:
    link = link_of("https://mp.weixin.qq.com/s/AbC", "n.md")
    assert link is not None
    return read(link, body, {"redirects": [], "status": 200, "headers": {"Content-Type": "text/html; charset=UTF-8"}})


@pytest.mark.parametrize("block", ["weui-msg", "mesg-block", "global_error_msg"])
@pytest.mark.parametrize(("notice", "outcome", "reason"), NOTICES)
def test_notice(notice: str, outcome: str, reason: str, block: str) -> None:
    page = (PAGES / "wechat/notice.html").read_text("utf-8")
    result = read_wechat(page.replace("BLOCK", block).replace("NOTICE", notice).encode())
    check = result.check
    assert (check.outcome, check.reason, check.conclusive) == (outcome, reason, outcome == GONE)
    assert (check.http_status, check.final_url, result.metadata) == (200, None, None)


def test_a_notice_in_a_script_is_no_notice() -> None:
    page = (PAGES / "wechat/notice.html").read_text("utf-8").replace("BLOCK", "weui-msg")
    text = page.replace("NOTICE", "系统维护中").replace(
        "</body>", "<script>var a = '该内容已被发布者删除';</script></body>"
    )
    assert read_wechat(text.encode()).check.outcome == BLOCKED


RECORDED_STATES = {
    "captcha_verify_real.EXCERPT": (BLOCKED, False),
    "deleted_zh_01": (GONE, True),
    "violation_zh_01": (GONE, True),
    "live_article_type0_01": ("ok", False),
    "live_repost_type0_01": ("ok", False),
    "live_picture_type8_05": ("ok", False),
    "live_text_type10_01": ("ok", False),
}


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded pages in ../shared/data/wechat are not here")
@pytest.mark.parametrize("name", RECORDED_STATES)
def test_page_as_wechat_served_it(name: str) -> None:
    result = read_wechat(gzip.decompress((RECORDED / f"{name}.html.gz").read_bytes()))
    outcome, conclusive = RECORDED_STATES[name]
    assert (result.check.outcome, result.check.conclusive) == (outcome, conclusive)
    if outcome != "ok":
        assert result.metadata is None
        return
    article = result.metadata
    assert isinstance(article, items.Article)
    assert article.title
    assert article.account
    assert re.fullmatch(r"gh_[0-9a-f]{12}", article.account_id or "")
    assert article.published_at is not None
    assert article.published_at.year == 2025
    assert article.original is {"live_repost_type0_01": False}.get(name)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded pages in ../shared/data/wechat are not here")
def test_every_recorded_state_is_looked_at() -> None:
    assert {file.name.removesuffix(".html.gz") for file in RECORDED.glob("*.gz")} == set(RECORDED_STATES)


# --- what is asked for ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://example.com/", False),
        ("https://mp.weixin.qq.com/s/AbC", True),
        ("https://github.com/o/r", True),
        ("https://mmbiz.qpic.cn/a/640", True),
    ],
)
def test_only_the_head_of_ordinary_pages_is_read(url: str, *, whole: bool) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    request = all_kinds()[link.kind].request(link)
    assert request.url == url
    assert request.method == "GET"
    assert ("enough" not in request.meta) == whole


def test_pictures_are_asked_for_without_a_referer() -> None:
    link = link_of("https://mmbiz.qpic.cn/a/640", "n.md")
    assert link is not None
    headers = all_kinds()["image"].request(link).headers
    assert "Referer" not in headers
    assert (headers["Accept"] or b"").startswith(b"image/")


def test_answers_that_are_no_text_are_no_wechat_pages() -> None:
    link = link_of("https://mp.weixin.qq.com/s/AbC", "n.md")
    assert link is not None
    response = Response(link.url, body=b"\x00\x01", request=all_kinds()["wechat"].request(link))
    check = check_response(response, NOW)
    assert all_kinds()["wechat"].read(link, response, check) == Result(link, check)


@pytest.mark.parametrize("name", ["AbC" * 100, "a\x00b.md"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    (tmp_path / "AbC.md").touch()
    lookup = all_kinds()["local"].lookup(Settings({"NOTES_DIR": str(tmp_path), "OUTPUT_DIR": str(tmp_path / "out")}))
    assert lookup is not None
    (result,) = lookup([Due(Link(name, "local", name))])
    assert (result.check.outcome, result.check.conclusive) == (GONE, True)
