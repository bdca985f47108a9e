"""Several workers on one PostgreSQL store share the work, host by host."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.crawling import Desk
from tests.internet.messages import text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet

pytest_plugins = ["tests.databases"]


def test_two_workers_fetch_every_link_once(internet: Internet, database_url: str, tmp_path: Path) -> None:
    urls = [f"https://h{n % 20:02}.bench.example.org/{n}" for n in range(200)]
    flaky = "https://alive.example.org/flaky"
    internet.fault(flaky, text("", 503), times=1)
    desks = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        desks.append(Desk(tmp_path / name, internet.environ()))
        desks[-1].write("a.md", "\n".join(f"- <{url}>" for url in [*urls, flaky]))
    if database_url.startswith("sqlite"):
        desks = desks[:1]  # SQLite has one worker
    runs = [desk.start("-s", f"DATABASE_URL={database_url}") for desk in desks]
    assert [run.wait(60) for run in runs] == [0] * len(desks)
    asked = Counter(request.url for request in internet.requests if request.url in {*urls, flaky})
    assert asked == Counter(urls) + Counter({flaky: 2})
    desks[0].run("publish", "-a", f"notes={desks[0].notes}", "-s", f"DATABASE_URL={database_url}")
    assert desks[0].verdicts() == dict.fromkeys([*urls, flaky], "alive")
