"""A damaged value of the link database is told in one line, or costs nothing if it is only a copy."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from crawler.store.schema.tables import tables
from tests.internet import Internet
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTE = "<https://alive.example.org/> <https://missing.example.org/> <https://arxiv.org/abs/1706.03762>"
VALUES = ("'odd'", "-1", "X'ff00'", "NULL")
SAMPLE = (
    *(("links", "verdict", "'odd'"), ("links", "checked_at", "-1"), ("links", "anchors", "-1")),
    *(("checks", "outcome", "NULL"), ("checks", "how", "'odd'"), ("mentions", "line", "'odd'")),
    *(("checks", "reason", "NULL"), ("outputs", "files", "'odd'"), ("schema_version", "version", "'odd'")),
    *(("page_versions", "fingerprint", "'odd'"), ("run_counts", "count", "'odd'"), ("links", "kind", "X'ff00'")),
)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("crawled"), internet.environ())
        desk.write("a.md", NOTE)
        for _ in range(2):
            assert desk.crawl(*EVERY_NIGHT).returncode == 0
        shutil.copy(desk.output / "notemend.sqlite", desk.folder / "good.sqlite")
        yield desk


def damage(desk: Desk, table: str, column: str, value: str) -> bool:
    """Put a value into all rows of a column of a good database; return whether that is possible."""
    file: Path = desk.output / "notemend.sqlite"
    for old in desk.output.glob("notemend.sqlite*"):
        old.unlink()
    shutil.copy(desk.folder / "good.sqlite", file)
    connection = sqlite3.connect(file)
    try:
        changed = connection.execute(f"UPDATE {table} SET {column} = {value}").rowcount
        connection.commit()
    except sqlite3.Error:  # unique, or not null
        return False
    finally:
        connection.close()
    return changed > 0


@pytest.mark.parametrize(("table", "column", "value"), sampled(SAMPLE))
def test_a_damaged_value_is_named(crawled: Desk, table: str, column: str, value: str) -> None:
    assert damage(crawled, table, column, value)
    done = crawled.crawl(*EVERY_NIGHT)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()[-1:]
    assert line.endswith("; restore a copy of the file, or move it away and run again")
    assert table in line


@pytest.mark.parametrize(
    ("column", "value"), sampled([("data", "'{'"), ("data", "'{\"title\": 3}'"), ("type", "'odd'")])
)
def test_damaged_facts_are_looked_up_again(crawled: Desk, column: str, value: str) -> None:
    assert damage(crawled, "facts", column, value)
    assert crawled.crawl(*EVERY_NIGHT).returncode == 0
    assert "Attention Is All You Need" in (crawled.output / "papers.bib").read_text("utf-8")


def test_an_emptied_store_is_said_to_be_one(crawled: Desk) -> None:
    for old in crawled.output.glob("notemend.sqlite*"):
        old.unlink()
    (crawled.output / "notemend.sqlite").touch()
    done = crawled.run("status")
    assert done.returncode == 2
    assert done.stderr.endswith("no link database in it; restore a copy, or run crawl to start anew\n")
    done = crawled.crawl()
    assert done.returncode == 0
    assert f"{crawled.output}/notemend.sqlite: empty, no link database; all links are checked" in done.stderr


@pytest.mark.stress
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("table", tables.tables)
def test_any_damaged_value_is_named_or_harmless(crawled: Desk, table: str, value: str) -> None:
    for column in tables.tables[table].columns:
        if damage(crawled, table, column.name, value):
            done = crawled.crawl(*EVERY_NIGHT)
            line = done.stderr.splitlines()[-1] if done.returncode else "; or move it away and run again"
            assert line.endswith("or move it away and run again"), (column.name, done.stderr)
