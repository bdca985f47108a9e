"""Public bug reports about other tools, rebuilt as small cases in ../shared/data/reports: which are right here."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.internet.recordings import RECORDED
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from collections.abc import Iterable

REPORTS = RECORDED / "reports"
NIGHTS = 3

OPEN: dict[str, str] = {}
"""Cases that are wrong still, each with what it waits for."""

_URL = re.compile(r"https?:[^\s<>\"')]+")


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its notes, the answers of its hosts, and what is right."""

    name: str
    facts: dict[str, Any]

    @property
    def token(self) -> str:
        """Return the token for GitHub, or nothing."""
        return str(self.facts.get("token", ""))

    def hosts(self) -> set[str]:
        """Return the hosts that it is about."""
        texts = [note.read_text("utf-8") for note in (REPORTS / self.name / "notes").rglob("*.md")]
        urls = [*(answer["url"] for answer in self.facts["answers"]), *_URL.findall("\n".join(texts))]
        return {urlsplit(url).netloc for url in urls}


def bundles() -> Iterable[list[Case]]:
    """Return the cases that are crawled together: with the same token, and no host answers for two of them."""
    found: list[tuple[list[Case], set[str]]] = []
    for folder in sorted(REPORTS.iterdir()):
        case = Case(folder.name, json.loads((folder / "answers.json").read_text("utf-8")))
        for others, hosts in found:
            if others[0].token == case.token and not hosts & case.hosts():
                others.append(case)
                hosts.update(case.hosts())
                break
        else:
            found.append(([case], case.hosts()))
    return [cases for cases, _ in found]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Case, Desk]]:
    """Return each case, with a desk on which it was crawled as many nights as a link takes to be dead."""
    found = {}
    for cases in bundles():
        with StatedInternet([answer for case in cases for answer in case.facts["answers"]]) as internet:
            desk = Desk(
                tmp_path_factory.mktemp("desk"),
                internet.environ() | {"GITHUB_TOKEN": cases[0].token},
            )
            for case in cases:
                shutil.copytree(REPORTS / case.name / "notes", desk.notes / case.name)
                found[case.name] = case, desk
            for night in range(1, NIGHTS + 1):
                desk.published = VERDICTS_AND_NOTES if night == NIGHTS else VERDICTS_AND_NOTES[:1]
                assert desk.crawl(*EVERY_NIGHT).returncode == 0
    return found


def names() -> list[Any]:
    found = sorted(folder.name for folder in REPORTS.iterdir()) if REPORTS.is_dir() else ["reports"]
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=OPEN[name], strict=True)) if name in OPEN else name
        for name in found
    ]


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the bug reports in ../shared/data/reports are not here")
@pytest.mark.parametrize("name", names())
def test_what_is_wrong_elsewhere_is_right_here(name: str, crawled: dict[str, tuple[Case, Desk]]) -> None:
    case, desk = crawled[name]
    expect = case.facts["expect"]
    rows = {url: row for url, row in desk.health().items() if f"{name}/" in row["mentions"]}
    for url, verdict in expect.get("links", {}).items():
        assert rows[url]["verdict"] in (verdict if isinstance(verdict, list) else [verdict]), url
    if "only_links" in expect:
        assert rows.keys() == expect["links"].keys()
    originals = sorted(path.relative_to(desk.notes) for path in (desk.notes / name).rglob("*.md"))
    assert originals
    mended = {path: (desk.output / "notes" / path).read_text("utf-8") for path in originals}
    for path, text in mended.items():
        if "same" in expect:
            assert text == (desk.notes / path).read_text("utf-8")
        assert [each for each in expect.get("contains", ()) if each not in text] == []
        assert [each for each in expect.get("lacks", ()) if each in text] == []
    if "mistyped" in expect:
        suggested = [row for row in rows.values() if "https://docs.example.org" in row["suggestion"]]
        assert len(suggested) == sum(
            "docs.example.org" in line for text in mended.values() for line in text.splitlines()
        )
