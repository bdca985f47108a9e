"""Which requests the prober of soft 404 pages sends, and what their answers mean; a function answers them."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.checks import cpu_limit, http_check
from crawler.checks.cpu_limit import with_limited_steps
from crawler.checks.probes import soft404_probe
from crawler.checks.probes.soft404_probe import Soft404Prober
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.metadata import Page
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import DueLink
from tests.support.slow_readers import match_for_ever

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
GOOD = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, http_status=200)
CATCH_ALL = replace(GOOD, outcome=Outcome.GONE, reason=Reason(ReasonCode.CATCH_ALL_PAGE))
UNKNOWN = replace(GOOD, outcome=Outcome.BLOCKED, reason=Reason(ReasonCode.POSSIBLE_CATCH_ALL_PAGE))
BEFORE = Page("How I built a boat in my garden", "text/html")
HOST = "https://a.example.org"
WELCOME = "Welcome to our site."


class Web:
    """Answers requests by a function of the URL, and keeps what was asked for."""

    def __init__(self, answer: Callable[[str], Response | None]) -> None:
        self.requests: list[Request] = []
        self._answer = answer

    async def fetch(self, request: Request) -> Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = self._answer(request.url)
        if answer is None:
            raise ConnectionResetError
        return answer

    @property
    def asked(self) -> list[str]:
        return [request.url for request in self.requests]


def page(url: str, title: str = "Example", words: str = WELCOME, status: int = 200) -> Response:
    body = f"<title>{title}</title><p>{words}</p>".encode()
    return HtmlResponse(url, status, body=body, encoding="utf-8", request=Request(url))


def nothing(url: str) -> Response:
    return Response(url, 404, request=Request(url))


def due(url: str, *texts: str, history: tuple[Check, ...] = (), known: Page | None = BEFORE) -> DueLink:
    link = link_of(url, "n.md")
    assert link is not None
    return DueLink(link, history, texts, known)


def probe(
    web: Web,
    *responses: Response,
    texts: tuple[str, ...] = (),
    history: tuple[Check, ...] = (),
    known: Page | None = BEFORE,
) -> list[Check]:
    """Let one prober look at pages one after the other, which were another page before."""

    async def run() -> list[Check]:
        prober = Soft404Prober(web.fetch)
        return [
            await prober.probe(due(each.url, *texts, history=history, known=known), each, GOOD) for each in responses
        ]

    return asyncio.run(run())


# --- the same page for every address ----------------------------------------------------------------------------------


def test_a_page_shown_for_every_address_is_gone_if_it_was_another() -> None:
    web = Web(page)
    assert probe(web, page(f"{HOST}/blog/post.html")) == [CATCH_ALL]
    root, beside = web.requests
    assert re.fullmatch(rf"{HOST}/[0-9a-f]{{16}}", root.url)
    assert re.fullmatch(rf"{HOST}/blog/[0-9a-f]{{16}}\.html", beside.url)
    assert root.meta["max_bytes"] == beside.meta["max_bytes"] == HEAD_OF_PAGE


@pytest.mark.parametrize("known", [None, Page("", None), Page("Example", None), Page("Example!", None)])
def test_a_page_shown_for_every_address_says_nothing_by_itself(known: Page | None) -> None:
    assert probe(Web(page), page(f"{HOST}/post"), known=known) == [UNKNOWN]


@pytest.mark.parametrize("known", [None, BEFORE])
def test_a_page_shown_for_every_address_may_say_that_nothing_is_there(known: Page | None) -> None:
    words = f"{WELCOME}</p><p>{'Tools for everybody. ' * 200}</p><p>Sorry, this page does not exist."
    web = Web(lambda url: page(url, words=words))
    assert probe(web, page(f"{HOST}/post", words=words), known=known) == [
        replace(CATCH_ALL, reason=Reason(ReasonCode.SOFT_404))
    ]


@pytest.mark.parametrize(
    "words",
    [
        "<div id=root></div><script src=/app.js></script>",
        "We use cookies.",
        "请先登录",
        "Scan the QR code with your phone.",
        "Not offered in your country.",
    ],
)
def test_a_frame_or_gate_at_every_address_says_nothing_even_if_another_page_was_there(words: str) -> None:
    web = Web(lambda url: page(url, words=words))
    assert probe(web, page(f"{HOST}/post", words=words)) == [UNKNOWN]


def test_a_page_elsewhere_that_takes_too_long_to_read_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_limit, "READING_SECONDS", 0.1)
    monkeypatch.setattr(soft404_probe, "visible_text", match_for_ever)
    assert probe(Web(page), page(f"{HOST}/post"), known=None) == [GOOD]
    monkeypatch.setattr(http_check, "judge_http", match_for_ever)
    checking = Soft404Prober(Web(page).fetch).https_upgrade("http://a.example.org/post")
    assert asyncio.run(with_limited_steps(checking)) is None


def test_a_notice_that_names_its_path_is_compared_without_it() -> None:
    def answer(url: str, said: str = "This page does not exist.") -> Response:
        return page(url, words=f"{'Tools. ' * 400}</p><p>Nothing at {url.removeprefix(HOST)}</p><p>{said}")

    gone = replace(CATCH_ALL, reason=Reason(ReasonCode.SOFT_404))
    assert probe(Web(answer), answer(f"{HOST}/blog/post-12")) == [gone]
    assert probe(Web(lambda url: answer(url, "Hello.")), answer(f"{HOST}/blog/post-12", "Hello.")) == [GOOD]


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://a.example.org/blog/post/">',
        "<link href='/blog/post' rel='canonical'>",
        '<meta property="og:url" content="https://www.example.org/blog/post?a=1&amp;b=2">',
    ],
)
def test_a_page_that_names_its_own_url_needs_no_probe(head: str) -> None:
    web = Web(lambda url: page(url, words=head))
    assert probe(web, page(f"{HOST}/blog/post", words=head)) == [GOOD]
    assert web.asked == []
    assert probe(web, page(f"{HOST}/blog/other", words=head)) == [CATCH_ALL]


def test_a_page_with_the_words_of_its_path_for_a_title_needs_no_probe() -> None:
    web = Web(lambda url: page(url, "Welcome"))
    assert probe(web, page(f"{HOST}/blog/building-wooden-boats.html", "Wooden boats | Example")) == [GOOD]
    assert web.asked == []
    assert probe(web, page(f"{HOST}/blog/welcome", "Welcome")) == [CATCH_ALL]


@pytest.mark.parametrize(
    ("url", "siblings"),
    [
        (f"{HOST}/post", [r"/\w{16}"]),
        (f"{HOST}/post/", [r"/\w{16}/"]),
        (f"{HOST}/a/b/post.tar.gz?c=d#e", [r"/a/b/\w{16}\.gz"]),
        (f"{HOST}/a/b.c/post/", [r"/a/b\.c/\w{16}/"]),
        (f"{HOST}/questions/12/any-words", [r"/questions/12/\w{16}", r"/questions/\w{16}/any-words"]),
        (f"{HOST}/questions/12/any-words/", [r"/questions/12/\w{16}/", r"/questions/\w{16}/any-words/"]),
        (f"{HOST}/12/any.html", [r"/12/\w{16}\.html", r"/\w{16}/any\.html"]),
        ("http://a.example.org:81/x/y", [r"/x/\w{16}"]),
    ],
)
def test_addresses_of_the_same_form_are_asked_for(url: str, siblings: list[str]) -> None:
    web = Web(page)
    origin = url[: url.index("/", len("https://"))]
    assert probe(web, page(url))[0].reason == CATCH_ALL.reason
    found = [asked for asked in web.asked if asked.startswith(f"{origin}/")]
    if siblings[0] != r"/\w{16}":
        assert re.fullmatch(re.escape(origin) + r"/\w{16}", found.pop(0))
    assert [bool(re.fullmatch(re.escape(origin) + form, each)) for form, each in zip(siblings, found, strict=True)] == [
        True
    ] * len(siblings)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "answer",
    [
        nothing,
        lambda url: page(url, status=410),
        lambda url: page(url, "Page not found"),
        lambda url: page(url, "Another page"),
        lambda url: page(url, words="Other words."),
        lambda _: page(f"{HOST}/post"),  # others are redirected to the link's own address
        lambda url: TextResponse(url, body=WELCOME.encode(), encoding="utf-8", request=Request(url)),
    ],
)
def test_a_page_that_no_other_address_shows_is_good(answer: Callable[[str], Response]) -> None:
    assert probe(Web(answer), page(f"{HOST}/post")) == [GOOD]


def test_without_an_answer_only_a_page_that_changed_or_was_a_catch_all_page_stays_in_doubt() -> None:
    shown, silent = page(f"{HOST}/post"), Web(lambda _: None)
    assert probe(silent, shown, known=None) == [GOOD]
    assert len(silent.asked) == 2
    assert probe(silent, shown, known=None, history=(CATCH_ALL, GOOD)) == [GOOD]
    for last in (CATCH_ALL, UNKNOWN):
        assert probe(silent, shown, known=None, history=(GOOD, last)) == [UNKNOWN]
    assert probe(silent, shown) == [UNKNOWN]


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_refusal_is_another_page(status: int) -> None:
    assert probe(Web(lambda url: page(url, status=status)), page(f"{HOST}/post"), history=(CATCH_ALL,)) == [GOOD]


@pytest.mark.parametrize(
    "shown",
    [
        TextResponse(f"{HOST}/post", body=b"text", encoding="utf-8"),
        page(f"{HOST}/"),
        page(HOST),
    ],
)
def test_what_cannot_be_compared_is_not(shown: Response) -> None:
    web = Web(lambda url: shown.replace(url=url))
    assert probe(web, shown) == [GOOD]
    assert web.asked == []


def test_a_host_that_has_no_page_for_a_random_address_is_asked_once() -> None:
    web = Web(nothing)
    pages = [page(f"{HOST}/{folder}/{number}/post") for folder in "ab" for number in "12"]
    assert probe(web, *pages) == [GOOD] * 4
    assert len(web.asked) == 1
    assert probe(web, page(f"{HOST}/post"), page("https://b.example.org/post")) == [GOOD] * 2
    assert len(web.asked) == 3


def test_another_host_is_asked_in_each_folder() -> None:
    web = Web(lambda url: page(url, "Example" if "/old/" in url else url))
    pages = [page(f"{HOST}/{path}") for path in ("old/a", "old/b", "new/a", "old/c/")]
    assert probe(web, *pages) == [CATCH_ALL, CATCH_ALL, GOOD, CATCH_ALL]
    assert [url.rstrip("/").rpartition("/")[0] for url in web.asked] == [
        HOST,
        f"{HOST}/old",
        f"{HOST}/new",
        f"{HOST}/old",
    ]


def test_the_order_of_links_decides_nothing() -> None:
    def answer(url: str) -> Response:
        return page(url, words="<div id=app></div><script></script>") if "/app/" in url else nothing(url)

    pages = [page(f"{HOST}/docs/a"), answer(f"{HOST}/app/a"), answer(f"{HOST}/app/b"), page(f"{HOST}/docs/b")]
    expected = [GOOD, UNKNOWN, UNKNOWN, GOOD]
    assert probe(Web(answer), *pages) == expected
    assert probe(Web(answer), *reversed(pages)) == expected[::-1]
    assert probe(Web(answer), *pages[1:], pages[0]) == [*expected[1:], expected[0]]


def test_links_of_a_host_that_are_checked_together_share_one_request() -> None:
    web = Web(page)

    async def run() -> list[Check]:
        prober = Soft404Prober(web.fetch)
        pages = [page(f"{HOST}/{name}") for name in "abc"]
        return await asyncio.gather(*(prober.probe(due(each.url), each, GOOD) for each in pages))

    assert asyncio.run(run()) == [CATCH_ALL] * 3
    assert len(web.asked) == 1


# --- which pages are looked at ----------------------------------------------------------------------------------------

TITLE = "NeRF: Neural Radiance Fields"


@pytest.mark.parametrize(
    ("text", "title", "is_probed"),
    [
        (TITLE, TITLE, False),
        (TITLE.upper(), f"{TITLE.lower()} | example", False),
        ("NeRF - Neural Radiance Field", f"{TITLE} - Example", False),
        (TITLE, "Example", True),
        ("Example", "Example", True),  # perhaps the name of the site
        ("x" * 15, "x" * 15, True),
        ("x" * 16, "x" * 16, False),
        ("中文标题一", "中文标题一", True),
        ("中文标题一二", "中文标题一二", False),
        (f"{TITLE} and how they are rendered in real time", TITLE, True),
        ("abcdefghij" * 2, "abcdefghij" + "abcdef", False),
        ("abcdefghij" * 2, "abcdefghij" + "abcde", True),
        ("Something else altogether", TITLE, True),
    ],
)
def test_a_page_with_the_title_that_a_note_gives_needs_no_probe(text: str, title: str, *, is_probed: bool) -> None:
    web = Web(lambda url: page(url, title))
    shown = page(f"{HOST}/post", title)
    (check,) = probe(web, shown, texts=("other", text))
    assert check == (CATCH_ALL if is_probed else GOOD)
    assert Soft404Prober(web.fetch).is_needed(due(shown.url, "other", text), shown, GOOD) is is_probed


@pytest.mark.parametrize(
    ("url", "check", "status", "is_needed"),
    [
        (f"{HOST}/post", GOOD, 200, True),
        (f"{HOST}/post", replace(GOOD, outcome=Outcome.MOVED, final_url=HOST), 200, True),
        (f"{HOST}/post", replace(GOOD, outcome=Outcome.GONE), 200, False),
        (f"{HOST}/post", GOOD, 304, False),
        (f"{HOST}/", GOOD, 200, False),
        ("http://a.example.org/", GOOD, 200, True),
        ("https://github.com/o/n", GOOD, 200, False),
        ("https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA", GOOD, 200, False),
    ],
)
def test_web_pages_are_probed_when_they_were_read(url: str, check: Check, status: int, *, is_needed: bool) -> None:
    assert Soft404Prober(Web(page).fetch).is_needed(due(url), page(url, status=status), check) is is_needed


def test_a_host_that_is_known_needs_no_probe() -> None:
    async def run(web: Web) -> list[bool]:
        prober = Soft404Prober(web.fetch)
        shown, plain = page(f"{HOST}/post"), page("http://a.example.org/")
        for each in (shown, plain):
            await prober.probe(due(each.url), each, GOOD)
        return [prober.is_needed(due(each.url), each, GOOD) for each in (shown, plain)]

    assert asyncio.run(run(Web(lambda url: nothing(url) if url.startswith("http:") else None))) == [True, False]
    assert asyncio.run(run(Web(nothing))) == [False, True]


# --- https ------------------------------------------------------------------------------------------------------------

PLAIN = "http://a.example.org"
BY_HTTPS = replace(GOOD, suggestion=f"{HOST}/x?a=1", suggestion_source="https")


def secure(answer: Callable[[str], Response | None]) -> Web:
    """Return a web in which http shows no page for a random address, and https what the function says."""
    return Web(lambda url: nothing(url) if url.startswith("http:") else answer(url))


def test_https_that_shows_the_same_is_suggested() -> None:
    web = secure(page)
    assert probe(web, page(f"{PLAIN}/x?a=1")) == [BY_HTTPS]
    assert web.asked[-1] == f"{HOST}/x?a=1"
    assert web.requests[-1].meta["max_bytes"] == HEAD_OF_PAGE


@pytest.mark.parametrize(
    "answer",
    [
        nothing,
        lambda url: page(url, status=500),
        lambda url: page(url, "Page not found"),
        lambda url: page(url, "Welcome to nginx"),
        lambda _: page(f"{PLAIN}/x?a=1"),  # redirects back
        lambda _: None,
    ],
)
def test_https_that_shows_something_else_is_not(answer: Callable[[str], Response | None]) -> None:
    assert probe(secure(answer), page(f"{PLAIN}/x?a=1")) == [GOOD]


def test_a_port_of_its_own_has_no_https() -> None:
    web = secure(page)
    assert probe(web, page("http://a.example.org:8080/x"), page(f"{HOST}/x", "Other")) == [GOOD, GOOD]
    assert not any(url.startswith(f"{HOST}/x") for url in web.asked)


def test_a_host_without_https_is_asked_once() -> None:
    web = secure(lambda _: None)
    assert probe(web, page(f"{PLAIN}/x"), page(f"{PLAIN}/y"), page("http://b.example.org/x")) == [GOOD] * 3
    assert [url for url in web.asked if url.startswith("https:")] == [f"{HOST}/x", "https://b.example.org/x"]


def test_without_a_page_any_answer_by_https_will_do() -> None:
    def upgrade(web: Web, *urls: str) -> list[str | None]:
        async def run() -> list[str | None]:
            prober = Soft404Prober(web.fetch)
            return list(await asyncio.gather(*(prober.https_upgrade(url) for url in urls)))

        return asyncio.run(run())

    assert upgrade(Web(page), f"{PLAIN}/x", f"{HOST}/x", f"{PLAIN}:81/x") == [f"{HOST}/x", None, None]
    assert upgrade(Web(nothing), f"{PLAIN}/x") == [None]
    silent = Web(lambda _: None)
    assert upgrade(silent, f"{PLAIN}/x", f"{PLAIN}/y") == [None, None]
    assert silent.asked == [f"{HOST}/x"]
