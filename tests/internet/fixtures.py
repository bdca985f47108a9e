"""Fixtures for tests that ask the small internet from their own process: name this module in `pytest_plugins`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Internet


@pytest.fixture
def online(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Return the small internet with the environment set to reach it."""
    for name, value in internet.environ().items():
        monkeypatch.setenv(name, value)
    return internet


@pytest.fixture
def get(online: Internet) -> Iterator[Any]:
    """Return a GET in one session that follows redirects only when told to; `online` sets the environment."""
    with requests.Session() as session:

        def get(url: str, *, follow: bool = False, **more: Any) -> requests.Response:
            return session.get(url, allow_redirects=follow, timeout=5, **more)

        yield get
