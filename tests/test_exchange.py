"""What the status and the redirects of an answer say of a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.exchange import check_response
from crawler.items import Check, How, Outcome

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://e.example/a"


def response(status: int, *redirects: int, headers: dict[str, str] | None = None, **meta: float) -> Response:
    request = Request(URL, meta={**meta, **({"redirect_reasons": list(redirects)} if redirects else {})})
    return Response("https://e.example/b" if redirects else URL, status, headers=headers, request=request)


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, Outcome.OK, "answers"),
        (204, Outcome.OK, "answers"),
        (206, Outcome.OK, "answers"),
        (299, Outcome.OK, "answers"),
        (300, Outcome.FAILED, "HTTP 300"),
        (304, Outcome.FAILED, "HTTP 304"),
        (400, Outcome.BLOCKED, "request refused (HTTP 400)"),
        (401, Outcome.RESTRICTED, "login required"),
        (402, Outcome.RESTRICTED, "payment required"),
        (403, Outcome.BLOCKED, "forbidden"),
        (404, Outcome.GONE, "not found"),
        (405, Outcome.BLOCKED, "request refused (HTTP 405)"),
        (407, Outcome.BLOCKED, "proxy wants a login"),
        (410, Outcome.GONE, "gone"),
        (418, Outcome.BLOCKED, "request refused (HTTP 418)"),
        (429, Outcome.BLOCKED, "too many requests"),
        (451, Outcome.RESTRICTED, "unavailable for legal reasons"),
        (999, Outcome.BLOCKED, "request refused (HTTP 999)"),
        (500, Outcome.FAILED, "HTTP 500"),
        (503, Outcome.FAILED, "HTTP 503"),
        (599, Outcome.FAILED, "HTTP 599"),
    ],
)
def test_status(status: int, outcome: Outcome, reason: str) -> None:
    assert check_response(response(status), NOW) == Check(outcome, reason, NOW, How.PAGE, http_status=status)


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_a_challenge_is_no_answer_of_the_page(status: int) -> None:
    check = check_response(response(status, headers={"CF-Mitigated": "challenge"}), NOW)
    assert (check.outcome, check.reason) == (Outcome.BLOCKED, "challenge of a bot wall (Cloudflare)")
    assert check.http_status == status


def test_other_words_of_the_bot_wall_are_no_challenge() -> None:
    assert check_response(response(404, headers={"CF-Mitigated": "log"}), NOW).outcome is Outcome.GONE
    assert check_response(response(200, headers={"CF-Mitigated": "challenge"}), NOW).outcome is Outcome.OK


NO_DNS = [{"Proxy-Status": "proxy.lan; error=dns_error; rcode=NXDOMAIN"}, {"X-Squid-Error": "ERR_DNS_FAIL 0"}]
OTHER_TROUBLE = [{"Proxy-Status": "proxy.lan; error=connection_timeout"}, {"X-Squid-Error": "ERR_CONNECT_FAIL 111"}, {}]


@pytest.mark.parametrize("headers", NO_DNS)
def test_a_proxy_says_that_the_host_does_not_exist(headers: dict[str, str]) -> None:
    for status in (500, 502, 503):
        check = check_response(response(status, headers=headers), NOW)
        assert check == Check(Outcome.GONE, "host does not exist", NOW, How.PAGE, http_status=status)
    assert check_response(response(200, headers=headers), NOW).outcome is Outcome.OK
    assert check_response(response(499, headers=headers), NOW).reason == "request refused (HTTP 499)"


@pytest.mark.parametrize("headers", OTHER_TROUBLE)
def test_other_trouble_of_a_proxy_is_no_fault_of_the_host(headers: dict[str, str]) -> None:
    assert check_response(response(502, headers=headers), NOW).reason == "HTTP 502"


@pytest.mark.parametrize(
    ("redirects", "outcome", "reason"),
    [
        ((301,), Outcome.MOVED, "permanent redirect (301)"),
        ((308,), Outcome.MOVED, "permanent redirect (308)"),
        ((308, 301), Outcome.MOVED, "permanent redirect (308)"),
        ((302,), Outcome.OK, "answers"),
        ((303,), Outcome.OK, "answers"),
        ((307,), Outcome.OK, "answers"),
        ((301, 302), Outcome.OK, "answers"),
        ((302, 301), Outcome.OK, "answers"),
    ],
)
def test_only_permanent_redirects_move_a_link(redirects: tuple[int, ...], outcome: Outcome, reason: str) -> None:
    check = check_response(response(200, *redirects), NOW)
    assert check == Check(outcome, reason, NOW, How.PAGE, http_status=200, final_url="https://e.example/b")


@pytest.mark.parametrize(("status", "outcome"), [(404, Outcome.GONE), (500, Outcome.FAILED), (403, Outcome.BLOCKED)])
def test_a_redirect_to_a_bad_page_moves_nothing(status: int, outcome: Outcome) -> None:
    check = check_response(response(status, 301), NOW)
    assert (check.outcome, check.final_url) == (outcome, "https://e.example/b")


def test_elapsed_is_the_time_to_the_first_byte() -> None:
    assert check_response(response(200, download_latency=0.25), NOW).elapsed == timedelta(seconds=0.25)
    assert check_response(response(200, download_latency=0.0), NOW).elapsed == timedelta(0)
    assert check_response(response(200), NOW).elapsed is None


@pytest.mark.parametrize("status", [200, 404, 410, 451, 500])
def test_a_status_alone_is_never_conclusive(status: int) -> None:
    assert not check_response(response(status), NOW).conclusive
