"""The store as those see it who only look: `scrapy status`, and what `scrapy explain` is told from."""

from __future__ import annotations

import re
import shutil
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.cli.store_status import status_parts
from crawler.errors import UserError
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.store.inspector import StoreInspector
from tests.internet.messages import html
from tests.support.crawling import kill
from tests.support.sharing import wait_until
from tests.support.storing import NIGHT, NOW, all_due, checked, one_worker, register

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore
    from tests.internet import Internet
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases"]

A, B = "https://a.example/x", "https://b.example/y"


def lines(url: str, night: float = 0) -> list[str]:
    looking = StoreInspector.open_to_read(url)
    try:
        return "\n".join(map(str, status_parts(looking, NOW + night * NIGHT))).splitlines()
    finally:
        looking.close()


def test_state_of_a_store(database_url: str, store: LinkStore) -> None:
    first, second = register(store, "n.md", A, B)
    register(store, "m.md", A)
    store.start_run(NOW)
    all_due(store)
    store.save(
        [checked(first, wait=timedelta(hours=20)), checked(second, Outcome.GONE, verdict=Verdict.DEAD, wait=7 * NIGHT)]
    )
    said = lines(database_url)
    assert "notes: 2, with links in 3 places" in said
    assert "last run: 2026-11-20 03:04:05 UTC to now (active, or interrupted; the next run continues it)" in said
    assert "web       1        -           -      -        -      1    2" in said
    assert "to check now: nothing" in said
    assert "to check within a day: web 1" in said
    assert "next check: 2026-11-20 23:04:05 UTC" in said
    store.finish_run(NOW + timedelta(minutes=1))
    assert "last run: 2026-11-20 03:04:05 UTC to 2026-11-20 03:05:05 UTC" in lines(database_url)
    assert "to check now: web 1" in lines(database_url, 1)


def test_all_that_is_known_of_a_link(database_url: str, store: LinkStore) -> None:
    first, _ = register(store, "n.md", A, B)
    store.save([checked(first)])
    store.save([checked(first, Outcome.GONE, 1, Verdict.SUSPECT)])
    store.save([checked(first, Outcome.SKIPPED, 2, Verdict.SUSPECT)])
    looking = StoreInspector.open_to_read(database_url)
    story = looking.history(A)
    assert [check.outcome for check in story.checks] == [Outcome.OK, Outcome.GONE, Outcome.SKIPPED]
    assert [(place.note, place.line, place.text) for place in story.locations] == [("n.md", 1, "text 0")]
    assert story.due_at == NOW + 3 * NIGHT
    assert looking.history(B).checks == ()
    looking.close()


def test_how_far_a_run_is(store: LinkStore) -> None:
    first, second = register(store, "n.md", A, B)
    run = store.start_run(NOW)
    register(store, "n.md", A, B, "https://b.example/not-due", now=NOW + NIGHT)
    store.save([checked(first, night=0.1)])
    assert sorted(store.progress(["web"], NOW, run)) == [
        ("web", "a.example", 1, 1),
        ("web", "b.example", 1, 0),
    ]
    assert list(store.progress(["arxiv"], NOW, run)) == []
    store.save([checked(second, night=0.2)])
    register(store, "n.md", A)
    assert sorted(store.progress(["web"], NOW, run)) == [
        ("web", "a.example", 1, 1)
    ]  # the rest no note mentions any more


def test_who_only_looks_cannot_write(database_url: str, store: LinkStore) -> None:
    register(store, "n.md", A)
    looking = StoreInspector.open_to_read(database_url)
    with pytest.raises(UserError, match=r"read.?only"), looking._begin() as connection:
        connection.exec_driver_sql("DELETE FROM mentions")
    looking.close()


@one_worker
@pytest.mark.parametrize(("other", "advice"), [(-1, "publish DIR once"), (1, "upgrade notemend")])
def test_a_store_of_another_version_is_neither_read_nor_migrated(
    database_url: str, store: LinkStore, other: int, advice: str
) -> None:
    store.close()
    file = database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_version SET version = version + ?", [other])
    connection.close()
    for _ in range(2):
        with pytest.raises(UserError, match=f"sqlite: .*database version .*; .*{advice}"):
            StoreInspector.open_to_read(database_url)


# --- as the user meets it ---------------------------------------------------------------------------------------------


def test_status_while_a_run_is_under_way(desk: Desk, internet: Internet) -> None:
    internet.fault("https://*.bench.example.org/*", html("<title>x</title>"))
    desk.write("a.md", "\n".join(f"<https://h00.bench.example.org/{n}>" for n in range(50)))
    run = desk.start("-s", 'DOWNLOAD_DELAYS={"*": 0.25}')
    try:
        wait_until(lambda: bool(desk.checked()))
        desk.notes.rename(desk.folder / "elsewhere")
        done = desk.run("status")
        assert (done.returncode, done.stderr) == (0, "")
        assert "notes: 1, with links in 50 places" in done.stdout
        assert re.search(rf"^process of this run: [^:]+:{run.pid}, since ", done.stdout, re.MULTILINE)
        assert "to now (active" in done.stdout
        assert run.poll() is None
    finally:
        kill(run)


def test_store_that_is_not_there(desk: Desk) -> None:
    done = desk.run("status")
    says = (
        f"notemend: {desk.output}/notemend.sqlite: no link database; crawl first: notemend DIR (with this OUTPUT_DIR)\n"
    )
    assert (done.returncode, done.stderr) == (2, says)
    assert not desk.output.exists()


def test_status_needs_no_right_to_write(desk: Desk) -> None:
    desk.write("a.md", "[x](b.md)")
    desk.crawl()
    shutil.rmtree(desk.notes)
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in desk.output.iterdir() if file.is_file()}
    done = desk.run("status")
    assert (done.returncode, done.stderr) == (0, "")
    after = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in before}
    assert after == before
    assert list(desk.folder.iterdir()) == [desk.output]
