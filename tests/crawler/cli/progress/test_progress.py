"""What a person sees of a run under way: on a real pseudo-terminal, and in a log."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
from typing import TYPE_CHECKING

import pyte
import pytest

from crawler.cli.progress.progress import Progress
from crawler.cli.terminal import is_live
from tests.internet import Failure
from tests.internet.messages import not_found, page, text
from tests.support import processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

pytestmark = pytest.mark.xdist_group("waiting")  # as tests of politeness

HOST = "https://h00.bench.example.org"
SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"
SLOWLY = ("-s", 'DOWNLOAD_DELAYS={"*": 0.25}')
OBSERVING = r"checking links: \d of {} links, \d+\.\d/s, about \d+ s left( for h0\d\.bench\.example\.org)?"


class QuickProgress(Progress):
    """Five minutes are long for a test."""

    print_interval = 0.3
    slow_after = 0.3


class Terminal:
    """A terminal on which a crawl runs, and all that the crawl wrote to it."""

    def __init__(self, desk: Desk, *words: str, **environ: str) -> None:
        command = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *SLOWLY, *words)
        self._mine, theirs = pty.openpty()
        size = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        everything = {name: value for name, value in os.environ.items() if name != "CI"} | desk.environ | size | environ
        with os.fdopen(theirs, "w") as tty:
            self._process = processes.start(command, everything, tty)
        self.written = ""
        self.code: int | None = None

    def run(self, then: Callable[[Terminal], None] = lambda _: None) -> Terminal:
        """Read what is written to its end, and call `then` after each piece."""
        while True:
            try:
                piece = os.read(self._mine, 4096)
            except OSError:  # nobody has it open any more
                break
            self.written += piece.decode(errors="replace")
            then(self)
        self.code = self._process.wait()
        os.close(self._mine)
        return self

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    @property
    def lines(self) -> list[str]:
        """Return what can be read on the terminal now."""
        screen = pyte.Screen(100, 400)
        pyte.Stream(screen).feed(self.written)
        return [line.rstrip() for line in screen.display if line.strip()]


def notes(desk: Desk, internet: Internet, links: int) -> list[str]:
    urls = [f"{HOST}/{n}/{'x' * 120}" for n in range(links)]  # longer than a line
    internet.fault(f"{HOST}/*", lambda request: page("x", "y") if request.url in urls else not_found())
    desk.write("a.md", "\n".join(f"<{url}>" for url in urls))
    return urls


def test_a_terminal_shows_how_far_a_run_is_and_is_clean_afterwards(desk: Desk, internet: Internet) -> None:
    urls = notes(desk, internet, 7)
    seen: set[str] = set()
    terminal = Terminal(desk, "--loglevel", "DEBUG").run(lambda terminal: seen.update(terminal.lines))
    assert terminal.code == 0
    assert terminal.written.count(HIDE) == terminal.written.count(SHOW) == 1
    said = [line for line in seen if line.startswith("checking links: ")]
    assert any(re.fullmatch(OBSERVING.format(7), line) for line in said)  # others were read while they were written
    assert any(re.fullmatch(r"web +━+[╸━ ]* +\d/7", line) for line in seen)
    left = "".join(terminal.lines).replace(" ", "")  # some stand where a long line is broken
    assert "checking links:" not in left
    assert "━" not in left
    for url in urls:
        assert f"DEBUG:Crawled(200)<GET{url}>(referer:None)" in left  # whole, though drawn over
    assert "web-----77" in left
    assert "\x1b[32m" in terminal.written  # the alive ones are green


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.stress)])
def test_ctrl_c_leaves_a_clean_terminal(desk: Desk, internet: Internet, times: int) -> None:
    notes(desk, internet, 10 if times == 1 else 200)
    internet.fault(f"{HOST}/1/*", Failure.HANG)  # it is waited for until "stopping" is on the terminal
    pressed: list[str] = []

    def press(terminal: Terminal) -> None:
        word = ("checking links: ", "stopping: ", "")[len(pressed)]
        if word in terminal.written and len(pressed) < times and internet.asked(f"{HOST}/1/*"):
            terminal.interrupt()
            pressed.append(word)

    terminal = Terminal(desk, NO_COLOR="1").run(press)
    assert (terminal.code, len(pressed)) == (130, times)
    assert terminal.written.rindex(SHOW) > terminal.written.rindex(HIDE)
    (line,) = terminal.lines
    assert line.startswith("notemend: interrupted: no saved" if times == 2 else "notemend: interrupted: ")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.written)  # NO_COLOR takes the colours, and them alone
    assert desk.checked()


def test_where_nothing_can_be_drawn_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as tty, (tmp_path / "log").open("w") as file:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("CI", raising=False)
        assert is_live(tty)
        assert not is_live(file)
        monkeypatch.setenv("CI", "true")
        assert not is_live(tty)
        monkeypatch.delenv("CI")
        monkeypatch.setenv("TERM", "dumb")
        assert not is_live(tty)


def test_a_log_gets_a_line_now_and_then(desk: Desk, internet: Internet) -> None:
    notes(desk, internet, 5)
    internet.fault("https://h01.bench.example.org/*", Failure.HANG)
    internet.fault("https://h02.bench.example.org/*", text("", 429).with_headers(retry_after="3600"))
    desk.write("b.md", "<https://h01.bench.example.org/> <https://h02.bench.example.org/>")
    extensions = {"crawler.fetch.early_stop.EarlyStop": 0, f"{__name__}.QuickProgress": 0}
    done = desk.crawl(*SLOWLY, "-s", "DOWNLOAD_TIMEOUT=1", "-s", f"EXTENSIONS={json.dumps(extensions)}")
    assert done.returncode == 0
    lines = [line for line in done.stderr.splitlines() if line.startswith("notemend: checking links: ")]
    assert any(re.fullmatch("notemend: " + OBSERVING.format(7), line.partition("; ")[0]) for line in lines)
    assert any(
        re.search(r"; slowest hosts: h00\.bench\.example\.org \d/5, about \d s left[;,]", line) for line in lines
    )
    assert any(re.search(r"; waiting for h01\.bench\.example\.org \(\d s\)", line) for line in lines)
    assert any("; paused: h02.bench.example.org (until the next run)" in line for line in lines)
    assert "\x1b" not in done.stderr + done.stdout
