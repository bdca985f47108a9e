"""A database server that goes while a run is under way: it is waited for, and Ctrl-C ends the waiting."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from crawler.errors import UserError
from crawler.store.link_store import LinkStore
from tests.internet.messages import html
from tests.support.interrupting import HURRIED, IN_ANY_CASE, ending, interrupt, pages, wait_for_delivered
from tests.support.sharing import history, saying, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.internet import Internet
    from tests.support.crawling import Desk
    from tests.support.processes import Running

    Away = Callable[[], AbstractContextManager[None]]

pytest_plugins = ["tests.support.databases"]
on_a_server = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
WAITING = "waiting for the database"


class Crawl:
    """A crawl of forty links that takes some seconds, with the database on a server; half of them are asked for."""

    def __init__(self, desk: Desk, internet: Internet, database_url: str, *more: str) -> None:
        internet.fault("https://*.bench.example.org/*", lambda request: html(f"<title>{request.path}</title>"))
        desk.write("a.md", "\n".join(f"<{url}>" for url in pages(40, 4)))
        desk.environ["DATABASE_URL"] = database_url
        words = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", "-s", 'DOWNLOAD_DELAYS={"*": 0.1}', *more)
        self.process: Running
        self.process, self.said = saying(desk, *words)
        wait_for_delivered(internet, 20)


@pytest.mark.parametrize("seconds", [0, pytest.param(240, marks=pytest.mark.stress)])
@on_a_server
def test_ctrl_c_while_it_is_away(
    desk: Desk, internet: Internet, database_url: str, postgresql_away: Away, seconds: float
) -> None:
    crawl = Crawl(desk, internet, database_url, *HURRIED)
    with postgresql_away():
        wait_until(lambda: WAITING in crawl.said())
        time.sleep(seconds)
        end = ending(crawl.process, interrupt(crawl.process, signal.SIGINT), desk)
    assert end.code == 130, end
    assert end.seconds < IN_ANY_CASE
    assert end.said.splitlines()[-1].startswith("notemend: interrupted: "), end
    again = desk.crawl()
    assert (again.returncode, again.stderr) == (0, "")
    assert set(history(database_url).values()) == {1}


@on_a_server
def test_a_shard_that_opens_it_waits_and_a_run_says_that_it_is_away(
    database_url: str, postgresql_away: Away, caplog: pytest.LogCaptureFixture
) -> None:
    LinkStore.open(database_url).close()
    with ThreadPoolExecutor(1) as executor:
        with postgresql_away():
            with pytest.raises(UserError):
                LinkStore.open(database_url)
            opening = executor.submit(LinkStore.open, database_url, is_checked=True)
            wait_until(lambda: any(WAITING in message for message in caplog.messages))
        opening.result(60).close()


@pytest.mark.stress
@pytest.mark.parametrize("seconds", [20, 120])
@on_a_server
def test_it_is_waited_for(
    desk: Desk, internet: Internet, database_url: str, postgresql_away: Away, seconds: float
) -> None:
    crawl = Crawl(desk, internet, database_url)
    with postgresql_away():
        wait_until(lambda: WAITING in crawl.said())
        time.sleep(seconds)
    assert crawl.process.wait(120) == 0, crawl.said()
    assert set(history(database_url).values()) == {1}
    assert set(desk.verdicts().values()) == {"alive"}


@pytest.mark.stress
@on_a_server
def test_a_run_ends_if_it_stays_away(desk: Desk, internet: Internet, database_url: str, postgresql_away: Away) -> None:
    """It is waited for five minutes."""
    crawl = Crawl(desk, internet, database_url)
    with postgresql_away():
        code = crawl.process.wait(600)
    last = crawl.said().splitlines()[-1]
    assert (code, last.startswith("notemend: "), last.endswith("; saved results are kept")) == (2, True, True), last
    again = desk.crawl()
    assert (again.returncode, again.stderr) == (0, "")
    assert set(history(database_url).values()) == {1}
    assert set(desk.verdicts().values()) == {"alive"}
