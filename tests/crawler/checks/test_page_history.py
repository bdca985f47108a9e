"""Which versions of a page are kept, and when another page is in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import HtmlResponse, Response

from crawler.checks.page_history import earlier_titles, find_replacement, observe_page, with_page
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.page_version import PageVersion
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://a.example.org/tulips/growth"
TULIPS = PageVersion("On the growth of tulips", 0, "latin", "en", NOW - timedelta(days=9))
REPAIRS = PageVersion("Ремонт холодильников недорого", 2**40 - 1, "cyrillic", "ru", NOW)


def replacement_of(*past: PageVersion, now: PageVersion = REPAIRS, url: str = URL, text: str = "x") -> str | None:
    found = find_replacement(url, (text,), past, now, is_multilingual=False)
    return None if found is None else found.earlier


def test_what_differs_in_all_is_another_page() -> None:
    assert replacement_of(TULIPS) == TULIPS.title


@pytest.mark.parametrize(
    "now",
    [
        replace(REPAIRS, script="latin", language="en"),
        replace(REPAIRS, script="latin", language=""),
        replace(REPAIRS, fingerprint=1),
        replace(REPAIRS, fingerprint=None),
        replace(REPAIRS, title="Ремонт tulips"),
        replace(REPAIRS, title=TULIPS.title),
        replace(REPAIRS, title=""),
    ],
)
def test_what_has_anything_in_common_is_not(now: PageVersion) -> None:
    assert replacement_of(TULIPS, now=now) is None


def test_without_a_past_only_what_takes_over_domains_is() -> None:
    assert replacement_of() is None
    assert replacement_of(now=replace(REPAIRS, title="Situs slot gacor"), text="Growth of tulips") == "Growth of tulips"


def test_the_text_of_the_link_names_what_was_meant() -> None:
    assert replacement_of(TULIPS, text="Ремонт холодильников") is None


def test_a_front_page_is_not_judged_by_one_change() -> None:
    front = "https://a.example.org/"
    assert replacement_of(TULIPS, url=front) is None
    assert replacement_of(TULIPS, REPAIRS, url=front) == TULIPS.title


def test_a_title_that_keeps_changing_says_nothing() -> None:
    others = (replace(TULIPS, title=title) for title in ("Storm over the coast", "Minister resigns"))
    assert replacement_of(TULIPS, *others) is None


def test_a_page_that_was_another_stays_so() -> None:
    assert replacement_of(TULIPS, replace(REPAIRS, replaced=True)) == TULIPS.title


def page(title: str, url: str = URL, **headers: str) -> HtmlResponse:
    body = f"<html lang=ru><title>{title}</title><p>{'слово и ещё слово ' * 30}</p>".encode()
    return HtmlResponse(url, 200, headers=headers, body=body, encoding="utf-8")


def checked(response: Response, *past: PageVersion) -> CheckResult:
    link = link_of(URL, "")
    assert link is not None
    check = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, 200)
    return with_page(DueLink(link, past=past), response, CheckResult(link, check))


def test_what_is_new_is_kept() -> None:
    first = checked(page("Тюльпаны в саду")).page
    assert first is not None
    assert (first.script, first.language, first.address) == ("cyrillic", "ru", None)
    assert checked(page("Тюльпаны в саду"), first).page is None
    assert checked(page("Тюльпаны весной"), first).page is not None
    assert checked(Response(URL)).page is None


def test_another_page_is_told_with_its_title_and_day() -> None:
    result = checked(page("Ремонт холодильников"), TULIPS)
    assert result.check.outcome is Outcome.REPLACED
    assert result.check.reason.details == ("2026-11-20", "Ремонт холодильников", TULIPS.title)
    assert result.page is not None
    assert result.page.replaced
    assert checked(page("Ремонт холодильников", Vary="Accept-Language"), TULIPS).check.outcome is Outcome.OK


def test_titles_that_were_seen_elsewhere() -> None:
    new = "https://b.example.net/x"
    there = replace(REPAIRS, address=new)
    assert earlier_titles([TULIPS, there], URL, new) == (TULIPS.title,)
    assert earlier_titles([TULIPS, there], URL, URL) == (REPAIRS.title,)
    assert earlier_titles([replace(TULIPS, replaced=True)], URL, new) == ()


def test_where_it_was_read_is_known() -> None:
    seen = observe_page(page("x", "https://b.example.net/x?utm_source=y"), URL, NOW)
    assert seen is not None
    assert seen.address == "https://b.example.net/x"
