"""What a second request settles: pages shown for every address, and https forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet import Internet
from tests.internet.messages import Failure, html, not_found, page, redirect, text
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Fault, Request, Response

HOST = "https://h00.bench.example.org"
PLAIN = "http://h00.bench.example.org"
HOME = page("Example", "Welcome to our site.")


def listed(*links: str) -> str:
    return "\n".join(f"- {link}" for link in links)


def outcomes(desk: Desk) -> dict[str, str]:
    return {url: row["outcome"] for url, row in desk.health().items()}


# --- many hosts in one crawl ------------------------------------------------------------------------------------------

SIBLINGS: dict[str, Fault] = {
    "404": not_found(),
    "403": text("", 403),
    "503": text("", 503),
    "404 with status 200": page("Page not found"),
    "home": redirect("/", 302),
    "reset": Failure.RESET,
    "another": page("Example", "Welcome to our other site."),
}
FRAMES = {  # for a script to fill
    "empty": html("<title>App</title><div id=root></div><script>draw('everything')</script>"),
    "loading": html("<title>App</title><div id=root>正在加载中，请稍候…</div><script>draw('everything')</script>"),
}
NAMES = ["Example", "Example site", "the paper", "Welcome to the site of Example and of others"]
SECURE: dict[str, Fault] = {
    "404": not_found(),
    "500": text("", 500),
    "403": text("", 403),
    "reset": Failure.RESET,
    "server": page("Welcome to nginx"),
}
Crawled = dict[str, dict[str, str]]


def cases() -> Iterator[tuple[str, str, dict[str, Fault]]]:
    """Yield the name of each case, its link, and what is answered: later patterns before earlier ones."""
    for name, sibling in SIBLINGS.items():
        answers = {f"{HOST}/*": sibling, f"{HOST}/": page("Home"), f"{HOST}/post": HOME}
        yield f"sibling {name}", f"<{HOST}/post>", answers
    for name, shown in FRAMES.items():
        yield f"frame {name}", f"<{HOST}/post>", {f"{HOST}/*": shown}
    for name in NAMES:
        site = page("Example site", "Welcome to our site.")
        yield f"name {name}", f"[{name}]({HOST}/post)", {f"{HOST}/*": site}
    for name, secure in SECURE.items():
        answers = {f"{PLAIN}/*": page("A page that is mine", "Text."), f"{HOST}/*": secure}
        yield f"secure {name}", f"[A page that is mine]({PLAIN}/x)", answers


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Return the row of link health by the name of the case; each is on a host of its own."""
    urls = {}
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("probes"), internet.environ(), VERDICTS_AND_NOTES)
        for number, (name, link, answers) in enumerate(cases(), 100):
            host = f"h{number}.bench"
            for pattern, answer in answers.items():
                internet.fault(pattern.replace("h00.bench", host), answer)
            desk.write(f"{host}.md", listed(link.replace("h00.bench", host)))
            urls[name] = f"{PLAIN}/x" if name.startswith("secure") else f"{HOST}/post"
            urls[name] = urls[name].replace("h00.bench", host)
        assert desk.crawl().returncode == 0
    health = desk.health()
    return {name: health[url] for name, url in urls.items()}


# --- the same page for every address ----------------------------------------------------------------------------------


def test_a_page_shown_for_every_address_says_nothing_by_itself(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", HOME)
    desk.write("a.md", listed(f"<{HOST}/2021/post.html>", f"<{HOST}/2021/other.html>", f"<{HOST}/>"))
    assert desk.crawl().returncode == 0
    rows = desk.health()
    for path in ("/2021/post.html", "/2021/other.html"):
        row = rows[HOST + path]
        assert (row["verdict"], row["outcome"], row["http_status"]) == ("unknown", "blocked", "200")
        assert row["reason"] == "possible catch-all page"
    assert rows[f"{HOST}/"]["verdict"] == "alive"
    asked = {request.path for request in internet.asked(f"{HOST}/*")}
    siblings = asked - {"/", "/robots.txt", "/2021/post.html", "/2021/other.html"}
    (beside,) = {path for path in siblings if path.startswith("/2021/")}
    assert beside.endswith(".html")
    (root,) = {path for path in siblings - {beside} if path.count("/") == 1}
    assert "." not in root
    assert {path.rpartition("/")[2] for path in siblings - {beside, root}} <= {"post.html", "other.html"}


def test_every_folder_of_such_a_host_is_looked_at_by_itself(desk: Desk, internet: Internet) -> None:
    def answer(request: Request) -> Response:
        return HOME if request.path.startswith("/old/") else page(request.path)

    internet.fault(f"{HOST}/*", answer)
    desk.write("a.md", listed(f"<{HOST}/old/post>", f"<{HOST}/new/post>", f"<{HOST}/old/>"))
    desk.crawl()
    assert outcomes(desk) == {f"{HOST}/old/post": "blocked", f"{HOST}/new/post": "ok", f"{HOST}/old/": "ok"}


@pytest.mark.parametrize("sibling", SIBLINGS)
def test_a_page_of_its_own_is_alive(crawled: Crawled, sibling: str) -> None:
    assert crawled[f"sibling {sibling}"]["outcome"] == "ok"


@pytest.mark.parametrize("shown", FRAMES)
def test_a_frame_at_every_address_says_nothing(crawled: Crawled, shown: str) -> None:
    assert crawled[f"frame {shown}"]["outcome"] == "blocked"


def test_what_is_no_page_is_not_compared(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", text("the same bytes"))
    desk.write("a.md", listed(f"<{HOST}/post>"))
    desk.crawl()
    assert outcomes(desk) == {f"{HOST}/post": "ok"}


def test_a_name_behind_a_number_may_be_for_show(desk: Desk, internet: Internet) -> None:
    def answer(request: Request) -> Response:
        return page("How to merge", "A question.") if request.path.startswith("/questions/123/") else not_found()

    internet.fault(f"{HOST}/*", answer)
    desk.write("a.md", listed(f"<{HOST}/questions/123/how-to-merge>"))
    desk.crawl()
    assert outcomes(desk) == {f"{HOST}/questions/123/how-to-merge": "ok"}


@pytest.mark.parametrize("path", ["/q/how-to-merge", "/questions/123/how-to-merge"])
def test_an_address_that_others_are_led_to_is_the_true_one(desk: Desk, internet: Internet, path: str) -> None:
    internet.fault(f"{HOST}/*", redirect(f"{HOST}{path}", 301))
    internet.fault(f"{HOST}{path}", page("Welcome", "How to merge."))
    desk.write("a.md", listed(f"<{HOST}{path}>"))
    desk.crawl()
    assert outcomes(desk) == {f"{HOST}{path}": "ok"}


def test_a_page_with_the_title_that_the_note_gives_needs_no_second_look(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/*", page("NeRF: Neural Radiance Fields | Example", "A page."))
    desk.write("a.md", listed(f"[NeRF: neural radiance fields]({HOST}/nerf)"))
    desk.crawl()
    assert outcomes(desk) == {f"{HOST}/nerf": "ok"}
    assert [request.path for request in internet.asked(f"{HOST}/*")] == ["/nerf"]


@pytest.mark.parametrize("text", NAMES)
def test_the_name_of_a_site_is_no_title_of_a_page(crawled: Crawled, text: str) -> None:
    assert crawled[f"name {text}"]["outcome"] == "blocked"


def test_an_honest_host_is_asked_once(desk: Desk, internet: Internet) -> None:
    def answer(request: Request) -> Response:
        return page(request.path) if request.path.rpartition("/")[2].isdecimal() else not_found()

    internet.fault(f"{HOST}/*", answer)
    desk.write("a.md", listed(*(f"<{HOST}/{n}/{n}>" for n in range(10, 40))))
    desk.crawl()
    assert set(outcomes(desk).values()) == {"ok"}
    siblings = [request for request in internet.asked(f"{HOST}/*") if not request.path[4:].isdecimal()]
    assert [request.path for request in siblings if request.path != "/robots.txt" and len(request.path) < 17] == []
    assert len([request for request in siblings if len(request.path) == 17]) == 1


def test_a_second_look_that_fails_revives_nothing(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{HOST}/post", page("How I built a boat in my garden", "A boat."))
    desk.write("a.md", listed(f"<{HOST}/post>"))
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {f"{HOST}/post": "alive"}
    internet.fault(f"{HOST}/post", HOME)
    internet.fault(f"{HOST}/*", HOME)
    for _ in range(3):
        desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {f"{HOST}/post": "dead"}
    internet.fault(f"{HOST}/????????????????", Failure.RESET)
    desk.crawl(*EVERY_NIGHT)
    row = desk.health()[f"{HOST}/post"]
    assert (row["verdict"], row["outcome"]) == ("dead", "blocked")


# --- https ------------------------------------------------------------------------------------------------------------


def suggestion(desk: Desk, url: str) -> tuple[str, str, str]:
    row = desk.health()[url]
    return row["verdict"], row["suggestion"], row["suggestion_source"]


def test_http_that_works_as_https_gets_its_https_form(desk: Desk) -> None:
    desk.write("a.md", listed(f"[Plain]({PLAIN}/x?a=1)", "[Plain](https://h01.bench.example.org/)"))
    desk.crawl()
    assert suggestion(desk, f"{PLAIN}/x?a=1") == ("alive", f"{HOST}/x?a=1", "https")
    assert suggestion(desk, "https://h01.bench.example.org/") == ("alive", "", "")


@pytest.mark.parametrize("secure", SECURE)
def test_https_that_shows_something_else_is_no_way(crawled: Crawled, secure: str) -> None:
    row = crawled[f"secure {secure}"]
    assert (row["verdict"], row["suggestion"], row["suggestion_source"]) == ("alive", "", "")


def test_https_that_leads_back_to_http_is_no_way(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{PLAIN}/*", page("A page that is mine", "Text."))
    internet.fault(f"{HOST}/*", redirect(f"{PLAIN}/x", 302))
    desk.write("a.md", listed(f"[A page that is mine]({PLAIN}/x)"))
    desk.crawl()
    assert suggestion(desk, f"{PLAIN}/x") == ("alive", "", "")


def test_http_that_cannot_be_reached_gets_the_https_form_that_can(desk: Desk, internet: Internet) -> None:
    internet.fault(f"{PLAIN}/*", Failure.RESET)
    desk.write("a.md", listed(f"<{PLAIN}/x>", "<https://alive.example.org/>", "<https://gzip.example.org/>"))
    desk.crawl()
    assert suggestion(desk, f"{PLAIN}/x") == ("suspect", f"{HOST}/x", "https")


def test_a_port_of_its_own_has_no_https_form(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", listed(f"[Plain]({PLAIN}:8080/x)"))
    desk.crawl()
    assert not [request for request in internet.requests if request.url.startswith("https://h00")]


# --- titles that are meant to take for ever ---------------------------------------------------------------------------


def test_no_title_stops_the_run(desk: Desk, internet: Internet) -> None:
    titles = [
        "域名转让~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ 联系微信",
        "This domain is for sale!!!!!!!!!!!!!!!!!!!! Buy now",
        ":::::::::::::::::::::::::",
        "域名出售……………… 点击购买",
        "404 " * 70 + "?",
        "域名转让" + "! ~ " * 2_500 + "x",
    ]
    for number, title in enumerate(titles):
        internet.fault(f"{HOST}/{number}", page(title, "Some text. " * 20))
    desk.write("a.md", listed(*(f"<{HOST}/{number}>" for number in range(len(titles)))))
    assert desk.crawl().returncode == 0
    assert len(outcomes(desk)) == len(titles)
