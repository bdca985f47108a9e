"""The store: opened again, damaged, unwritable, newer than this program."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from crawler.errors import UserError
from crawler.models.metadata import Page
from crawler.store import retrying
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from crawler.store.schema.migrations import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path


from tests.support.storing import checked, register

pytest_plugins = ["tests.support.databases"]


def test_everything_is_there_when_opened_again(store: LinkStore, database_url: str) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, metadata=Page("A"))])
    before = list(store.link_states())
    store.close()
    again = LinkStore.open(database_url)
    assert list(again.link_states()) == before
    again.close()


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    LinkStore.open(sqlite_url(file)).close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(len(MIGRATIONS),)]
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    with pytest.raises(UserError, match=r"store\.sqlite: database version 99, expected at most \d+; upgrade notemend"):
        LinkStore.open(sqlite_url(file))


def one_line(error: pytest.ExceptionInfo[UserError], *parts: Any) -> None:
    message = str(error.value)
    assert "\n" not in message
    for part in parts:
        assert str(part) in message


@pytest.mark.parametrize("content", [b"no database at all\n" * 500, b"SQLite format 3\x00" + b"\x00" * 4080])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(content)
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(file))
    one_line(error, file, "cannot use the link database", "move it away")
    assert file.read_bytes() == content


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_a_truncated_store(tmp_path: Path, kept: float) -> None:
    file = tmp_path / "store.sqlite"
    store = LinkStore.open(sqlite_url(file))
    register(store, "n.md", *(f"https://a.example/{i}" for i in range(1000)))
    store.close()
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(file))
    one_line(error, file, "cannot use the link database")


def test_a_store_with_a_damaged_page(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = LinkStore.open(sqlite_url(file))
    register(store, "n.md", *(f"https://a.example/{i}" for i in range(1000)))
    store.close()
    data = bytearray(file.read_bytes())
    for page in range(4 * 4096, len(data), 4096):
        data[page : page + 64] = b"\xff" * 64
    file.write_bytes(data)
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(file))
    one_line(error, file, "cannot use the link database")


def test_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    LinkStore.open(sqlite_url(file)).close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_an_empty_file_becomes_a_store_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "store.sqlite"
    file.touch()
    store = LinkStore.open(sqlite_url(file))
    assert store.counts() == []
    store.close()
    lost = "all links are checked as in a first run. Restore a copy if you have one"
    assert caplog.messages == [f"{file}: empty, no link database; {lost}"]
    LinkStore.open(sqlite_url(file)).close()
    assert len(caplog.messages) == 1


def test_a_store_that_is_gone_is_no_first_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "store.sqlite"
    store = LinkStore.open(sqlite_url(file))
    with store.exclusive_lock():
        assert caplog.messages == []
    store.close()
    file.unlink()
    LinkStore.open(sqlite_url(file)).close()
    (line,) = caplog.messages
    assert line.startswith(f"{file}: missing, although an earlier run has used it; ")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE links (id INTEGER)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(file))
    one_line(error, file, "database of another program (tables: links); move it away")
    assert file.read_bytes()[100:] == before[100:]  # the header has the journal mode


def test_a_folder_in_the_store_s_place(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(tmp_path))
    one_line(error, tmp_path, "unable to open database file")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        LinkStore.open(sqlite_url(tmp_path / "nowhere" / "store.sqlite"))
    one_line(error, tmp_path / "nowhere" / "store.sqlite")


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    LinkStore.open(sqlite_url(file)).close()
    store = LinkStore.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(UserError) as error:
        register(store, "n.md", "https://a.example/")
    one_line(error, file, "readonly")
    store.close()


def test_a_store_that_breaks_while_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    store = LinkStore.open(sqlite_url(file))
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE mentions")
    connection.close()
    with pytest.raises(UserError) as error:
        register(store, "n.md", "https://a.example/")
    one_line(error, file, "no such table: mentions")
    store.close()


def test_a_store_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.store.database.BUSY_TIMEOUT", 0.05)
    file = tmp_path / "store.sqlite"
    store = LinkStore.open(sqlite_url(file))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError) as error:
            register(store, "n.md", "https://a.example/")
    other.close()
    one_line(error, file, "locked", "another program has locked it; run again when that has ended")
    register(store, "n.md", "https://a.example/")
    store.close()


def test_a_server_that_stays_away(store: LinkStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "RETRY_SECONDS", 0.2)
    away = sa.create_engine(f"postgresql+psycopg://user@/db?host={tmp_path}")
    monkeypatch.setattr(store, "_engine", away)
    with pytest.raises(UserError) as error:
        store.counts()
    one_line(error, "saved results are kept")


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_a_call_is_repeated_until_the_database_is_back(failures: int, caplog: pytest.LogCaptureFixture) -> None:
    left = ["away"] * failures

    def double(number: int) -> int:
        if left:
            raise retrying.DatabaseUnavailableError(left.pop())
        return 2 * number

    assert retrying.retry_on_disconnect(double)(21) == 42
    assert caplog.messages == ["waiting for the database: away"] * bool(failures)


def test_other_failures_are_not_repeated() -> None:
    calls: list[None] = []

    def fail() -> None:
        calls.append(None)
        raise UserError("damaged")

    with pytest.raises(UserError, match="^damaged$"):
        retrying.retry_on_disconnect(fail)()
    assert len(calls) == 1


@pytest.mark.parametrize("url", ["no url", "oracle2://x/y", "mysql+nosuchdriver://x/y"])
def test_a_database_url_that_means_nothing(url: str) -> None:
    with pytest.raises(UserError, match="^DATABASE_URL: "):
        LinkStore.open(url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        LinkStore.open(f"postgresql+psycopg://user:secret@/db?host={tmp_path}")
    one_line(error, "postgresql+psycopg://user:***@/db", "connection")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("name", ["日记 1.sqlite", "a'b.sqlite", "a&b=c#d.sqlite", "a+b @x.sqlite", "a?b%20c%.sqlite"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    store = LinkStore.open(sqlite_url(tmp_path / name))
    register(store, "n.md", "https://a.example/")
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_ctrl_c_while_connections_are_closed_is_raised_and_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Interrupted(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            raise KeyboardInterrupt

    store = LinkStore.open(sqlite_url(tmp_path / "store.sqlite"))
    store.close()
    sa.event.listen(
        store._engine, "do_connect", lambda _, __, args, words: sqlite3.connect(*args, **words, factory=Interrupted)
    )
    assert list(store.listed()) == []
    with pytest.raises(KeyboardInterrupt):
        store.close()
    assert caplog.messages == []
