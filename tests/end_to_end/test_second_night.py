"""What a second night costs: little is due, and what is due and has not changed is not downloaded again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.internet import Internet
from tests.support.crawling import CORPUS, Desk, mended
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
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


# --- the corpus -------------------------------------------------------------------------------------------------------

HAS_CORPUS = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes (../shared/corpus) is not here")


@dataclass(frozen=True, slots=True)
class Crawled:
    """A desk on which the corpus was crawled once: how many requests that took, and how many bytes of bodies."""

    desk: Desk
    internet: Internet
    requests: int
    downloaded: int
    read_in_full: int


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """Return the corpus after its first night."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("corpus"), internet.environ())
        desk.notes = CORPUS
        requests, downloaded = night(desk, internet)
        yield Crawled(desk, internet, requests, downloaded, read_in_full(internet))


@HAS_CORPUS
def test_the_notes_of_the_corpus_differ_by_the_edits_alone(crawled: Crawled) -> None:
    desk = crawled.desk
    edits = desk.edits()
    for note in sorted(CORPUS.rglob("*.md")):
        path = note.relative_to(CORPUS).as_posix()
        here = [edit for edit in edits if edit["note"] == path]
        assert (desk.output / "notes" / path).read_bytes() == mended(note.read_bytes(), here), path
    rows = desk.health()
    assert rows["notes/202105/05010.md"]["suggestion"] == "notes/202105/0510.md"
    assert sum(row["kind"] == "image" and row["verdict"] == "alive" for row in rows.values()) >= 580
    assert "notes/202105/0510.md" not in (desk.output / "notes/README.md").read_text("utf-8")


@HAS_CORPUS
def test_a_second_night_over_the_corpus(crawled: Crawled) -> None:
    desk, internet = crawled.desk, crawled.internet
    before = desk.verdicts()

    let_pass(desk, 1)
    again, more = night(desk, internet)
    print(f"first night {crawled.requests} requests, {crawled.downloaded} bytes; second {again}, {more}")  # noqa: T201
    assert again <= crawled.requests / 10
    assert more <= crawled.downloaded / 100

    let_pass(desk, 40)
    everything, sent = night(desk, internet)
    some = read_in_full(internet)
    print(f"all due: {everything} requests, {sent} bytes; {some} of {crawled.read_in_full} from who has validators")  # noqa: T201
    assert desk.verdicts().keys() == before.keys()
    assert some <= crawled.read_in_full / 10  # redirects, errors and the pages of hosts that just have none
