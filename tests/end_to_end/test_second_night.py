"""What a second night costs: little is due, and what is due and has not changed is not downloaded again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.crawling import CORPUS
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.support.crawling import Desk

TIMES = {
    "links": ("first_seen", "due_at", "checked_at", "last_alive", "snapshot_asked_at"),
    "checks": ("checked_at",),
    "facts": ("seen_at",),
    "validators": ("read_at",),
}
NO_VALIDATORS = ("https://mp.weixin.qq.com/*", "https://github.com/*")
"""Hosts that give articles and pages without validators, or with new ones every time, as the real ones do."""


def let_pass(desk: Desk, days: float) -> None:
    """Move everything that the store remembers so many days back."""
    with closing(sqlite3.connect(desk.output / "notemend.sqlite")) as store, store:
        for table, columns in TIMES.items():
            for name in columns:
                moved = f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-{days} days')"
                store.execute(f"UPDATE {table} SET {name} = {moved} WHERE {name} IS NOT NULL")
        store.execute("UPDATE links SET waiting_since = checked_at WHERE checked_at IS NOT NULL")


def night(desk: Desk, internet: Internet) -> tuple[int, int]:
    """Crawl, and return how many requests the night made and how many bytes of bodies it was sent."""
    internet.forget()
    assert desk.crawl().returncode == 0
    return len(internet.requests), internet.sent("*")


def read_in_full(internet: Internet) -> int:
    return internet.sent("*") - sum(map(internet.sent, NO_VALIDATORS))


def test_over_the_sample_notes(desk: Desk, internet: Internet) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    requests, _ = night(desk, internet)
    before = desk.health()
    at_once, _ = night(desk, internet)
    assert at_once <= requests / 10  # the same night again
    let_pass(desk, 40)
    everything, _ = night(desk, internet)
    assert everything > requests / 2
    after = desk.health()
    assert {url: row["title"] for url, row in after.items()} == {url: row["title"] for url, row in before.items()}
    pictures = sum(row["kind"] == "image" and row["verdict"] == "alive" for row in before.values())
    assert pictures > 0
    answered = internet.asked("https://mmbiz.qpic.cn/*")
    assert sum("if-none-match" in request.headers for request in answered) == pictures


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes (../shared/corpus) is not here")
def test_over_the_corpus(desk: Desk, internet: Internet) -> None:
    desk.notes.rmdir()
    desk.notes = CORPUS
    requests, downloaded = night(desk, internet)
    full = read_in_full(internet)
    before = desk.verdicts()

    let_pass(desk, 1)
    again, more = night(desk, internet)
    print(f"first night {requests} requests, {downloaded} bytes; second {again}, {more}")  # noqa: T201 - for who measures
    assert again <= requests / 10
    assert more <= downloaded / 100

    let_pass(desk, 40)
    everything, sent = night(desk, internet)
    some = read_in_full(internet)
    print(f"all due: {everything} requests, {sent} bytes; {some} of {full} bytes from who has validators")  # noqa: T201
    assert desk.verdicts().keys() == before.keys()
    assert some <= full / 10  # redirects, errors and the pages of hosts that just have none
