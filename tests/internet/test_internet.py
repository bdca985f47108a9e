"""The proxy of the small internet, its odd hosts, its faults, its command line, and the sample notes that it serves."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.internet import Failure, Internet, World
from tests.internet.messages import text
from tests.internet.sites import odd, walls, weixin
from tests.internet.world.articles import CAPTCHA, LIVE, notices

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "../shared/data"
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers in ../shared/data are not here")
TRAPS = ("因违规", "已删除", "已注销", "付费", "window.cgiData =")


pytest_plugins = ["tests.internet.fixtures"]


# The odd hosts and the proxy

STATUS = {
    "alive": 200, "plain": 200, "h00.bench": 200, "h9999.bench": 200, "missing": 404, "gone": 410, "broken": 500,
    "down": 503, "soft404": 200, "moved": 301, "permanent": 308, "temporary": 302, "chain": 301, "upgrade": 200,
    "wall": 403, "members": 401, "login": 302, "legal": 451, "busy": 429, "slow": 200, "loop": 301, "inside": 302,
    "charset": 200, "pdf": 200, "gzip": 200, "brotli": 200, "nohead": 200, "norobots": 200, "checking": 503,
    "aliyun": 200, "jiasule": 521, "signin": 200, "parked": 200, "home": 200, "lost": 200, "signed": 403,
}  # fmt: skip
BROKEN = {
    "reset": requests.ConnectionError, "cut": requests.exceptions.ChunkedEncodingError,
    "headers": requests.ConnectionError, "self-signed": requests.exceptions.SSLError,
    "wrong-name": requests.exceptions.SSLError, "expired": requests.exceptions.SSLError,
    "unknown": requests.exceptions.ProxyError, "silent": requests.ReadTimeout,
}  # fmt: skip


@pytest.mark.parametrize(("host", "status"), STATUS.items())
def test_odd_hosts_answer(get: Any, host: str, status: int) -> None:
    assert get(f"https://{host}.example.org/").status_code == status


@pytest.mark.parametrize(("host", "error"), BROKEN.items())
def test_odd_hosts_break(online: Internet, host: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        requests.get(f"https://{host}.example.org/", timeout=0.3)
    assert online.asked(f"https://{host}.example.org/")


def test_every_odd_host_is_documented_and_tested() -> None:
    tested = STATUS.keys() | BROKEN.keys() | {"endless", "bomb"}
    tables = f"{odd.__doc__}{walls.__doc__}"
    rows = re.findall(r"^\| ([a-z0-9, .…-]+) \|", tables, re.MULTILINE)
    documented = {name for row in rows for name in re.split(r", | … ", row)}
    assert odd.HOSTS.keys() | walls.HOSTS.keys() <= tested
    assert tested | {"host"} == documented


@pytest.mark.parametrize(
    "host", ["alive", "slow", "nohead", "norobots", "upgrade", "charset", "pdf", "gzip", "brotli", "plain", "h00.bench"]
)
def test_a_live_page_differs_from_its_neighbours(get: Any, host: str) -> None:
    pages = {get(f"https://{host}.example.org/{path}").content for path in ("a", "b", "b", "c")}
    assert len(pages) == 3


def test_every_benchmark_page_has_the_same_size(get: Any) -> None:
    sizes = {len(get(f"https://h00.bench.example.org/{path}").content) for path in ("", "a/b", "x/" * 3_000)}
    assert sizes == {odd.BENCHMARK_SIZE}


def test_benchmark_hosts_allow_linkchecker_its_full_speed(get: Any) -> None:
    assert get("https://h00.bench.example.org/1").headers["LinkChecker"]


def test_a_benchmark_host_does_not_show_its_page_for_everything(get: Any) -> None:
    assert get("https://h00.bench.example.org/" + "x" * (odd.LONGEST_NAME + 1)).status_code == 404


def test_the_home_host_leads_home(get: Any) -> None:
    assert get("https://home.example.org/a/b").headers["location"] == "/"
    assert get("https://home.example.org/a/b", follow=True).url == "https://home.example.org/"


def test_benchmark_hosts_have_a_name_that_no_link_checker_passes_over(get: Any) -> None:
    assert len(get("https://h999.bench.internal/1").content) == odd.BENCHMARK_SIZE


def test_the_slow_host_takes_its_time(get: Any, online: Internet) -> None:
    assert get("https://slow.example.org/").elapsed.total_seconds() >= online.world.delay


def test_redirects_lead_somewhere(get: Any) -> None:
    chain = get("https://chain.example.org/", follow=True)
    assert (len(chain.history), chain.url) == (3, "https://alive.example.org/")
    assert get("http://upgrade.example.org/a", follow=True).url == "https://upgrade.example.org/a"
    assert 'type="password"' in get("https://login.example.org/a", follow=True).text
    with pytest.raises(requests.TooManyRedirects):
        get("https://loop.example.org/", follow=True)


def test_a_crawler_that_is_led_inside_is_seen(get: Any, online: Internet) -> None:
    assert "secret" in get("https://inside.example.org/", follow=True).text
    assert online.asked("http://169.254.169.254/*")


def test_headers_of_odd_hosts(get: Any, online: Internet) -> None:
    assert get("https://wall.example.org/").headers["cf-mitigated"] == "challenge"
    assert get("https://busy.example.org/").headers["retry-after"] == str(online.world.retry_after)
    assert requests.head("https://nohead.example.org/", timeout=60).status_code == 405
    assert get("https://gzip.example.org/").text == "<title>Compressed by gzip</title><p>/</p>"
    assert get("https://brotli.example.org/").headers["content-encoding"] == "br"
    assert "国标码" in get("https://charset.example.org/").content.decode("gbk")


def test_endless_and_exploding_bodies(get: Any) -> None:
    with get("https://endless.example.org/", stream=True) as endless:
        sizes = accumulate(len(piece) for piece in endless.iter_content(10_000))
        assert any(size > 1_000_000 for size in sizes)
    with get("https://bomb.example.org/", stream=True) as bomb:
        packed = bomb.raw.read(decode_content=False)
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) > 50_000_000


def test_robots(get: Any) -> None:
    assert get("https://mp.weixin.qq.com/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert "Disallow: /" in get("https://norobots.example.org/robots.txt").text
    assert "Crawl-delay" in get("https://arxiv.org/robots.txt").text
    assert get("https://alive.example.org/robots.txt").status_code == 404


def test_a_name_that_does_not_resolve_is_reported_as_the_standard_says(get: Any, online: Internet) -> None:
    plain = get("http://unknown.example.org/")
    assert plain.status_code == 502
    assert "error=dns_error" in plain.headers["proxy-status"]
    assert "does not resolve" in plain.text
    with pytest.raises(requests.exceptions.ProxyError, match="502 Bad Gateway"):
        get("https://unknown.example.org/")
    assert [request.method for request in online.requests] == ["GET", "CONNECT"]


def test_requests_are_recorded(get: Any, online: Internet) -> None:
    before = time.monotonic()
    get("https://ALIVE.example.org/a?b=1", headers={"X-Test": "yes"})
    hop = {"Proxy-Connection": "keep-alive"}
    requests.post("http://alive.example.org/c", data=b"body", headers=hop, timeout=60)
    first, second = online.requests
    assert (first.method, first.url) == ("GET", "https://alive.example.org/a?b=1")
    assert (first.host, first.path, first.query) == ("alive.example.org", "/a", {"b": "1"})
    assert before <= first.time <= second.time <= time.monotonic()
    assert first.headers["x-test"] == "yes"
    assert "proxy-connection" not in second.headers
    assert (second.method, second.body) == ("POST", b"body")
    assert online.asked("*/c") == [second]


@pytest.mark.usefixtures("online")
def test_connections_are_kept() -> None:
    with requests.Session() as session:
        ports = set()
        for _ in range(3):
            with session.get("https://alive.example.org/", stream=True, timeout=60) as response:
                ports.add(response.raw._connection.sock.getsockname())  # type: ignore[union-attr]
                assert response.content
    assert len(ports) == 1


def exchange(internet: Internet, sent: bytes) -> bytes:
    address = internet.proxy.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=60) as client:
        client.sendall(sent)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_an_answer_to_head_has_no_body(internet: Internet) -> None:
    head = b"HEAD http://alive.example.org/ HTTP/1.1\r\nHost: alive.example.org\r\nConnection: close\r\n\r\n"
    answer = exchange(internet, head)
    assert b"Content-Length: 166" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_tunnel_to_port_80_speaks_http(internet: Internet) -> None:
    connect = b"CONNECT alive.example.org:80 HTTP/1.1\r\nHost: alive.example.org:80\r\n\r\n"
    head = b"GET /a HTTP/1.1\r\nHost: alive.example.org\r\nConnection: close\r\n\r\n"
    assert b"Nothing is wrong with the page at /a" in exchange(internet, connect + head)
    assert [request.url for request in internet.requests] == ["http://alive.example.org/a"]


def test_whoever_runs_can_trust_the_authority(internet: Internet) -> None:
    names = {name for name, value in internet.environ().items() if value == str(internet.ca_bundle)}
    assert names == {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}
    assert [path.stat().st_mode & 0o004 for path in (internet.ca_bundle, internet.ca_bundle.parent)] == [4, 4]
    assert internet.ca_bundle.parent.stat().st_mode & 0o001


def test_answers_of_a_far_internet_take_their_time() -> None:
    with Internet(latency=0.1) as far, requests.Session() as session:
        session.proxies = {"http": far.proxy}
        assert session.get("http://alive.example.org/", timeout=60).elapsed.total_seconds() >= far.latency


def test_faults_pass(get: Any, online: Internet) -> None:
    url = "https://alive.example.org/x"
    online.fault("https://alive.example.org/*", text("later", 503).with_headers(retry_after="3"), times=2)
    answers = [get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "3"
    online.fault("https://mp.weixin.qq.com/*", weixin.captcha, times=1)
    assert [get(online.world.article()).status_code for _ in range(2)] == [302, 200]
    online.fault("*", text("", 500))
    online.fault(url, text("", 418), times=1)
    assert [get(url).status_code for _ in range(2)] == [418, 500]
    online.heal()
    assert get(url).status_code == 200
    online.fault("*", lambda request: Failure.RESET if request.path == "/y" else None)
    assert get(url).status_code == 200
    with pytest.raises(requests.ConnectionError):
        get(f"{url[:-1]}y")


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure.RESET, requests.ConnectionError),
        (Failure.HANG, requests.ReadTimeout),
        (Failure.CUT, requests.exceptions.ChunkedEncodingError),
        (Failure.TLS, requests.exceptions.SSLError),
    ],
)
def test_faults_below_http(online: Internet, failure: Failure, error: type[Exception]) -> None:
    online.fault("https://alive.example.org/*", failure, times=1)
    with pytest.raises(error):
        requests.get("https://alive.example.org/", timeout=0.3)
    assert requests.get("https://alive.example.org/", timeout=60).status_code == 200


def test_the_whole_network_fails_and_comes_back(online: Internet) -> None:
    with requests.Session() as session:
        assert session.get("https://alive.example.org/", timeout=60).ok
        online.down()
        for url in ("https://alive.example.org/", "http://alive.example.org/"):
            with pytest.raises(requests.exceptions.ProxyError):
                session.get(url, timeout=60)
        online.up()
        assert session.get("https://alive.example.org/", timeout=60).ok
    assert len(online.requests) == 2


def test_a_mistake_in_a_site_is_not_taken_for_weather() -> None:
    def mistaken(_: object) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught, Internet() as own:  # noqa: PT012
        own.fault("http://alive.example.org/", mistaken)
        with pytest.raises(requests.exceptions.ProxyError):
            requests.get("http://alive.example.org/", proxies={"http": own.proxy}, timeout=60)
    assert caught.group_contains(ZeroDivisionError)


# The world


def test_the_weight_of_an_article_is_a_setting() -> None:
    with Internet(World(article_size=2_000_000)) as heavy, requests.Session() as session:
        session.proxies = {"https": heavy.proxy}
        assert len(session.get(heavy.world.article(), verify=str(heavy.ca_bundle), timeout=60).content) == 2_000_000


def test_special_articles_have_well_formed_ids() -> None:
    for state in LIVE | CAPTCHA | notices().keys():
        for number in (0, 999):
            assert re.fullmatch(r"https://mp\.weixin\.qq\.com/s/[A-Za-z0-9_-]{22}", World.article(state, number))
    with pytest.raises(ValueError, match="no such state"):
        World.article("delted")


# The command line


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    line = [sys.executable, "-m", "tests.internet", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, text=True, process_group=0, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_a_command_runs_inside_and_its_exit_code_comes_out() -> None:
    fetch = "import requests, sys; print(requests.get('https://alive.example.org/').status_code); sys.exit(7)"
    with command("--", sys.executable, "-c", fetch) as process:
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (7, "200\n")
    assert err == "demo: all pages come from a local test server on 127.0.0.1, not from the web\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 9), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_signals_to_the_whole_group_reach_the_command_once(number: signal.Signals, code: int) -> None:
    wait = """if True:
        import signal, sys
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        print("ready", flush=True)
        signal.sigwait({signal.SIGINT})
        sys.exit(9 if signal.sigtimedwait({signal.SIGINT}, 0.3) is None else 1)"""
    with command(sys.executable, "-c", wait) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, number)
        process.communicate(timeout=10)
    assert process.returncode == code


def test_without_a_command_it_serves_until_interrupted() -> None:
    with command() as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(9)]
        environ = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        proxies = {"https": environ["HTTPS_PROXY"]}
        bundle = environ["SSL_CERT_FILE"]
        assert requests.get("https://alive.example.org/", proxies=proxies, verify=bundle, timeout=60).ok
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    assert process.returncode == 0
    assert not Path(bundle).exists()


# The sample notes


def test_the_sample_notes_show_something_of_everything(get: Any) -> None:
    notes = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "notes").rglob("*.md"))}
    urls = {url.replace("&amp;", "&") for note in notes.values() for url in re.findall(r"https?://[^\s)\]\"<>]+", note)}
    answers = {url: get(url) for url in sorted(urls)}
    status = {url: answer.status_code for url, answer in answers.items()}
    assert set(status.values()) == {200, 301, 302, 404}
    moved = [url for url, code in status.items() if code == 301 and "/pdf/" not in url]
    assert moved == [
        "http://arxiv.org/abs/1512.03385",
        "http://www.matthewtancik.com/nerf",
        "https://github.com/IDEACVR/DINO",
        "https://github.com/facebookresearch/segment-anything-2",
    ]
    assert sum(notices()["deleted"].text in answer.text for answer in answers.values()) == 1
    assert sum("fbclid" in url for url in urls) == 1
    local = [path.parent / href for path, note in notes.items() for href in re.findall(r'href="([^":]+\.md)"', note)]
    assert [path.name for path in local if not path.exists()] == ["05011.md"]
