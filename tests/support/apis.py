"""Fixtures for tests of the clients of APIs: name this module in `pytest_plugins`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crawler.lookups.session import open_session
from tests.support.answers import Answer, Clock, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from requests import PreparedRequest, Session

    from tests.internet import Internet


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    passing = SimpleNamespace(sleep=clock.sleep, monotonic=clock.monotonic)
    monkeypatch.setattr("crawler.lookups.session.time", passing)
    monkeypatch.setattr("tenacity.nap.time", passing)
    return clock


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Server]:
    """Serve what a function of the request says, or one answer after the other, the last one for ever."""

    def serve(what: Callable[[PreparedRequest], Answer] | list[Answer | Exception]) -> Server:
        if isinstance(what, list):
            left = list(what)

            def answer(_: PreparedRequest) -> Answer:
                now = left.pop(0) if len(left) > 1 else left[0]
                if isinstance(now, Exception):
                    raise now
                return now

            server = Server(answer)
        else:
            server = Server(what)
        server.install(monkeypatch)
        return server

    return serve


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    with open_session(tmp_path / "cache.sqlite", user_agent="tests", delay=3) as session:
        yield session


@pytest.fixture
def web_session(internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Return a session on the small internet."""
    for name, value in internet.environ().items():
        monkeypatch.setenv(name, value)
    with open_session(tmp_path / "web_session.sqlite", user_agent="tests", delay=0, timeout=10) as session:
        yield session
