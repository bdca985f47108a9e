"""What is noted of a link when an answer comes, or none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Never

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.checks import cpu_limit
from crawler.checks.cpu_limit import with_limited_steps
from crawler.checks.response_check import (
    inconclusive_result,
    judge_response,
    requested_wait,
    skipped_result,
)
from crawler.html import TooMuchMarkupError
from crawler.kinds.registry import link_of
from crawler.kinds.web import Web
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.metadata import Page
from crawler.models.notes.note import LinkRole
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink, Validators
from tests.support.slow_readers import match_for_ever

if TYPE_CHECKING:
    from crawler.models.link import Link

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://a.example.org/x"
EARLIER = Check(
    Outcome.MOVED,
    Reason(ReasonCode.PERMANENT_REDIRECT, "301"),
    NOW - timedelta(days=7),
    CheckMethod.PAGE,
    http_status=200,
    final_url="https://a.example.org/y",
)
HISTORY = (EARLIER,)
PNG = b"\x89PNG\r\n\x1a\n"


def link(url: str = URL, role: LinkRole = LinkRole.OTHER) -> Link:
    found = link_of(url, "n.md", role)
    assert found is not None
    return found


def due(url: str = URL, texts: tuple[str, ...] = (), validators: Validators | None = None) -> DueLink:
    return DueLink(link(url), HISTORY, texts, validators=validators)


def answer(
    status: int = 200, title: str = "A page", headers: dict[str, str] | None = None, asked: dict[str, str] | None = None
) -> Response:
    body = f"<title>{title}</title><p>Text.</p>".encode()
    return HtmlResponse(
        URL, status, headers=headers, body=body, encoding="utf-8", request=Request(URL, headers=asked or {})
    )


def check(response: Response, texts: tuple[str, ...] = (), accepted: dict[str, set[int]] | None = None) -> CheckResult:
    by_host = {host: frozenset(statuses) for host, statuses in (accepted or {}).items()}
    return judge_response(due(texts=texts), response, by_host, NOW)


def test_a_page_is_read_by_its_kind() -> None:
    result = check(answer(headers={"ETag": '"7"'}))
    assert result.page is not None
    assert replace(result, page=None) == CheckResult(
        link(),
        Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, http_status=200),
        Page("A page"),
        validators=Validators(URL, NOW, '"7"'),
        history=HISTORY,
    )
    assert check(answer(404, headers={"ETag": '"7"'})).validators is None


def test_what_the_notes_call_a_link_tells_a_page_from_an_error() -> None:
    assert check(answer(title="Page not found")).check.outcome is Outcome.GONE
    assert check(answer(title="Page not found"), texts=("Page not found",)).check.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("accepted", "outcome"),
    [
        ({"a.example.org": {404}}, Outcome.OK),
        ({"*.example.org": {404}}, Outcome.OK),
        ({"*.example.org": {403}, "a.*": {404}}, Outcome.OK),
        ({"b.example.org": {404}}, Outcome.GONE),
        ({"a.example.org": {403}}, Outcome.GONE),
        ({}, Outcome.GONE),
    ],
)
def test_the_user_accepts_statuses_by_host(accepted: dict[str, set[int]], outcome: Outcome) -> None:
    assert check(answer(404), accepted=accepted).check.outcome is outcome


def test_what_has_not_changed_is_as_it_was() -> None:
    validators = Validators(URL, NOW - timedelta(days=7), '"7"')
    response = answer(304, asked={"If-None-Match": '"7"'})
    result = judge_response(due(validators=validators), response, {}, NOW)
    assert (result.check.outcome, result.check.reason) == (EARLIER.outcome, EARLIER.reason)
    assert (result.check.final_url, result.check.http_status) == (EARLIER.final_url, 304)
    assert (result.link, result.validators, result.history) == (link(), validators, HISTORY)


def test_bytes_that_are_kept_need_no_validators_of_their_own() -> None:
    picture = "https://a.example.org/x.png"
    response = Response(
        picture, headers={"Content-Type": "image/png", "ETag": '"7"'}, body=PNG, request=Request(picture)
    )
    shown = replace(due(picture), link=link(picture, LinkRole.IMAGE))
    result = judge_response(shown, response, {}, NOW)
    assert (result.check.is_ok, result.body, result.validators) == (True, PNG, None)
    unchanged = Response(picture, 304, request=Request(picture, headers={"If-None-Match": '"7"'}))
    result = judge_response(shown, unchanged, {}, NOW)
    assert (result.check.outcome, result.check.reason) == (Outcome.OK, Reason(ReasonCode.UNCHANGED))
    assert result.history == HISTORY


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (TooMuchMarkupError(), Outcome.UNREADABLE, Reason(ReasonCode.PAGE_TOO_COMPLEX)),
        (KeyError("title"), Outcome.BLOCKED, Reason(ReasonCode.PAGE_PARSE_ERROR, "'title'")),
        (ValueError("x" * 999), Outcome.BLOCKED, Reason(ReasonCode.PAGE_PARSE_ERROR, "x" * 180)),
    ],
)
def test_a_page_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    outcome: Outcome,
    reason: Reason,
) -> None:
    def fail(*_: object) -> Never:
        raise error

    monkeypatch.setattr(Web, "read", fail)
    result = check(answer())
    expected = Check(outcome, reason, NOW, CheckMethod.PAGE, http_status=200)
    assert result == CheckResult(link(), expected, history=HISTORY)
    logged = [f"{URL}: page cannot be parsed"] if outcome is Outcome.BLOCKED else []
    assert [record.getMessage() for record in caplog.records] == logged


def test_a_page_that_takes_too_long_is_not_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cpu_limit, "READING_SECONDS", 0.2)

    async def read() -> CheckResult:
        return check(answer())

    with monkeypatch.context() as patch:
        patch.setattr(Web, "read", match_for_ever)
        result = asyncio.run(with_limited_steps(read()))
    expected = Check(Outcome.UNREADABLE, Reason(ReasonCode.PAGE_TOO_COMPLEX), NOW, CheckMethod.PAGE, http_status=200)
    assert result == CheckResult(link(), expected, history=HISTORY)
    assert caplog.messages == [f"{URL}: not read, since that takes more than 0.2 s"]
    assert asyncio.run(with_limited_steps(read())).check.is_ok


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (429, "120", 120),
        (503, "Fri, 20 Nov 2026 03:01:00 GMT", 60),
        (429, "später", None),
        (429, None, None),
        (403, "120", None),
        (200, "120", None),
    ],
)
def test_how_long_a_host_asks_to_be_left_alone(status: int, value: str | None, seconds: float | None) -> None:
    headers = {} if value is None else {"Retry-After": value.encode("latin-1")}
    assert requested_wait(Response(URL, status, headers=headers), NOW) == seconds


def test_a_link_that_is_not_asked_is_skipped() -> None:
    reason = Reason(ReasonCode.RUN_LIMIT_REACHED)
    before = datetime.now(UTC)
    result = skipped_result(due(), reason)
    assert result == CheckResult(
        link(), Check(Outcome.SKIPPED, reason, result.check.checked_at, CheckMethod.PAGE), history=HISTORY
    )
    assert before <= result.check.checked_at <= datetime.now(UTC)


def test_an_answer_without_the_next_request_says_nothing() -> None:
    gone = Check(Outcome.GONE, Reason(ReasonCode.NOT_FOUND), NOW, CheckMethod.PAGE, http_status=404, conclusive=True)
    result = inconclusive_result(CheckResult(link(), gone, history=HISTORY), ReasonCode.RUN_LIMIT_REACHED)
    assert (result.check.outcome, result.check.conclusive, result.history) == (Outcome.BLOCKED, False, HISTORY)
    assert result.check.reason == gone.reason.plus(Reason(ReasonCode.RUN_LIMIT_REACHED))
    assert inconclusive_result(result).check.reason.has(ReasonCode.NOT_RETRIED)
