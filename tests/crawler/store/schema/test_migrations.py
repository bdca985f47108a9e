"""A store that the program before wrote: opened, brought to the newest version, and nothing of it lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from crawler.errors import UserError
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Change, Link, LinkState, Verdict
from crawler.models.metadata import Article, Page, Paper, Picture, Publication, Repository
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.store.database import sqlite_url
from crawler.store.link_store import HostBacklog, LinkStore
from crawler.store.schema.migrations import MIGRATIONS
from crawler.store.schema.tables import NEVER, facts
from crawler.verdicts.fold import fold_checks
from tests.support.storing import KINDS, all_due, checked, link, one_worker, plans, register, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.support.databases"]

STORES = Path(__file__).parents[3] / "stores"
VERSION_1, VERSION_7 = STORES / "version_1.sql", STORES / "version_7.sql"
POSTGRESQL = {
    "elapsed DATETIME": "elapsed INTERVAL",
    "'1970-01-01 00:00:01.250000'": "'1.25 seconds'",
    "DATETIME": "TIMESTAMP WITH TIME ZONE",
    "INTEGER NOT NULL PRIMARY KEY": "SERIAL PRIMARY KEY",
}
"""The few words of old versions that are others there."""

LATER = datetime(2027, 6, 1, tzinfo=UTC)


def at(day: int, hour: int = 3, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, microsecond, tzinfo=UTC)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Open a transaction on a database as it is, past the store."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def write(url: str, statements: str) -> None:
    with connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
            for here, there in POSTGRESQL.items():
                statements = statements.replace(here, there)
        for statement in statements.split(";\n"):
            connection.exec_driver_sql(statement)


def tables(url: str) -> dict[str, Any]:
    """Return what a database's tables are made of; the order of columns is nobody's business."""
    with connected(url) as connection:
        found = sa.inspect(connection)
        return {
            name: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"], column["default"])
                    for column in found.get_columns(name)
                },
                "key": found.get_pk_constraint(name)["constrained_columns"],
                "references": [each["constrained_columns"] for each in found.get_foreign_keys(name)],
                "unique": [each["column_names"] for each in found.get_unique_constraints(name)],
                "indexes": {
                    index["name"]: (index["column_names"], bool(index["unique"])) for index in found.get_indexes(name)
                },
            }
            for name in found.get_table_names()
        }


def content(url: str) -> dict[str, list[sa.Row[Any]]]:
    """Return every row of every table."""
    with connected(url) as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: sorted(connection.exec_driver_sql(f"SELECT * FROM {name}"), key=str) for name in names}


@pytest.fixture
def old_url(database_url: str) -> str:
    """Return the URL of a store of version 1."""
    write(database_url, VERSION_1.read_text("utf-8"))
    return database_url


@pytest.fixture
def migrated(old_url: str) -> Iterator[LinkStore]:
    """Return that store, opened by this program."""
    store = LinkStore.open(old_url)
    yield store
    store.close()


def web(url: str) -> Link:
    return Link(url, "web", url, "a.example")


SEEN = Check(
    Outcome.OK,
    Reason(ReasonCode.UNEXPECTED_STATUS, "200"),
    at(17, 3, 4, 5, 678901),
    CheckMethod.PAGE,
    200,
    elapsed=timedelta(seconds=1.25),
)
GONE = Check(Outcome.GONE, Reason(ReasonCode.UNEXPECTED_STATUS, "404"), at(19), CheckMethod.PAGE, 404)
MOVED = Check(
    Outcome.MOVED, Reason(ReasonCode.UNEXPECTED_STATUS, "301"), at(18), CheckMethod.PAGE, 200, "https://b.example/"
)
LISTED = Check(Outcome.OK, Reason(ReasonCode.OTHER, "listed"), at(12), CheckMethod.API)

KNOWN = [
    (
        LinkState(web("https://a.example/dead"), Verdict.DEAD, at(1), GONE, 3, at(10)),
        ("日记/a.md:2",),
    ),
    (
        LinkState(
            web("https://a.example/moved"),
            Verdict.MOVED,
            at(1),
            MOVED,
            last_alive=at(18),  # `moved_to` comes with the next check, by the rules of now
        ),
        ("日记/a.md:3",),
    ),
    (
        LinkState(web("https://a.example/new"), Verdict.UNKNOWN, at(19, 12)),
        ("b.md:1",),
    ),
    (
        LinkState(
            web("https://a.example/"),
            Verdict.ALIVE,
            at(1),
            SEEN,
            last_alive=SEEN.checked_at,
            metadata=Page("题目", "text/html"),
        ),
        ("b.md:3", "日记/a.md:1"),
    ),
    (
        LinkState(
            Link("https://arxiv.org/abs/1706.03762", "arxiv", "1706.03762", "arxiv.org"),
            Verdict.ALIVE,
            at(1),
            LISTED,
            last_alive=at(12),
            metadata=Paper("Attention Is All You Need", {"arxiv": "1706.03762"}),
        ),
        ("b.md:2",),
    ),
]


def test_everything_known_stays(migrated: LinkStore) -> None:
    assert list(migrated.link_states()) == KNOWN
    forgotten = standing(migrated, "https://forgotten.example/")
    assert (forgotten.verdict, forgotten.first_seen) == (Verdict.UNKNOWN, at(1))


def test_links_wait_since_they_were_last_looked_at(migrated: LinkStore) -> None:
    migrated.start_run(LATER)
    in_order = [due.link.url.removeprefix("https://a.example/") for due in all_due(migrated, LATER, ["web"])]
    assert in_order == ["new", "", "moved", "dead"]
    assert migrated.backlogs(["web"], LATER) == [HostBacklog(NEVER, "web", "a.example", 4)]


@one_worker
def test_what_was_put_off_is_due_again(migrated: LinkStore) -> None:
    migrated.start_run(LATER)
    assert migrated.backlogs(["arxiv"], LATER) == [HostBacklog(at(12), "arxiv", "arxiv.org")]


def test_only_what_was_due_is_due(migrated: LinkStore) -> None:
    assert [due.link.url for due in all_due(migrated, at(20), ["web"])] == ["https://a.example/new"]


def test_history_is_handed_out(migrated: LinkStore) -> None:
    due = {each.link.url: each for each in all_due(migrated, LATER)}
    outcomes = [check.outcome for check in due["https://a.example/dead"].history]
    assert outcomes == [Outcome.OK, Outcome.GONE, Outcome.FAILED, Outcome.GONE]
    assert due["https://a.example/"].texts == ("one", "one again")


def test_a_run_goes_on_from_there(migrated: LinkStore) -> None:
    """What changed since is a change, what had been so before is none; for the dead the archive is asked."""
    migrated.start_run(LATER)
    assert not migrated.changes()
    migrated.save([checked(web("https://a.example/"), Outcome.GONE, verdict=Verdict.DEAD)])
    assert migrated.changes() == {Change.NEWLY_DEAD: 1}
    found = {each.link.url: each.change for each, _ in migrated.link_states()}
    assert [url for url, change in found.items() if change is Change.NEWLY_DEAD] == ["https://a.example/"]
    asked = migrated.links_without_snapshot(KINDS, LATER, 9)
    assert asked == [(web(f"https://a.example/{name}"), at(1).date()) for name in ("", "dead")]


def test_new_links_join_the_old(migrated: LinkStore) -> None:
    register(migrated, "c.md", "https://a.example/newer", "https://a.example/dead")
    assert [due.link.url for due in all_due(migrated, at(21), ["web"])] == [
        "https://a.example/new",
        "https://a.example/newer",
    ]
    migrated.save([checked(link("https://a.example/newer"))])
    assert standing(migrated, "https://a.example/newer").verdict is Verdict.ALIVE


def test_opening_again_changes_nothing(old_url: str) -> None:
    LinkStore.open(old_url).close()
    first = tables(old_url), content(old_url)
    assert first[1]["schema_version"] == [(len(MIGRATIONS),)]
    LinkStore.open(old_url).close()
    assert (tables(old_url), content(old_url)) == first


def test_several_programs_may_open_it_at_once(old_url: str) -> None:
    with ThreadPoolExecutor(4) as programs:
        for store in [program.result() for program in [programs.submit(LinkStore.open, old_url) for _ in range(4)]]:
            assert list(store.link_states()) == KNOWN
            store.close()


def test_a_migrated_store_is_made_like_a_new_one(database_url: str) -> None:
    LinkStore.open(database_url).close()
    new = tables(database_url)
    with connected(database_url) as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
    write(database_url, VERSION_1.read_text("utf-8"))
    assert tables(database_url) != new
    LinkStore.open(database_url).close()
    assert tables(database_url) == new


def test_a_step_that_fails_leaves_the_old_store_as_it_was(old_url: str) -> None:
    write(old_url, "CREATE TABLE runs (id INTEGER NOT NULL)")  # in the way of the one that version 2 brings
    before = tables(old_url), content(old_url)
    with pytest.raises(UserError, match="cannot use the link database"):
        LinkStore.open(old_url)
    assert (tables(old_url), content(old_url)) == before
    write(old_url, "DROP TABLE runs")
    store = LinkStore.open(old_url)
    assert list(store.link_states()) == KNOWN
    store.close()


# --- version 7 --------------------------------------------------------------------------------------------------------

PUBLICATION = Publication("Attention Is All You Need", ("Ashish Vaswani",), "1706.03762", ("NeurIPS",), 2017)
METADATA_OF_VERSION_7 = {
    "https://arxiv.org/abs/1706.03762": Paper(
        "Attention Is All You Need", {"arxiv": "1706.03762"}, authors=("Ashish Vaswani",)
    ),
    "https://arxiv.org/abs/cs/0101001": Paper(
        "题目", {"arxiv": "cs/0101001", "doi": "10.1000/loops.7"}, venue="CVPR", venue_year=2022
    ),
    "https://github.com/o/r": Repository("o/r", stars=7, papers=("1706.03762",)),
    "https://mp.weixin.qq.com/s/A": Article("标题", "号"),
    "https://a.example/": Page("t", "text/html"),
    "https://a.example/p.png": Picture("ab/abc.png", "abc", "image/png", 12),
}


def test_papers_have_ids_by_scheme_since_version_8(database_url: str) -> None:
    """What is known of every link stays, and so does what a bibliography said, which goes by the paper's key now."""
    write(database_url, VERSION_7.read_text("utf-8"))
    store = LinkStore.open(database_url)
    known = {url: each.metadata for url, each in store.link_states_of(METADATA_OF_VERSION_7).items()}
    assert known == METADATA_OF_VERSION_7
    assert store.publications("openalex", ["arxiv:1706.03762"]) == {"arxiv:1706.03762": PUBLICATION}
    assert store.papers(["arxiv:cs/0101001", "arxiv:1"]) == {
        "arxiv:cs/0101001": METADATA_OF_VERSION_7["https://arxiv.org/abs/cs/0101001"]
    }
    assert store.papers_without_publication("openalex", at(18)) == ["arxiv:cs/0101001"]
    store.close()


def test_all_papers_get_their_ids(database_url: str) -> None:
    """However many there are; the migration takes some hundred at a time."""
    write(database_url, VERSION_7.read_text("utf-8"))
    count = 1203
    with connected(database_url) as connection:
        row = {"kind": "arxiv", "type": "Paper", "seen_at": at(17)}
        papers = [
            {"identity": f"2204.{n:05}", "data": f'{{"title": "t", "arxiv_id": "2204.{n:05}"}}'} for n in range(count)
        ]
        connection.execute(sa.insert(facts), [row | paper for paper in papers])
    store = LinkStore.open(database_url)
    found = store.papers(f"arxiv:2204.{n:05}" for n in range(count))
    assert [paper.arxiv_id for _, paper in sorted(found.items())] == [f"2204.{n:05}" for n in range(count)]
    store.close()


# --- how what is due is found -----------------------------------------------------------------------------------------


@one_worker
def test_a_host_s_links_are_read_in_the_order_of_their_index(store: LinkStore) -> None:
    """Whoever sorts twenty thousand links for every sixteen of them sorts all night."""
    for i in range(20):
        register(store, f"{i}.md", *(f"https://a.example/{i}/{j}" for j in range(1000)))
    (backlog,) = store.backlogs(KINDS, LATER)
    _, after = store.next_due(backlog, LATER, 16)
    for place in (None, after):
        more = {} if place is None else {"after": place}
        (plan,) = plans(store, lambda more=more: store.next_due(backlog, LATER, 16, **more))
        assert plan[0].startswith("SEARCH links USING INDEX links_due (kind=? AND host=? AND again=? AND ")
        assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")]


# --- reasons as texts -------------------------------------------------------------------------------------------------

REASONS_OF_VERSION_7 = VERSION_1.with_name("version_7_reasons.sql")


@pytest.fixture
def texts_url(database_url: str) -> str:
    """Return the URL of a store of version 7."""
    write(database_url, REASONS_OF_VERSION_7.read_text("utf-8"))
    return database_url


def test_texts_become_codes_and_nothing_else_changes(texts_url: str) -> None:
    before = content(texts_url)
    names = {"links": "id, verdict, failures_in_a_row, outcome, conclusive, due_at", "checks": "id, outcome"}

    def rest() -> list[list[sa.Row[Any]]]:
        with connected(texts_url) as connection:
            return [list(connection.exec_driver_sql(f"SELECT {names[name]} FROM {name} ORDER BY id")) for name in names]

    judged = rest()
    store = LinkStore.open(texts_url)
    found = {known.link.url: known.check and known.check.reason for known, _ in store.link_states()}
    assert found == {
        "https://a.example/": Reason(ReasonCode.REACHABLE),
        "https://a.example/all": Reason(ReasonCode.CATCH_ALL_PAGE),
        "https://a.example/p.png": Reason(ReasonCode.NOT_FOUND).plus(Reason(ReasonCode.SAVED_FROM_ARTICLE)),
        "https://v.example/v.mp4": Reason(ReasonCode.SIGNED_URL_EXPIRED, "2022-07-11", "wxv_24717"),
        "https://arxiv.org/abs/1706.03762": Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv's API", "HTTP 503"),
        "https://a.example/later": Reason(ReasonCode.TIMEOUT).plus(Reason(ReasonCode.NOT_RETRIED)),
        "https://a.example/odd": Reason(ReasonCode.OTHER, "what | nobody wrote; here"),
        "https://a.example/new": None,
    }
    history = {each.link.url: each.history for each in all_due(store, LATER)}["https://a.example/all"]
    store.close()
    assert [check.reason for check in history] == [
        Reason(ReasonCode.SIGNED_URL_VALID, "2030-01-01"),
        Reason(ReasonCode.NOT_FOUND),
        Reason(ReasonCode.BOT_WALL, "Cloudflare"),
        Reason(ReasonCode.CATCH_ALL_PAGE),
    ]
    assert rest() == judged
    after = content(texts_url)
    changed = {"links", "checks", "schema_version", "mentions"}  # mentions have one more column
    removed = {"leases", "workers"}
    assert {name for name in before.keys() - removed if after[name] != before[name]} == changed
    assert after.keys() & removed == set()


def test_many_reasons_become_codes_a_few_at_a_time(texts_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.store.schema.migrations._SLICE", 2)
    store = LinkStore.open(texts_url)
    assert [known.link.url for known, _ in store.link_states() if known.check and "|" in str(known.check.reason)] == [
        "https://a.example/odd"
    ]
    store.close()


def test_a_store_of_version_7_is_judged_as_before(texts_url: str) -> None:
    store = LinkStore.open(texts_url)
    history = {each.link.url: each.history for each in all_due(store, LATER)}["https://a.example/all"]
    store.close()
    verdicts = [step.verdict for step in fold_checks(history, Policy(3, timedelta(days=0.8), {"*": timedelta(7)}))]
    assert verdicts == [Verdict.ALIVE, Verdict.SUSPECT, Verdict.SUSPECT, Verdict.SUSPECT]


@one_worker
def test_the_store_from_before_a_migration_is_kept(database_url: str, tmp_path: Path) -> None:
    write(database_url, VERSION_7.read_text("utf-8"))
    before = content(database_url)
    for _ in range(2):
        LinkStore.open(database_url).close()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["store.sqlite", "store.sqlite.before-migration"]
        assert content(sqlite_url(tmp_path / "store.sqlite.before-migration")) == before


@one_worker
def test_a_store_of_which_no_copy_can_be_kept_is_not_migrated(database_url: str, tmp_path: Path) -> None:
    write(database_url, VERSION_7.read_text("utf-8"))
    before = content(database_url)
    (tmp_path / "store.sqlite.before-migration").mkdir()
    with pytest.raises(UserError, match=r"store\.sqlite: not migrated, since no copy can be kept: Is a directory"):
        LinkStore.open(database_url)
    assert content(database_url) == before
