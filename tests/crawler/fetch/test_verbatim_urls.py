"""The address that is asked is the address that is written, whatever is percent-encoded in it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from crawler.links.secrets import masked
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.rogue import Rogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.support.rogue import Behaviour

REPORT = "06-w3c-checker-37-escaped-asterisk"
ENCODED = "a%2Ab%3A%27%28%29%40%2F%21%24%26%2B%2C%3B%3D%5B%5D"
"""Every reserved character that a path may hold, encoded."""
RAW = "a*b:'()@!$&+,;=[]"
"""The same, but for `/`, as they are."""
QUERY = f"q=%2F%3F{ENCODED}&r={RAW}/?&%73=1"

PATHS = (
    f"/p/{ENCODED}",
    f"/p/{RAW}",
    f"/q?{QUERY}",
    "/signed?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=abc%3D%3D",
    "/file?response-content-disposition=attachment%3B%20filename%2A%3DUTF-8%27%27a%2528b%2529.pdf",
    "/filter?a[0]='x'&b%5B0%5D=%27x%27",
)


def answer(found: bool, location: str = "") -> bytes:
    head = "200 OK" if found else "404 Not Found"
    if location:
        return f"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode()
    return f"HTTP/1.1 {head}\r\nContent-Type: text/html\r\n\r\n<title>A page of its own</title>".encode()


def serving(*addresses: str, moved: dict[str, str] | None = None) -> Behaviour:
    """Serve exactly these addresses; any other spelling of one is not found."""

    async def behave(url: str) -> AsyncIterator[bytes]:
        yield answer(url in addresses, (moved or {}).get(url, ""))

    return behave


@pytest.fixture
def night(tmp_path: Path) -> Callable[..., tuple[Desk, Rogue]]:
    """Return what crawls a note with these links on a network that behaves so."""

    def run(behaviour: Behaviour, *links: str, words: tuple[str, ...] = ()) -> tuple[Desk, Rogue]:
        with Rogue(behaviour) as rogue:
            desk = Desk(tmp_path, rogue.environ(), VERDICTS_AND_NOTES)
            desk.write("a.md", "\n\n".join(f"[Link](<{link}>)" for link in links))
            done = desk.crawl(*words)
        assert done.returncode == 0, done.stderr
        return desk, rogue

    return run


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_pages_are_asked_for_as_they_are_written(night: Callable[..., tuple[Desk, Rogue]], scheme: str) -> None:
    """Through a proxy, where `http` goes in absolute form and `https` in a tunnel."""
    links = [f"{scheme}://pages.example{path}" for path in PATHS]
    desk, rogue = night(serving(*links), *links)
    assert set(links) <= set(rogue.asked("pages.example"))
    assert desk.verdicts() == dict.fromkeys(map(masked, links), "alive")
    assert (desk.output / "notes/a.md").read_bytes() == (desk.notes / "a.md").read_bytes()


@pytest.mark.parametrize("location", ["{}", "https://PAGES.Example:443{}", "//pages.example{}"])
def test_redirects_are_followed_to_where_they_lead(night: Callable[..., tuple[Desk, Rogue]], location: str) -> None:
    start = [f"https://pages.example/start/{number}" for number in range(len(PATHS))]
    ends = [f"https://pages.example{path}" for path in PATHS]
    moved = {url: location.format(path) for url, path in zip(start, PATHS, strict=True)}
    desk, rogue = night(serving(*ends, moved=moved), *start)
    assert set(ends) <= set(rogue.asked("pages.example"))
    assert desk.verdicts() == dict.fromkeys(start, "alive")  # nothing says that they are the same pages


def test_a_server_with_one_spelling_sends_nobody_in_circles(night: Callable[..., tuple[Desk, Rogue]]) -> None:
    """A server that redirects every other spelling to its own one."""
    link = f"https://pages.example/1/{ENCODED}?q={ENCODED}"

    async def behave(url: str) -> AsyncIterator[bytes]:
        yield answer(url == link, "" if url == link or url.endswith("/robots.txt") else link)

    desk, _ = night(behave, link)
    assert desk.verdicts() == {link: "alive"}
    assert desk.health()[link]["final_url"] == ""


def test_pictures_robots_txt_and_second_requests(night: Callable[..., tuple[Desk, Rogue]]) -> None:
    picture = f"https://pictures.example/{ENCODED}.png?s={ENCODED}"
    secure = f"https://pages.example/{ENCODED}"
    page = secure.replace("https", "http")
    _, rogue = night(serving(page, secure, picture), page, picture, words=("-s", "ROBOTS=obey"))
    assert picture in rogue.asked("pictures.example")
    assert {page, secure} <= set(rogue.asked("pages.example"))  # the second one to see whether it is there over https


def test_the_report_of_an_escaped_asterisk(night: Callable[..., tuple[Desk, Rogue]]) -> None:
    case = Path(__file__).parents[3] / "../shared/data/reports" / REPORT
    if not case.is_dir():
        pytest.skip(f"the case {REPORT} in ../shared/data/reports is not here")
    given = json.loads((case / "answers.json").read_text("utf-8"))
    answers = {each["url"]: each for each in given["answers"]}

    async def behave(url: str) -> AsyncIterator[bytes]:
        yield answer(url in answers, answers.get(url, {}).get("headers", {}).get("Location", ""))

    note = (case / "notes/note.md").read_text("utf-8")
    desk, _ = night(behave, *given["expect"]["links"])
    assert all(f"({link})" in note for link in given["expect"]["links"])
    assert desk.verdicts() == given["expect"]["links"]
    assert (desk.output / "notes/a.md").read_bytes() == (desk.notes / "a.md").read_bytes()


# --- without a proxy --------------------------------------------------------------------------------------------------


class Exact(BaseHTTPRequestHandler):
    """Remembers what stands in the request line."""

    lines: list[str]

    def do_GET(self) -> None:
        self.lines.append(f"{self.headers['Host']} {self.path}")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening() -> Iterator[ThreadingHTTPServer]:
    Exact.lines = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exact)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_without_a_proxy_too(tmp_path: Path) -> None:
    with listening() as server:
        desk = Desk(
            tmp_path, dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), ""), VERDICTS_AND_NOTES
        )
        base = f"http://LOCALHOST:{server.server_port}"
        desk.write("a.md", "\n\n".join(f"[Link](<{base}{path}>)" for path in PATHS))
        refused = desk.crawl(*EVERY_NIGHT)
        assert Exact.lines == []
        done = desk.crawl(*EVERY_NIGHT, "-s", "ALLOW_PRIVATE_ADDRESSES=True")
    assert (refused.returncode, done.returncode) == (0, 0), done.stderr
    host = f"localhost:{server.server_port}"
    assert {f"{host} {path}" for path in PATHS} <= set(Exact.lines)
