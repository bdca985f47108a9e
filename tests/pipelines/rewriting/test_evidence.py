"""Evidence of edits: a stable English text, shown in the language of the environment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.rewriting import evidence

DAY = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
URL = "https://example.com/a"


def state(reason: Reason, status: int | None = None) -> LinkState:
    check = Check(Outcome.MOVED, reason, DAY, CheckMethod.PAGE, final_url=f"{URL}/b", http_status=status)
    return LinkState(Link(URL, "web", URL, "example.com"), verdict=Verdict.MOVED, first_seen=DAY, check=check)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


def picture(source: str | None = None) -> Picture:
    return Picture("aa/x.png", media_type="image/png", size=2_345, sha256="aa" * 32, source=source)


def test_english_is_shown_as_it_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    saved = evidence.of_check(state(Reason(ReasonCode.PERMANENT_REDIRECT, "301"), 200))
    assert evidence.shown(saved) == saved == "moved: permanent redirect (301) (page 200, 2026-11-30)"


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("saved", "shown"),
    [
        (
            evidence.of_check(state(Reason(ReasonCode.PERMANENT_REDIRECT, "301"), 200)),
            "可以访问，但地址已变：永久重定向（301）（请求网页 200，2026-11-30）",
        ),
        (
            evidence.of_check(state(Reason(ReasonCode.OTHER, "said so"))),
            "可以访问，但地址已变：said so（请求网页，2026-11-30）",
        ),
        (evidence.of_image(picture()), f"image/png，2345 字节，sha256 {'aa' * 32}"),
        (
            evidence.of_image(picture("https://web.archive.org/x, y")),
            f"image/png，2345 字节，sha256 {'aa' * 32}，来自 https://web.archive.org/x, y",
        ),
        ("arxiv:2201.00001, comments", "arxiv:2201.00001, comments"),
        ("dead", "dead"),
    ],
)
def test_chinese_is_made_of_what_is_saved(saved: str, shown: str) -> None:
    assert evidence.shown(saved) == shown


def test_a_link_that_was_never_checked_has_its_verdict() -> None:
    link = Link(URL, "web", URL, "example.com")
    assert evidence.of_check(LinkState(link, verdict=Verdict.DEAD, first_seen=DAY)) == "dead"
