"""A kind that another package adds: what its links lead to is in every output, and nothing of this program knows it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pybtex.database import parse_file  # type: ignore[import-untyped]

from crawler.errors import UserError
from crawler.kinds import registry
from tests.internet.messages import as_json, html
from tests.plugins import acl
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

PAGE = ROOT / "tests/plugins/acl.html"
BERT, OTHER = "https://aclanthology.org/N19-1423/", "https://aclanthology.org/2020.dreams-1.1/"
NOTE = f"""# 笔记（2026.5.4）

1. BERT
   - Paper: [BERT]({BERT.rstrip("/")}.pdf)
   - Abstract: 预训练

2. 另一篇
   - Paper: [{OTHER}]({OTHER})
   - Tips: 无
"""
TITLE = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"
AUTHORS = "Jacob Devlin, Ming-Wei Chang, Kenton Lee, Kristina Toutanova"


def install(folder: Path, name: str, target: str) -> None:
    """Put what a package with an entry point leaves in a folder for packages."""
    info = folder / f"notemend_{name}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: notemend-{name}\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{registry.ENTRY_POINTS}]\n{name} = {target}\n", "utf-8")


def clear_kinds() -> None:
    registry.added_kinds.cache_clear()
    registry.all_kinds.cache_clear()


@pytest.mark.stress
def test_papers_of_another_package_s_kind_are_in_every_output(desk: Desk, internet: Internet) -> None:
    """One says where it appeared, of the other a bibliography does, which is asked by its DOI."""
    desk.published = ()
    install(desk.folder / "packages", "acl", "tests.plugins.acl:Acl")
    page = PAGE.read_text("utf-8")
    internet.fault(f"{BERT}*", html(page))
    elsewhere = page.replace("citation_conference_title", "x").replace("N19-1423", "2020.dreams-1.1")
    internet.fault(f"{OTHER}*", html(elsewhere))
    record = {"title": TITLE, "authors": [{"name": "J. Devlin"}], "venue": "Neural Information Processing Systems"}
    internet.fault("https://api.semanticscholar.org/*", as_json([record | {"year": 2020}]))
    note = desk.write("a.md", NOTE)
    done = crawl(desk, "-s", 'DOWNLOAD_DELAYS={"aclanthology.org": 0.05, "*": 0}')
    assert done.returncode == 0, done.stderr
    (asked,) = (request.body for request in internet.requests if request.host == "api.semanticscholar.org")
    assert asked == b'{"ids": ["DOI:10.18653/v1/2020.dreams-1.1"]}'

    row = desk.health()[BERT]
    assert (row["kind"], row["verdict"], row["title"]) == ("acl", "alive", TITLE)

    with (desk.output / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        entry, second = csv.DictReader(file)
    assert (entry["paper_url"], entry["arxiv_id"], entry["title_matches"]) == (BERT, "", "True")
    assert [each["work_id"] for each in (entry, second)] == ["acl:N19-1423", "acl:2020.dreams-1.1"]
    assert (entry["venue"], entry["venue_year"], entry["venue_source"]) == ("NAACL", "2019", "acl")
    assert (second["venue"], second["venue_source"]) == ("NeurIPS", "semantic_scholar")
    assert all(author in entry["authors"] for author in AUTHORS.split(", "))

    found = {each.fields["url"]: each for each in parse_file(desk.output / "papers.bib").entries.values()}
    bert = found[BERT]
    assert (bert.type, bert.fields["year"], bert.fields["doi"]) == ("inproceedings", "2019", "10.18653/v1/N19-1423")
    assert [str(person) for person in bert.persons["author"]][:2] == ["Devlin, Jacob", "Chang, Ming-Wei"]
    assert "eprint" not in bert.fields
    assert found[OTHER].fields["booktitle"].endswith("Neural Information Processing Systems")

    assert note.read_text("utf-8") == NOTE
    written = (desk.output / "notes/a.md").read_text("utf-8")
    facts = f"   - Authors: {AUTHORS}\n   - Venue: NAACL 2019\n"
    assert written.startswith(NOTE.partition("   - Abstract")[0] + facts)
    assert "ACL Anthology N19-1423, acl" in (desk.output / "edits.jsonl").read_text("utf-8")
    report = (desk.output / "report.html").read_text("utf-8")
    assert '"kind.acl":{"en":"ACL Anthology","zh":"ACL 文集"}' in report
    assert f'"authors":"{AUTHORS}"' in report


def crawl(desk: Desk, *words: str) -> subprocess.CompletedProcess[str]:
    """Crawl a desk's notes with the packages in its folder `packages` installed."""
    command = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words)
    path = os.pathsep.join([str(desk.folder / "packages"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "crawler", *command],
        cwd=desk.folder,
        env=os.environ | desk.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return a folder for packages; which kinds there are is found out anew."""
    monkeypatch.syspath_prepend(tmp_path)
    clear_kinds()
    yield tmp_path
    clear_kinds()


def test_an_added_kind_is_found(kinds: Path) -> None:
    install(kinds, "acl", "tests.plugins.acl:Acl")
    assert "acl" in registry.kind_names()
    assert isinstance(registry.all_kinds()["acl"], acl.Acl)


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("acl", "tests.plugins.nowhere:Acl", "kind acl: tests.plugins.nowhere:Acl cannot be loaded: No module"),
        ("acl", "tests.plugins.acl:HOST", "kind acl: tests.plugins.acl:HOST is not a kind of that name"),
        ("other", "tests.plugins.acl:Acl", "kind other: tests.plugins.acl:Acl is not a kind of that name"),
        ("web", "tests.plugins.acl:Acl", "kind web: name used twice"),
    ],
)
def test_what_is_no_kind_is_said(kinds: Path, name: str, target: str, reason: str) -> None:
    install(kinds, name, target)
    with pytest.raises(UserError, match=reason):
        registry.all_kinds()
