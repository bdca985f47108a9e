"""Ctrl-C and SIGTERM: a crawl saves what was answered and ends soon, and the next one goes on with it."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.cli.interrupts import STOP_TIMEOUT, interrupts
from tests.internet import Failure, Internet
from tests.internet.messages import html, page, redirect, text
from tests.support.crawling import Desk
from tests.support.interrupting import (
    HURRIED,
    IN_ANY_CASE,
    SAID,
    begun,
    busy,
    delivered,
    ending,
    finished,
    interrupt,
    pages,
    query,
    wait_for_delivered,
)
from tests.support.processes import ROOT
from tests.support.sampling import sampled
from tests.support.sharing import SHARED, helpers_of, saying, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.processes import Running

pytestmark = pytest.mark.xdist_group("waiting")  # as tests of politeness

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SLOW = "https://h90.bench.example.org"
TWO_WORKERS = ("-s", "WORKERS=2", *SHARED)
LATER = ((signal.SIGTERM, 60), (signal.SIGINT, 1))


def crawl(desk: Desk, *words: str) -> Running:
    """Start a crawl; what it says goes to a file."""
    return saying(desk, *desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words))[0]


def listed(*urls: str) -> str:
    return "\n".join(f"- <{url}>" for url in urls)


def outcomes(desk: Desk) -> dict[str, str]:
    return dict(query(desk, "SELECT url, reason FROM links WHERE checked_at IS NOT NULL"))


def interrupted_somewhere(
    folder: Path, internet: Internet, number: int, wait: Callable[[], None], *words: str, links: int = 400
) -> tuple[float, set[str]] | None:
    """Interrupt a crawl and let another finish it; return how long the first took to end, and what was asked twice.

    `wait` returns when it is to be interrupted; both crawls get `words`. None where the crawl was finished by then.
    """
    folder.mkdir()
    desk = Desk(folder, internet.environ())
    internet.heal()
    urls = busy(desk, internet, links)
    internet.forget()
    run = crawl(desk, *words)
    wait_until(lambda: begun(desk))
    wait()
    at = interrupt(run, number)
    end = ending(run, at, desk)
    if finished(desk) == [True]:
        assert end.code in {0, -number}  # its last instructions are Python's own, which handles no signals any more
        return None
    is_cut_off = end.seconds >= STOP_TIMEOUT and interrupts.final_message in end.said  # on a machine that is too busy
    said = SAID.fullmatch(end.said)
    assert (end.code, is_cut_off or bool(said)) == (CODES[signal.Signals(number)], True), end
    assert end.seconds < IN_ANY_CASE
    assert said is None or int(said[1]) == len(desk.checked())
    # What needs hosts of two shards is asked in the first, and again in one that has both, also without an interrupt.
    deferred = {url for (url,) in query(desk, "SELECT url FROM links WHERE leads_to IS NOT NULL")}
    answered = delivered(internet, at) - deferred
    internet.forget()
    again = desk.crawl(*words, "-s", "_QUIET=True")  # else it says how far it is where it takes more than a minute
    assert (again.returncode, again.stderr) == (0, "")
    assert finished(desk) == [True]
    assert desk.verdicts().keys() == urls
    assert {url for (url,) in query(desk, "SELECT url FROM links WHERE checked_at IS NULL")} == set()
    assert not [name for name in desk.outputs() if name.endswith(".part")]
    return end.seconds, set() if is_cut_off else answered & {request.url for request in internet.requests}


def uninterrupted(folder: Path, internet: Internet, *words: str) -> float:
    """Return how many seconds a crawl takes once its store is open."""
    folder.mkdir()
    desk = Desk(folder, internet.environ())
    busy(desk, internet)
    run = crawl(desk, *words)
    wait_until(lambda: begun(desk))
    began = time.monotonic()
    assert run.wait(60) == 0
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("number", "answers", "links"),
    [(signal.SIGTERM, 30, 50), *(pytest.param(*each, 100, marks=pytest.mark.stress) for each in LATER)],
)
def test_interrupts_at_some_points(
    internet: Internet, tmp_path: Path, number: signal.Signals, answers: int, links: int
) -> None:
    wait = partial(wait_for_delivered, internet, answers)
    found = interrupted_somewhere(tmp_path / "desk", internet, number, wait, links=links)
    assert found is None or found[1] == set()


@pytest.mark.stress
@pytest.mark.parametrize(("interrupts", "words"), [(100, ()), (30, TWO_WORKERS)], ids=["one process", "two workers"])
def test_interrupts_at_random_points(tmp_path: Path, interrupts: int, words: tuple[str, ...]) -> None:
    chance = random.Random(14)
    took: list[float] = []
    twice: list[str] = []
    late = 0
    with Internet() as internet:
        longest = uninterrupted(tmp_path / "whole", internet, *words)
    while len(took) < interrupts:
        number, delay = chance.choice((signal.SIGINT, signal.SIGTERM)), chance.uniform(0, longest)
        with Internet() as internet:
            wait = partial(time.sleep, delay)
            found = interrupted_somewhere(tmp_path / str(len(took) + late), internet, number, wait, *words)
        if found is None:
            late += 1
            continue
        took.append(found[0])
        twice += sorted(found[1])
        print(f"{len(took)}: {number.name} after {delay:.2f} s: ended in {found[0]:.2f} s, asked twice: {found[1]}")  # noqa: T201
    print(f"{len(took)} ended, longest {max(took):.2f} s, {late} finished first, asked twice: {len(twice)} {twice}")  # noqa: T201
    assert twice == []


# --- what is saved ----------------------------------------------------------------------------------------------------


def test_what_was_answered_and_not_settled_is_not_asked_again(internet: Internet, desk: Desk) -> None:
    """A host that failed is tried again at the end of a run, a page that looks like none is looked at twice."""
    failing, doubtful = "https://h80.bench.example.org/a", "https://h81.bench.example.org/b"
    asked = f"{SLOW}/"
    internet.fault(failing, text("", 503))
    internet.fault("https://h81.bench.example.org/*", Failure.HANG)
    internet.fault(doubtful, page("Another title", "An ordinary page."))
    internet.fault(asked, Failure.HANG)
    desk.write("a.md", listed(failing, doubtful, asked))
    run = crawl(desk)
    wait_until(lambda: len(internet.asked("https://h81.bench.example.org/*")) > 1)
    wait_until(lambda: bool(internet.asked(asked)) and bool(internet.asked(failing)))
    end = ending(run, interrupt(run, signal.SIGINT), desk)
    assert (end.code, SAID.sub(r"\1", end.said)) == (130, "2")
    assert end.seconds < 10
    assert outcomes(desk) == {
        failing: "unexpected_status|503\ninterrupted",
        doubtful: "reachable\ninterrupted",
    }
    internet.heal()
    internet.forget()
    again = desk.crawl()
    assert (again.returncode, again.stderr) == (0, "")
    assert {request.url for request in internet.requests} & {failing, doubtful, asked} == {asked}
    assert finished(desk) == [True]


def test_a_link_that_was_redirected_is_followed_to_its_end(internet: Internet, desk: Desk) -> None:
    begins, ends = "https://h80.bench.example.org/a", "https://h81.bench.example.org/b"
    internet.fault(begins, redirect(ends, 302))
    answer = html("<title>x</title>")
    internet.fault(ends, type(answer)(answer.status, answer.body, answer.headers, delay=1.0))
    desk.write("a.md", listed(begins))
    run = crawl(desk)
    wait_until(lambda: bool(internet.asked(ends)))
    end = ending(run, interrupt(run, signal.SIGTERM), desk)
    assert (end.code, SAID.sub(r"\1", end.said)) == (143, "1")
    assert desk.checked() == {begins}


# --- what keeps it from ending ----------------------------------------------------------------------------------------


STUCK = ("-s", 'EXTENSIONS={"crawler.fetch.early_stop.EarlyStop": 0, "tests.support.interrupting.Stuck": 0}')


def test_a_second_signal_ends_it_at_once(internet: Internet, desk: Desk) -> None:
    internet.fault(f"{SLOW}/", Failure.HANG)
    desk.write("a.md", listed(f"{SLOW}/"))
    run = crawl(desk)
    wait_until(lambda: bool(internet.asked(f"{SLOW}/")))
    interrupt(run, signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(0.5)
    end = ending(run, interrupt(run, signal.SIGTERM), desk)
    assert (end.code, end.said.count("\n")) == (130, 1)
    assert end.seconds < 1.5
    assert desk.crawl("-s", "DOWNLOAD_TIMEOUT=1").returncode == 0


def test_a_store_that_another_program_has_locked(internet: Internet, desk: Desk) -> None:
    internet.fault("https://*.bench.example.org/*", html("<title>x</title>"))
    desk.write("a.md", listed(*pages(80)))
    run = crawl(desk, *HURRIED)
    wait_until(lambda: bool(desk.checked()))
    with sqlite3.connect(desk.output / "notemend.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")
        end = ending(run, interrupt(run, signal.SIGINT), desk)
        other.rollback()
    other.close()
    assert (end.code, end.said.count("\n")) == (130, 1)
    assert "no saved result is lost" in end.said
    assert end.seconds < 5
    assert desk.crawl().returncode == 0
    assert finished(desk) == [True]


def test_an_event_loop_that_hangs(internet: Internet, desk: Desk) -> None:
    desk.write("a.md", listed(*pages(20)))
    run = crawl(desk, *STUCK)
    wait_until(lambda: bool(desk.checked()))
    end = ending(run, interrupt(run, signal.SIGTERM), desk)
    assert (end.code, end.said.count("\n")) == (143, 1)
    assert end.seconds < 5


@pytest.mark.parametrize("hangs", sampled(["archive", "outputs"]))
def test_a_thread_that_hangs(internet: Internet, desk: Desk, hangs: str) -> None:
    urls, words = pages(20), ["-s", "OUTPUTS=tests.support.hanging_output"]
    if hangs == "archive":
        internet.fault("https://*archive.org/*", Failure.HANG)
        urls, words = [*pages(19), "https://arxiv.org/abs/2201.99999"], []  # the archive is asked for what is dead
    desk.write("a.md", listed(*urls))
    run = crawl(desk, *words)
    wait_until(lambda: len(desk.checked()) == 20)
    if hangs == "archive":
        wait_until(lambda: bool(internet.asked("https://*archive.org/*")))
    end = ending(run, interrupt(run, signal.SIGTERM), desk)
    assert (end.code, SAID.sub(r"\1", end.said)) == (143, "20")
    assert end.seconds < 5
    internet.heal()
    internet.forget()
    assert desk.crawl().returncode == 0
    assert [request.url for request in internet.requests if "archive.org" not in request.host] == []
    assert finished(desk) == [True]


def test_an_error_while_results_are_being_saved(internet: Internet, desk: Desk) -> None:
    """Scrapy waits for results in pipelines, and is not told when the last one has left them."""
    internet.fault(f"{SLOW}/", html("<title>x</title>"))
    desk.write("a.md", listed(f"{SLOW}/", "https://h91.bench.example.org/"))
    internet.fault("https://h91.bench.example.org/", Failure.HANG)
    run = crawl(desk, "-s", 'EXTENSIONS={"tests.support.interrupting.Failing": 0}')
    try:
        assert run.wait(IN_ANY_CASE) == 2
    finally:
        run.kill()
    assert (desk.folder / "said.txt").read_text("utf-8") == "notemend: something is wrong\n"
    assert desk.checked() == {f"{SLOW}/"}


@pytest.mark.stress  # the archive that hangs, above, is a sample
def test_an_api_that_does_not_answer(internet: Internet, desk: Desk) -> None:
    internet.fault("https://export.arxiv.org/*", Failure.HANG)
    desk.write("a.md", listed("https://arxiv.org/abs/1706.03762", *pages(20)))
    run = crawl(desk)
    wait_until(lambda: len(desk.checked()) == 20 and bool(internet.asked("https://export.arxiv.org/*")))
    end = ending(run, interrupt(run, signal.SIGINT), desk)
    assert (end.code, SAID.sub(r"\1", end.said)) == (130, "20")
    assert end.seconds < 10


# --- who else is there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [pytest.param("leader", marks=pytest.mark.stress), "group"])
def test_shards_save_what_they_have_and_end(internet: Internet, desk: Desk, to: str) -> None:
    urls = pages(150)
    internet.fault("https://*.bench.example.org/*", html("<title>x</title>"))
    desk.write("a.md", listed(*urls))
    words = desk.command(
        "crawl", "notes", "-a", f"notes={desk.notes}", *TWO_WORKERS, "-s", 'DOWNLOAD_DELAYS={"*": 0.2}'
    )
    with (desk.folder / "said.txt").open("w") as said:
        run = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *words],
            cwd=ROOT,
            env=os.environ | desk.environ,
            stderr=said,
            stdout=said,
            process_group=0,
        )
    wait_for_delivered(internet, 60)
    shards = helpers_of(run)
    assert len(shards) == 2
    at = time.monotonic()
    (os.killpg if to == "group" else os.kill)(run.pid, signal.SIGINT)
    end = ending(run, at, desk)
    counted = SAID.fullmatch(end.said)
    assert (end.code, counted is not None) == (130, True), end
    assert counted is not None
    assert int(counted[1]) == len(desk.checked())
    assert end.seconds < 10
    assert [shard for shard in shards if Path(f"/proc/{shard}").exists()] == []
    answered = delivered(internet, at)
    internet.forget()
    assert desk.crawl(*TWO_WORKERS).returncode == 0
    assert answered & {request.url for request in internet.requests} & set(urls) == set()
    assert query(desk, "SELECT link_id FROM checks GROUP BY link_id HAVING count(*) > 1") == []


def test_check_ends_in_the_same_way(internet: Internet, desk: Desk) -> None:
    internet.fault(f"{SLOW}/", Failure.HANG)
    note = desk.write("a.md", listed(*pages(20), f"{SLOW}/"))
    words = ("check", "-s", f"NOTES_DIR={desk.notes}", "-s", 'DOWNLOAD_DELAYS={"*": 0}', str(note))
    desk.environ["XDG_CACHE_HOME"] = str(desk.folder / "cache")
    run, _ = saying(desk, *words)
    wait_until(lambda: bool(internet.asked(f"{SLOW}/")))
    wait_for_delivered(internet, 40)
    end = ending(run, interrupt(run, signal.SIGINT), desk)
    assert (end.code, SAID.sub(r"\1", end.said)) == (130, "20")
    assert end.seconds < 10


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.stress)])
def test_the_demonstration_hands_the_exit_code_on(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.md").write_text(listed(*pages(20)))
    words = ["crawl", "notes", "-s", f"NOTES_DIR={tmp_path}/notes", "-s", f"OUTPUT_DIR={tmp_path}/output"]
    command = [sys.executable, "-m", "tests.internet", "--", sys.executable, "-m", "scrapy", *words]
    with (tmp_path / "said.txt").open("w") as said:
        run = subprocess.Popen(
            [*command, "-s", "OUTPUTS=tests.support.hanging_output"],
            cwd=ROOT,
            stdout=said,
            stderr=said,
            process_group=0,
        )
    wait_until((tmp_path / "output/notemend.sqlite").exists)
    run.send_signal(number)
    assert run.wait(IN_ANY_CASE) == CODES[number]
    assert "notemend: interrupted: " in (tmp_path / "said.txt").read_text("utf-8")
