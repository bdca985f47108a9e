"""Every kind reads its recorded pages.

A case is `tests/pages/<kind>/<case>.toml` with its page beside it: the URL as a note has it, the answer, and
what is to be made of it. Kinds that have a client for the case's settings get the page as the answer of their service,
the others as a response; `rest` is what the service says when it is asked once more. A new kind needs a case before
these tests pass.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.http import Response

from crawler.checks.http_check import judge_http
from crawler.kinds.registry import all_kinds, link_of
from crawler.models.link import Link
from crawler.models.metadata import METADATA_TYPES
from crawler.models.notes.note import LinkRole
from crawler.models.result import CheckResult, DueLink
from tests.support.answers import Answer, Server
from tests.support.options import project_options
from tests.support.reading import NOW, PAGES, read

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.metadata import Metadata

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
    type_: Any = METADATA_TYPES[str(values.pop("type"))]
    found: Metadata = type_(**values)
    return found


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
    link = link_of(case["url"], case["note"], LinkRole(case["role"]))
    assert link is not None
    assert link.kind == path.parent.name

    given = {
        "NOTES_DIR": str(path.parent / "notes"),
        "OUTPUT_DIR": str(tmp_path),
        "GITHUB_TOKEN": "",
        "DOWNLOAD_DELAYS": {"*": 0},
        **case["settings"],
    }
    answers = {"POST": Answer(body, case["status"], case["headers"])}
    answers["GET"] = (
        Answer(case["rest"]["body"].encode(), case["rest"]["status"]) if "rest" in case else answers["POST"]
    )
    Server(lambda request: answers[str(request.method)]).install(monkeypatch)
    kind, options = all_kinds()[link.kind], project_options(**given)
    if kind.has_lookup(options):
        (found,) = kind.lookup(options)([DueLink(link, texts=(case["text"],))])
        assert found is not None
        result = found
    else:
        result = read(link, body, case)

    assert result.link == link
    assert result.metadata == metadata(expected.pop("metadata", None))
    assert result.body == (body if expected.pop("body", False) else b"")
    seen = asdict(result.check) | {"reason": str(result.check.reason)}
    unsaid = {"conclusive": False, "final_url": None, "suggestion": None, "suggestion_source": None}
    expected = {**unsaid, **expected}
    assert {name: seen[name] for name in expected} == expected


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
    assert ("max_bytes" not in request.meta) == whole


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
    check = judge_http(response, NOW)
    assert all_kinds()["wechat"].read(link, response, check) == CheckResult(link, check)


@pytest.mark.parametrize("name", ["AbC" * 100, "a\x00b.md"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    (tmp_path / "AbC.md").touch()
    lookup = all_kinds()["local"].lookup(project_options(NOTES_DIR=str(tmp_path), OUTPUT_DIR=str(tmp_path / "out")))
    (result,) = lookup([DueLink(Link(name, "local", name))])
    assert result is not None
    assert (result.check.outcome, result.check.conclusive) == ("gone", True)
