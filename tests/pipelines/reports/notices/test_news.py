"""summary.md, changes.atom and the message of a webhook: what changed, in one line each, and no markup of strangers."""

from __future__ import annotations

import json
import logging
import socket
import time
from contextlib import closing, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from pipelines.reports.notices import atom, summary_markdown, webhook
from pipelines.reports.notices.summary_markdown import as_code
from pipelines.reports.render import render
from tests.support.mending import NOW, moved, rendering, result_of, standing
from tests.support.storing import NIGHT, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.reports.contract import Rendering

GONE = standing("https://gone.example/`?token=0123456789abcdef", Outcome.GONE, Verdict.DEAD)
STATES = [GONE, moved("https://github.com/old/x", "https://github.com/new/x"), standing("https://alive.example/")]
NOTE = "<https://gone.example/`?token=0123456789abcdef>\n\nhttps://github.com/old/x https://alive.example/\n"


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def made(tmp_path: Path) -> Rendering:
    found = rendering(tmp_path, {"a.md": NOTE}, [])
    found.store.start_run(NOW)
    found.store.save(list(map(result_of, STATES)))
    return found


def test_the_summary(made: Rendering, monkeypatch: pytest.MonkeyPatch) -> None:
    render(made, summary_markdown)
    text = (made.output_dir / "summary.md").read_text("utf-8")
    first, counts, *_ = text.split("\n\n")
    assert first == "## notemend: 1 newly dead, 1 newly moved"
    assert counts == "Links: 3 (1 dead, 1 moved, 1 alive)"
    assert "- `a.md:1` `https://gone.example/%60?token=***` " in text
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    (made.output_dir / "summary.md").unlink()
    render(made, summary_markdown)
    assert "1 新失效" in (made.output_dir / "summary.md").read_text("utf-8")


@given(st.text(st.sampled_from("`a @<[]_*\\&|"), max_size=12))
def test_nothing_gets_out_of_the_code(text: str) -> None:
    shown = cmarkgfm.github_flavored_markdown_to_html(f"- {as_code(' '.join(text.split()))}")
    assert shown.count("<code>") == 1
    assert "<a" not in shown.replace("<li>", "")


def test_the_feed_keeps_the_runs_before(made: Rendering) -> None:
    def entries() -> list[tuple[str, str]]:
        render(made, atom)
        root = etree.parse(made.output_dir / "changes.atom").getroot()
        of = {"a": "http://www.w3.org/2005/Atom"}
        assert root.xpath("count(a:id) = 1 and count(a:title) = 1 and count(a:updated) = 1", namespaces=of)
        found = root.xpath("a:entry", namespaces=of)
        return [(each.findtext("a:title", namespaces=of), each.findtext("a:content", namespaces=of)) for each in found]

    ((title, content),) = entries()
    assert title == "1 newly dead, 1 newly moved"
    assert content.startswith("newly dead: a.md:1 https://gone.example/%60?token=*** ")
    assert len(entries()) == 1
    made.store.finish_run(NOW)
    made.store.start_run(NOW + NIGHT)
    assert [title for title, _ in entries()] == ["1 newly dead, 1 newly moved"]
    made.store.save([checked(STATES[2].link, Outcome.GONE, 2, Verdict.DEAD)])
    assert [title for title, _ in entries()] == ["1 newly dead", "1 newly dead, 1 newly moved"]


# --- webhooks ---------------------------------------------------------------------------------------------------------


class Chat:
    """A server that keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.answer = (200, b"{}")
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.sent.append((self.headers["Content-Type"], body))
                self.send_response(chat.answer[0])
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(chat.answer[1])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret-path"


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setenv("no_proxy", "*")
    found = Chat()
    thread = Thread(target=partial(found.server.serve_forever, 0.01), daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def notify(made: Rendering, url: str) -> None:
    options: Any = SimpleNamespace(publishing=SimpleNamespace(webhook_url=url))
    workspace: Any = SimpleNamespace(store=made.store)
    webhook.notify(options, workspace)


@pytest.mark.parametrize(
    ("name", "answer", "path"),
    [
        ("slack", b"ok", ["text"]),
        ("feishu", b'{"code": 0}', ["content", "text"]),
        ("wecom", b'{"errcode": 0}', ["text", "content"]),
        ("ntfy", b"", []),
    ],
)
def test_each_chat_gets_its_form(made: Rendering, chat: Chat, name: str, answer: bytes, path: list[str]) -> None:
    chat.answer = 200, answer
    notify(made, f"{name}+{chat.url}")
    ((kind, body),) = chat.sent
    text: Any = json.loads(body) if path else body.decode()
    for key in path:
        text = text[key]
    assert text.splitlines()[0] == "notemend: 1 newly dead, 1 newly moved"
    assert "newly dead: https://gone.example/%60?token=*** " in text
    assert kind.startswith("application/json" if path else "text/plain")


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("slack", (404, b"no_service"), "HTTP 404"),
        ("slack", (302, b""), "HTTP 302"),
        ("feishu", (200, b'{"code": 19001, "msg": "param invalid"}'), "code 19001"),
        ("wecom", (200, b"<html>"), "malformed response"),
    ],
)
def test_what_goes_wrong_is_a_line_without_the_url(
    made: Rendering, chat: Chat, caplog: pytest.LogCaptureFixture, name: str, answer: tuple[int, bytes], said: str
) -> None:
    chat.answer = answer
    with caplog.at_level(logging.DEBUG):
        notify(made, f"{name}+{chat.url}")
    assert [record.getMessage() for record in caplog.records] == [f"WEBHOOK_URL: message not sent: {said}"]
    assert len(chat.sent) == 1


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:1/secret-path", "javascript:secret-path", "http://[secret-path", "x"),
        *("http://127.0.0.1:1/secret-path x", "http://user:secret-path@127.0.0.1:1/", "http://127.0.0.1:secret-path/"),
        *("slack+http://127.0.0.1:1/secret-path\x7f", "http://127.0.0.1:1/secret-path密", "http://127.0.0.1:99999/"),
    ],
)
def test_no_url_fails_a_run(made: Rendering, caplog: pytest.LogCaptureFixture, url: str) -> None:
    notify(made, url)
    (record,) = caplog.records
    assert record.getMessage().startswith("WEBHOOK_URL: message not sent: ")
    assert "secret-path" not in record.getMessage()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("slack", "&lt;!channel&gt; &amp;amp;"),
        ("feishu", "＜at user_id=&quot;all&quot;＞".replace("&quot;", '"')),
        ("discord", "<!channel> &amp;"),
    ],
)
def test_texts_of_strangers_call_nobody(chat: Chat, name: str, shown: str) -> None:
    chat.answer = 200, b'{"code": 0}'
    webhook.send(f"{name}+{chat.url}", 'x <!channel> &amp; <at user_id="all">')
    ((_, body),) = chat.sent
    sent = json.loads(body)
    assert shown in str(sent.get("text") or sent.get("content"))
    assert name != "discord" or sent["allowed_mentions"] == {"parse": []}


def test_an_answer_that_drips_or_is_large_is_not_waited_for(
    made: Rendering, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes within the timeout of the socket; of a large answer only the first bytes are read."""
    sizes = []
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(webhook, "TIMEOUT", 0.5)
    monkeypatch.setattr(webhook, "_check_answer", lambda _, answer: sizes.append(len(answer)))
    for piece, pause in ((b"x", 0.02), (b"x" * 100_000, 0.0)):
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            Thread(target=send_often, args=(server, piece, pause), daemon=True).start()
            notify(made, f"slack+http://127.0.0.1:{server.getsockname()[1]}/")
    assert caplog.messages == ["WEBHOOK_URL: message not sent: timed out"]
    assert sizes == [webhook.MAX_ANSWER]


def send_often(server: socket.socket, piece: bytes, pause: float) -> None:
    with suppress(OSError), server.accept()[0] as connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(piece)
            time.sleep(pause)


def test_nothing_is_sent_where_nothing_changed(made: Rendering, chat: Chat) -> None:
    made.store.finish_run(NOW)
    made.store.start_run(NOW + NIGHT)
    notify(made, chat.url)
    notify(made, "")
    assert chat.sent == []
