"""What a second request settles: pages shown for every address, and https forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet import Internet
from tests.internet.messages import Failure, html, not_found, page, redirect, text
from tests.support.crawling import VERDICTS_AND_NOTES, Desk
from tests.support.stories import Stage, Stories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Fault, Request, Response

HOST = "https://h00.bench.example.org"
PLAIN = "http://h00.bench.example.org"
HOME = page("Example", "Welcome to our site.")


def listed(*links: str) -> str:
    return "\n".join(f"- {link}" for link in links)


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


@pytest.mark.parametrize("sibling", SIBLINGS)
def test_a_page_of_its_own_is_alive(crawled: Crawled, sibling: str) -> None:
    assert crawled[f"sibling {sibling}"]["outcome"] == "ok"


@pytest.mark.parametrize("shown", FRAMES)
def test_a_frame_at_every_address_says_nothing(crawled: Crawled, shown: str) -> None:
    assert crawled[f"frame {shown}"]["outcome"] == "blocked"


@pytest.mark.parametrize("text", NAMES)
def test_the_name_of_a_site_is_no_title_of_a_page(crawled: Crawled, text: str) -> None:
    assert crawled[f"name {text}"]["outcome"] == "blocked"


# --- https ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secure", SECURE)
def test_https_that_shows_something_else_is_no_way(crawled: Crawled, secure: str) -> None:
    row = crawled[f"secure {secure}"]
    assert (row["verdict"], row["suggestion"], row["suggestion_source"]) == ("alive", "", "")


# --- stories of a host each, all in the same nights -------------------------------------------------------------------

STORIES = Stories({})


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exception | None]:
    """Return how each story ended."""
    return STORIES.tell(tmp_path_factory.mktemp("stories"))


def outcomes(stage: Stage) -> dict[str, str]:
    """Return the outcome of each page of the story's host, by its path."""
    rows = stage.desk.health().items()
    return {url.removeprefix(stage.host): row["outcome"] for url, row in rows if url.startswith(stage.host)}


def suggestion(stage: Stage, url: str) -> tuple[str, str, str]:
    row = stage.row(url)
    return row["verdict"], row["suggestion"], row["suggestion_source"]


def plain_of(stage: Stage) -> str:
    return stage.host.replace("https:", "http:")


@STORIES.told
def a_page_shown_for_every_address_says_nothing_by_itself(stage: Stage) -> Iterator[None]:
    stage.internet.fault(f"{stage.host}/*", HOME)
    paths = ("/2021/post.html", "/2021/other.html")
    stage.write(listed(*(f"<{stage.host}{path}>" for path in (*paths, "/"))))
    yield
    for path in paths:
        row = stage.row(stage.host + path)
        assert (row["verdict"], row["outcome"], row["http_status"]) == ("unknown", "blocked", "200")
        assert row["reason"] == "possible catch-all page"
    assert stage.row(f"{stage.host}/")["verdict"] == "alive"
    asked = {request.path for request in stage.internet.asked(f"{stage.host}/*")}
    siblings = asked - {"/", "/robots.txt", *paths}
    (beside,) = {path for path in siblings if path.startswith("/2021/")}
    assert beside.endswith(".html")
    (root,) = {path for path in siblings - {beside} if path.count("/") == 1}
    assert "." not in root
    assert {path.rpartition("/")[2] for path in siblings - {beside, root}} <= {"post.html", "other.html"}


@STORIES.told
def every_folder_of_such_a_host_is_looked_at_by_itself(stage: Stage) -> Iterator[None]:
    def answer(request: Request) -> Response:
        return HOME if request.path.startswith("/old/") else page(request.path)

    stage.internet.fault(f"{stage.host}/*", answer)
    stage.write(listed(f"<{stage.host}/old/post>", f"<{stage.host}/new/post>", f"<{stage.host}/old/>"))
    yield
    assert outcomes(stage) == {"/old/post": "blocked", "/new/post": "ok", "/old/": "ok"}


@STORIES.told
def what_is_no_page_is_not_compared(stage: Stage) -> Iterator[None]:
    stage.internet.fault(f"{stage.host}/*", text("the same bytes"))
    stage.write(listed(f"<{stage.host}/post>"))
    yield
    assert outcomes(stage) == {"/post": "ok"}


@STORIES.told
def a_name_behind_a_number_may_be_for_show(stage: Stage) -> Iterator[None]:
    def answer(request: Request) -> Response:
        return page("How to merge", "A question.") if request.path.startswith("/questions/123/") else not_found()

    stage.internet.fault(f"{stage.host}/*", answer)
    stage.write(listed(f"<{stage.host}/questions/123/how-to-merge>"))
    yield
    assert outcomes(stage) == {"/questions/123/how-to-merge": "ok"}


@STORIES.told_of("/q/how-to-merge", "/questions/123/how-to-merge")
def an_address_that_others_are_led_to_is_the_true_one(stage: Stage, case: str) -> Iterator[None]:
    stage.internet.fault(f"{stage.host}/*", redirect(f"{stage.host}{case}", 301))
    stage.internet.fault(f"{stage.host}{case}", page("Welcome", "How to merge."))
    stage.write(listed(f"<{stage.host}{case}>"))
    yield
    assert outcomes(stage) == {case: "ok"}


@STORIES.told
def a_page_with_the_title_that_the_note_gives_needs_no_second_look(stage: Stage) -> Iterator[None]:
    stage.internet.fault(f"{stage.host}/*", page("NeRF: Neural Radiance Fields | Example", "A page."))
    stage.write(listed(f"[NeRF: neural radiance fields]({stage.host}/nerf)"))
    yield
    assert outcomes(stage) == {"/nerf": "ok"}
    assert [request.path for request in stage.internet.asked(f"{stage.host}/*")] == ["/nerf"]


@STORIES.told
def an_honest_host_is_asked_once(stage: Stage) -> Iterator[None]:
    def answer(request: Request) -> Response:
        return page(request.path) if request.number else not_found()

    stage.internet.fault(f"{stage.host}/*", answer)
    stage.write(listed(*(f"<{stage.host}/{n}/{n}>" for n in range(10, 40))))
    yield
    assert set(outcomes(stage).values()) == {"ok"}
    siblings = [request for request in stage.internet.asked(f"{stage.host}/*") if not request.number]
    assert [request.path for request in siblings if request.path != "/robots.txt" and len(request.path) < 17] == []
    assert len([request for request in siblings if len(request.path) == 17]) == 1


@STORIES.told
def a_second_look_that_fails_revives_nothing(stage: Stage) -> Iterator[None]:
    url = f"{stage.host}/post"
    stage.internet.fault(url, page("How I built a boat in my garden", "A boat."))
    stage.write(listed(f"<{url}>"))
    yield
    assert stage.row(url)["verdict"] == "alive"
    stage.internet.fault(f"{stage.host}/*", HOME)
    for _ in range(3):
        yield
    assert stage.row(url)["verdict"] == "dead"
    stage.internet.fault(f"{stage.host}/????????????????", Failure.RESET)
    yield
    row = stage.row(url)
    assert (row["verdict"], row["outcome"]) == ("dead", "blocked")


@STORIES.told
def http_that_works_as_https_gets_its_https_form(stage: Stage) -> Iterator[None]:
    plain, secure = f"{plain_of(stage)}/x?a=1", f"{stage.host.replace('//h6', '//h7')}/"
    stage.write(listed(f"[Plain]({plain})", f"[Plain]({secure})"))
    yield
    assert suggestion(stage, plain) == ("alive", f"{stage.host}/x?a=1", "https")
    assert suggestion(stage, secure) == ("alive", "", "")


@STORIES.told
def https_that_leads_back_to_http_is_no_way(stage: Stage) -> Iterator[None]:
    plain = plain_of(stage)
    stage.internet.fault(f"{plain}/*", page("A page that is mine", "Text."))
    stage.internet.fault(f"{stage.host}/*", redirect(f"{plain}/x", 302))
    stage.write(listed(f"[A page that is mine]({plain}/x)"))
    yield
    assert suggestion(stage, f"{plain}/x") == ("alive", "", "")


@STORIES.told
def http_that_cannot_be_reached_gets_the_https_form_that_can(stage: Stage) -> Iterator[None]:
    plain = plain_of(stage)
    stage.internet.fault(f"{plain}/*", Failure.RESET)
    stage.write(listed(f"<{plain}/x>"))
    yield
    assert suggestion(stage, f"{plain}/x") == ("suspect", f"{stage.host}/x", "https")


@STORIES.told
def a_port_of_its_own_has_no_https_form(stage: Stage) -> Iterator[None]:
    stage.write(listed(f"[Plain]({plain_of(stage)}:8080/x)"))
    yield
    assert not [request for request in stage.internet.requests if request.url.startswith(stage.host)]


@STORIES.told
def no_title_stops_the_run(stage: Stage) -> Iterator[None]:
    """Titles that are meant to take for ever."""
    titles = [
        "域名转让~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ 联系微信",
        "This domain is for sale!!!!!!!!!!!!!!!!!!!! Buy now",
        ":::::::::::::::::::::::::",
        "域名出售……………… 点击购买",
        "404 " * 70 + "?",
        "域名转让" + "! ~ " * 2_500 + "x",
    ]
    for number, title in enumerate(titles):
        stage.internet.fault(f"{stage.host}/{number}", page(title, "Some text. " * 20))
    stage.write(listed(*(f"<{stage.host}/{number}>" for number in range(len(titles)))))
    yield
    assert len(outcomes(stage)) == len(titles)


@pytest.mark.parametrize("name", STORIES.by_name)
def test_a_story_ends_well(ends: dict[str, Exception | None], name: str) -> None:
    if (error := ends[name]) is not None:
        raise error
