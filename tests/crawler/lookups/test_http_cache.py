"""The cache of the API clients where its file cannot be used."""

from __future__ import annotations

import os
import pickle
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from crawler.lookups import http_cache
from crawler.lookups.session import open_session
from tests.support.answers import Answer

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["tests.support.apis"]
URL = "https://api.example.com/x"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(http_cache, "LOCK_TIMEOUT", 0.2)
    return tmp_path / "cache.sqlite"


def test_a_lock_that_is_never_released_costs_the_cache_alone(
    serve: Any, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve([Answer(b"1"), Answer(b"2")])
    with open_session(file, user_agent="tests", delay=0) as session, closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert session.get(URL).content == b"1"
        assert session.get(URL).content == b"2"
        assert session.get(URL + "?y").content == b"2"
    assert len(server.requests) == 3
    assert caplog.messages == ["HTTP cache: database is locked; answers are not cached"]


def test_a_lock_from_the_beginning(serve: Any, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = serve([Answer(b"1")])
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN IMMEDIATE")
        with open_session(file, user_agent="tests", delay=0) as session:
            assert [session.get(URL).content for _ in range(2)] == [b"1", b"1"]
    assert len(server.requests) == 1  # cached in memory
    assert caplog.messages == ["HTTP cache: database is locked; answers are not cached"]


def test_a_lock_that_is_released_is_waited_for(serve: Any, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = serve([Answer(b"1")])
    for _ in range(2):
        with open_session(file, user_agent="tests", delay=0) as session:
            assert session.get(URL).content == b"1"
    assert (len(server.requests), caplog.messages) == (1, [])


def test_a_file_that_cannot_be_opened(serve: Any, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = serve([Answer(b"1")])
    file.mkdir()
    with open_session(file, user_agent="tests", delay=0) as session:
        assert [session.get(URL).content for _ in range(2)] == [b"1", b"1"]
    assert len(server.requests) == 1
    assert caplog.messages == ["HTTP cache: unable to open database file; answers are not cached"]


class _Planted:
    """Creates a folder when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return os.mkdir, (self.trace,)


def test_a_planted_file_executes_nothing(
    serve: Any, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server, trace = serve([Answer(b"\xff\0", headers={"X-Of": "1"}), Answer(b"2")]), tmp_path / "trace"
    with open_session(file, user_agent="tests", delay=0) as session:
        assert session.get(URL).content == b"\xff\0"
    with open_session(file, user_agent="tests", delay=0) as session:
        again = session.get(URL)
        assert (again.content, again.headers["X-Of"], len(server.requests)) == (b"\xff\0", "1", 1)
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE responses SET value = ?", (pickle.dumps(_Planted(trace)),))
        other.commit()
    with open_session(file, user_agent="tests", delay=0) as session:
        assert session.get(URL).content == b"2"
    assert (trace.exists(), caplog.messages) == (False, [])
