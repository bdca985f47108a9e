"""Datasette shows the store of a real crawl and answers the questions of `docs/datasette.yml`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import yaml

from tests.internet import World
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.crawling import Desk

QUESTIONS = ROOT / "docs/datasette.yml"
HOW_TO = (ROOT / "docs/how-to/explore-with-datasette.md").read_text("utf-8")

Rows = list[dict[str, Any]]


@contextmanager
def datasette(store: Path) -> Iterator[Callable[..., Rows]]:
    """Serve a store the way the how-to says, on a free port; yield a function that asks it something."""
    (words,) = re.findall(r"^\.venv/bin/(datasette serve output/notemend.sqlite.*)$", HOW_TO, re.MULTILINE)
    command = [str(store) if word == "output/notemend.sqlite" else word for word in words.split()]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", "0"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        ask = build_opener(ProxyHandler({}))  # the environment's proxy leads elsewhere

        def rows(question: str, **parameters: str) -> Rows:
            query = urlencode({"_shape": "array"} | parameters)
            with ask.open(f"{address}/notemend/{question}.json?{query}", timeout=30) as answer:
                found: Rows = json.load(answer)
                return found

        yield rows
    finally:
        process.terminate()
        process.communicate()


def test_every_question_is_answered_while_a_crawl_goes_on(desk: Desk) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    assert desk.crawl().returncode == 0
    dead = World.article("deleted")
    desk.write("new.md", f"# Notes (2026.5.1)\n\n<{dead}>")
    with datasette(desk.output / "notemend.sqlite") as rows:
        before = rows("worst_links")
        assert [row["verdict"] for row in before][:4] == ["dead", "dead", "dead", "suspect"]
        assert {row["url"] for row in before} == {url for url, verdict in desk.verdicts().items() if verdict != "alive"}
        assert "202605/0506.md:22" in next(row["stands_in"] for row in before if row["url"].endswith("IDEACVR/DINO"))

        assert desk.crawl().returncode == 0
        assert dead in {row["url"] for row in rows("worst_links")}
        (weixin,) = [row for row in rows("by_host") if row["host"] == "mp.weixin.qq.com"]
        assert weixin["blocked"] == 1
        assert sum(row["dead"] for row in rows("by_note")) >= 4
        assert [row["outcome"] for row in rows("history", text=dead)] == ["gone"]
        assert {row["venue"]: row["papers"] for row in rows("papers_by_venue")}["ICLR"] >= 1
        stars = rows("star_growth")
        assert len(stars) > 10
        assert all(row["more"] == 0 and row["stars_now"] for row in stars)
        assert dead in {row["url"] for row in rows("deaths")}


def test_the_how_to_names_every_question() -> None:
    questions = yaml.safe_load(QUESTIONS.read_text("utf-8"))["databases"]["notemend"]["queries"]
    assert re.findall(r"^\| \[(\w+)\]", HOW_TO, re.MULTILINE) == list(questions)
