"""Databases for tests of the store: SQLite always, a PostgreSQL server of our own where its programs are installed.

Name this module in `pytest_plugins`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

STATEMENTS = ROOT / "tests/crawler/store"
"""The tests of the statements of the store: all of them run on both databases in `make test`."""
INSTALL = "Debian: apt-get install postgresql"
BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=Path("initdb")).parent
OPTIONS = "-c listen_addresses='' -c fsync=off -c client_min_messages=warning -c timezone=Asia/Shanghai"

_USER = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave two of three tests on PostgreSQL to `make stress` where the store is only used."""
    seen: Counter[Path] = Counter()
    for item in items:
        values = getattr(item, "callspec", None)
        is_there = values is not None and values.params.get("database_url") == "postgresql"
        if is_there and not item.path.is_relative_to(STATEMENTS):
            if seen[item.path] % 3:
                item.add_marker(pytest.mark.stress)
            seen[item.path] += 1


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """Run a PostgreSQL server for the whole session; return the folder of its socket."""
    if not (BINARIES / "initdb").exists():
        pytest.skip(f"PostgreSQL's server programs are not installed ({INSTALL})")
    with postgresql_server() as folder:
        yield folder


def postgresql_url(folder: Path) -> str:
    """Return the URL of the database of a server by the folder of its socket."""
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


@contextmanager
def postgresql_server() -> Iterator[Path]:
    """Run a PostgreSQL server; give the folder of its socket."""
    # pytest's own folders are closed to other users, and their paths too long for a socket
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if _USER is not None:
        shutil.chown(folder, _USER)
    try:
        _run(folder, "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        _start(folder)
        try:
            yield folder
        finally:
            _stop(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_away(postgresql: Path) -> Callable[[], AbstractContextManager[None]]:
    """Return what stops the server as the power failing would, and starts it again after its block."""

    @contextmanager
    def away() -> Iterator[None]:
        _stop(postgresql)
        try:
            yield
        finally:
            _start(postgresql)

    return away


@pytest.fixture
def restart_postgresql(postgresql: Path) -> Callable[[], None]:
    """Return what stops the server as the power failing would, and starts it again."""

    def restart() -> None:
        _stop(postgresql)
        _start(postgresql)

    return restart


def _start(folder: Path) -> None:
    _run(folder, "pg_ctl", "--wait", f"--log={folder}/log", f"--options={OPTIONS} -k {folder}", "start")


def _stop(folder: Path) -> None:
    _run(folder, "pg_ctl", "--mode=immediate", "stop")


def _run(folder: Path, program: str, *words: str) -> None:
    command: list[str | Path] = [BINARIES / program, "-D", folder / "data", *words]
    done = subprocess.run(command, user=_USER, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "store.sqlite")
    folder: Path = request.getfixturevalue("postgresql")
    with psycopg.connect(f"host={folder} user=postgres") as connection:  # quicker than a database for each test
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgresql_url(folder)


@pytest.fixture
def store(database_url: str) -> Iterator[LinkStore]:
    """Return an empty store."""
    store = LinkStore.open(database_url)
    yield store
    store.close()
