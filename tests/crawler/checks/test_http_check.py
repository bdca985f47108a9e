"""What the status and the redirects of an answer say of a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.checks.http_check import judge_http
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://e.example/a/sorting"
MOVED_TO = "https://e.example/b/sorting"


TEMPORARY = (ReasonCode.REACHABLE, ReasonCode.REDIRECT_TEMPORARY)


def response(status: int, *redirects: int, headers: dict[str, str] | None = None, **meta: float) -> Response:
    behind = {"redirect_reasons": list(redirects), "redirect_urls": [URL]} if redirects else {}
    request = Request(URL, meta={**meta, **behind})
    return Response(MOVED_TO if redirects else URL, status, headers=headers, request=request)


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, Outcome.OK, Reason(ReasonCode.REACHABLE)),
        (204, Outcome.OK, Reason(ReasonCode.REACHABLE)),
        (206, Outcome.OK, Reason(ReasonCode.REACHABLE)),
        (299, Outcome.OK, Reason(ReasonCode.REACHABLE)),
        (300, Outcome.UNREADABLE, Reason(ReasonCode.UNEXPECTED_STATUS, "300")),
        (304, Outcome.UNREADABLE, Reason(ReasonCode.UNEXPECTED_STATUS, "304")),
        (400, Outcome.BLOCKED, Reason(ReasonCode.REFUSED, "400")),
        (401, Outcome.RESTRICTED, Reason(ReasonCode.LOGIN_REQUIRED)),
        (402, Outcome.RESTRICTED, Reason(ReasonCode.PAYMENT_REQUIRED)),
        (403, Outcome.BLOCKED, Reason(ReasonCode.FORBIDDEN)),
        (404, Outcome.GONE, Reason(ReasonCode.NOT_FOUND)),
        (405, Outcome.BLOCKED, Reason(ReasonCode.REFUSED, "405")),
        (407, Outcome.BLOCKED, Reason(ReasonCode.PROXY_LOGIN_REQUIRED)),
        (410, Outcome.GONE, Reason(ReasonCode.GONE)),
        (418, Outcome.BLOCKED, Reason(ReasonCode.REFUSED, "418")),
        (429, Outcome.BLOCKED, Reason(ReasonCode.TOO_MANY_REQUESTS)),
        (451, Outcome.RESTRICTED, Reason(ReasonCode.LEGAL_REASONS)),
        (999, Outcome.BLOCKED, Reason(ReasonCode.REFUSED, "999")),
        (500, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "500")),
        (503, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "503")),
        (599, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "599")),
    ],
)
def test_status(status: int, outcome: Outcome, reason: Reason) -> None:
    assert judge_http(response(status), NOW) == Check(outcome, reason, NOW, CheckMethod.PAGE, http_status=status)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, Reason(ReasonCode.UNEXPECTED_STATUS, "300")),
        (302, Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL)),
        (399, Reason(ReasonCode.UNEXPECTED_STATUS, "399")),
        (400, Reason(ReasonCode.REFUSED, "400")),
        (500, Reason(ReasonCode.UNEXPECTED_STATUS, "500")),
    ],
)
def test_a_redirect_that_was_not_followed_leads_to_no_web_page(status: int, reason: Reason) -> None:
    assert judge_http(response(status, headers={"Location": "mailto:me@e.example"}), NOW).reason == reason


@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
def test_a_challenge_is_no_answer_of_the_page(status: int) -> None:
    check = judge_http(response(status, headers={"CF-Mitigated": "challenge"}), NOW)
    assert (check.outcome, check.reason) == (Outcome.BLOCKED, Reason(ReasonCode.BOT_WALL, "Cloudflare"))
    assert check.http_status == status


def test_other_words_of_the_bot_wall_are_no_challenge() -> None:
    assert judge_http(response(404, headers={"CF-Mitigated": "log"}), NOW).outcome is Outcome.GONE


NO_DNS = [{"Proxy-Status": "proxy.lan; error=dns_error; rcode=NXDOMAIN"}, {"X-Squid-Error": "ERR_DNS_FAIL 0"}]
OTHER_TROUBLE = [{"Proxy-Status": "proxy.lan; error=connection_timeout"}, {"X-Squid-Error": "ERR_CONNECT_FAIL 111"}, {}]


@pytest.mark.parametrize("headers", NO_DNS)
def test_a_proxy_says_that_the_host_does_not_exist(headers: dict[str, str]) -> None:
    for status in (500, 502, 503):
        check = judge_http(response(status, headers=headers), NOW)
        assert check == Check(
            Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), NOW, CheckMethod.PAGE, http_status=status
        )
    assert judge_http(response(200, headers=headers), NOW).outcome is Outcome.OK
    assert judge_http(response(499, headers=headers), NOW).reason == Reason(ReasonCode.REFUSED, "499")


@pytest.mark.parametrize("headers", OTHER_TROUBLE)
def test_other_trouble_of_a_proxy_is_no_fault_of_the_host(headers: dict[str, str]) -> None:
    assert judge_http(response(502, headers=headers), NOW).reason == Reason(ReasonCode.UNEXPECTED_STATUS, "502")


@pytest.mark.parametrize(
    ("redirects", "outcome", "reason"),
    [
        ((301,), Outcome.MOVED, (ReasonCode.PERMANENT_REDIRECT,)),
        ((308,), Outcome.MOVED, (ReasonCode.PERMANENT_REDIRECT,)),
        ((308, 301), Outcome.MOVED, (ReasonCode.PERMANENT_REDIRECT,)),
        ((302,), Outcome.OK, TEMPORARY),
        ((303,), Outcome.OK, TEMPORARY),
        ((307,), Outcome.OK, TEMPORARY),
        ((301, 302), Outcome.OK, TEMPORARY),
        ((302, 301), Outcome.OK, TEMPORARY),
    ],
)
def test_only_permanent_redirects_move_a_link(
    redirects: tuple[int, ...], outcome: Outcome, reason: tuple[ReasonCode, ...]
) -> None:
    check = judge_http(response(200, *redirects), NOW)
    assert (check.outcome, check.final_url) == (outcome, MOVED_TO)
    assert (check.reason.code, *(each.code for each in check.reason.additions)) == reason
    assert check.suggestion == (None if outcome is Outcome.MOVED else MOVED_TO)


@pytest.mark.parametrize(
    ("led_to", "final_url"),
    [
        (f"{MOVED_TO}?utm_source=feed&fbclid=x", MOVED_TO),
        ("https://E.example:443/b/sorting#part", f"{MOVED_TO}#part"),
        ("https://e.example/b/sorting?utm_source=feed#part", f"{MOVED_TO}#part"),
    ],
)
def test_the_final_url_is_canonical_and_without_tracking_parameters(led_to: str, final_url: str) -> None:
    answer = Response(led_to, request=Request(URL, meta={"redirect_reasons": [301], "redirect_urls": [URL]}))
    check = judge_http(answer, NOW)
    assert (check.outcome, check.final_url) == (Outcome.MOVED, final_url)


@pytest.mark.parametrize(("status", "outcome"), [(404, Outcome.GONE), (500, Outcome.FAILED), (403, Outcome.BLOCKED)])
def test_a_redirect_to_a_bad_page_moves_nothing(status: int, outcome: Outcome) -> None:
    check = judge_http(response(status, 301), NOW)
    assert (check.outcome, check.final_url) == (outcome, MOVED_TO)


@pytest.mark.parametrize("location", ["weixin://dl/business", "ftp://e.example/a"])
def test_a_redirect_to_what_is_no_web_page(location: str) -> None:
    check = judge_http(response(302, headers={"Location": location}), NOW)
    assert (check.outcome, check.reason) == (Outcome.UNREADABLE, Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL))


def test_elapsed_is_the_time_to_the_first_byte() -> None:
    assert judge_http(response(200, download_latency=0.25), NOW).elapsed == timedelta(seconds=0.25)
    assert judge_http(response(200, download_latency=0.0), NOW).elapsed == timedelta(0)
    assert judge_http(response(200), NOW).elapsed is None


@pytest.mark.parametrize("status", [200, 404, 410, 451, 500])
def test_a_status_alone_is_never_conclusive(status: int) -> None:
    assert not judge_http(response(status), NOW).conclusive


# --- where redirects lead ---------------------------------------------------------------------------------------------


def redirected(asked: str, final: str, *redirects: int, body: bytes = b"", status: int = 200) -> Response:
    request = Request(asked, meta={"redirect_urls": [asked], "redirect_reasons": list(redirects)})
    return HtmlResponse(final, status, body=body, encoding="utf-8", request=request)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://e.example/a/b", "https://e.example/"),
        ("https://e.example/a/b", "https://e.example"),
        ("http://e.example/a/b", "https://www.e.example/"),
        ("https://www.e.example/a/b", "https://e.example/index.html"),
        ("https://e.example/a", "https://e.example/index.php"),
        ("https://e.example/a", "https://e.example/home"),
        ("https://e.example/a", "https://e.example/home/"),
        ("https://e.example/a", "https://e.example/en"),
        ("https://e.example/a", "https://e.example/zh-cn/"),
        ("https://e.example/a", "https://e.example/zh_CN/index.html"),
        ("https://blog.e.example/a", "https://e.example/"),
        ("https://e.example/blog/a", "https://blog.e.example/"),
        ("https://e.example/?p=12", "https://e.example/"),
        ("https://e.example/index.php?id=12", "https://e.example/"),
        ("https://e.example/a/latest/", "https://e.example/"),
        ("https://e.example/a/b", "https://e.example/?utm_source=redirect"),
    ],
)
def test_a_deep_link_that_leads_home_is_gone(asked: str, final: str, status: int) -> None:
    check = judge_http(redirected(asked, final, status), NOW)
    assert (check.outcome, check.reason) == (Outcome.GONE, Reason(ReasonCode.REDIRECTED_HOME))
    assert not check.conclusive


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("http://e.example/", "https://e.example/"),
        ("https://e.example/index.html", "https://www.e.example/"),
        ("https://e.example/", "https://e.example/en/"),
        ("https://e.example/home", "https://e.example/"),
        ("https://e.example/?ref=somebody", "https://e.example/"),
        ("https://e.example/?utm_source=2024", "https://e.example/"),
        ("https://docs.e.example/latest/index.html", "https://docs.e.example/"),
        ("https://docs.e.example/en/latest/", "https://docs.e.example/"),
        ("https://e.example/welcome", "https://e.example/"),
        ("https://e.example/main.html", "https://www.e.example/"),
        ("https://e.example/zh-Hans/portal", "https://e.example/"),
        ("https://e.example/a", "https://e.example/?page=a"),
        ("https://e.example/a", "https://e.example/ai/"),
        ("https://e.example/a", "https://e.example/homepage-of-a"),
        ("https://user.host.example/project", "https://project.example/"),
        ("https://e.example/a", "https://note.example/"),
        ("https://e.example/docs/", "https://docs.e.example/"),
    ],
)
def test_other_redirects_do_not_lead_home(asked: str, final: str) -> None:
    for status in (301, 302):
        assert judge_http(redirected(asked, final, status), NOW).is_ok


@pytest.mark.parametrize(
    "path", ["404", "404.html", "not-found", "error/404", "notfound.aspx", "en/404/", "page-not-found", "#/404"]
)
def test_a_redirect_to_what_is_not_found(path: str) -> None:
    for status in (301, 302):
        check = judge_http(redirected("https://e.example/a/b", f"https://e.example/x/{path}", status), NOW)
        assert (check.outcome, check.reason) == (Outcome.GONE, Reason(ReasonCode.REDIRECTED_TO_404_PAGE))
    assert not check.conclusive


@pytest.mark.parametrize(
    "path", ["error", "error.html?aspxerrorpath=/a/b", "common/error.aspx", "errorpage", "error-page/", "#/error"]
)
def test_a_redirect_to_a_page_for_errors(path: str) -> None:
    for status in (301, 302):
        check = judge_http(redirected("https://e.example/a/b", f"https://e.example/x/{path}", status), NOW)
        assert (check.outcome, check.reason) == (Outcome.FAILED, Reason(ReasonCode.REDIRECTED_TO_ERROR_PAGE))
        asked = redirected("https://e.example/docs/errors", f"https://e.example/x/{path}", status)
        assert judge_http(asked, NOW).outcome in {Outcome.OK, Outcome.MOVED}


def test_a_hash_route_for_what_is_not_found() -> None:
    check = judge_http(redirected("https://e.example/a/b", "https://e.example/#/404", 302), NOW)
    assert check.outcome is Outcome.GONE


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("a", "how-404-works"),
        ("a", "error-handling"),
        ("a", "terror"),
        ("a", "posts/4040"),
        ("a", "errors"),
        ("posts/404/", "p/404"),
        ("?p=404", "404"),
        ("not-found", "en/not-found"),
    ],
)
def test_a_redirect_to_what_only_sounds_like_it(asked: str, path: str) -> None:
    check = judge_http(redirected(f"https://e.example/{asked}", f"https://e.example/{path}", 301), NOW)
    assert check.is_ok


def test_a_stand_in_is_no_new_address() -> None:
    body = "<title>页面不存在</title>".encode()
    check = judge_http(redirected("https://e.example/a", "https://e.example/b", 301, body=body), NOW)
    assert (check.outcome, check.reason) == (Outcome.GONE, Reason(ReasonCode.SOFT_404))
    check = judge_http(
        redirected("https://e.example/a", "https://e.example/b", 301, body=body), NOW, texts=["页面不存在"]
    )
    assert check.is_ok


# --- what the user accepts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404, 503, 999])
def test_an_accepted_status_is_good(status: int) -> None:
    accepted = frozenset({status})
    walled = response(status, headers={"CF-Mitigated": "challenge"})
    check = judge_http(walled, NOW, accepted_statuses=accepted)
    assert (check.outcome, check.reason) == (Outcome.OK, Reason(ReasonCode.STATUS_ACCEPTED, str(status)))
    assert judge_http(walled, NOW, accepted_statuses=frozenset({status + 1})).outcome is Outcome.BLOCKED
    assert judge_http(response(status, 301), NOW, accepted_statuses=accepted).outcome is Outcome.MOVED
    home = redirected("https://e.example/a", "https://e.example/", 302, status=status)
    assert judge_http(home, NOW, accepted_statuses=accepted).outcome is Outcome.OK
