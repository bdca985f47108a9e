"""Small sites with known right answers: `tests/sites/*.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.kinds.local import FileLookup
from crawler.kinds.registry import link_of
from crawler.models.check import Outcome
from crawler.models.link import LinkState, Verdict
from crawler.models.result import DueLink
from crawler.notes.parser import parse_note
from crawler.sites.generators_by_path import NO_GENERATORS, GeneratorsByPath
from pipelines.rewriting.link_edits import plan_edits
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.check import Check

SITES = ROOT / "tests/sites"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LINK = re.compile(r"^\[x\]\(<?(.*?)>?\)$")
VERDICTS = {Outcome.OK: Verdict.ALIVE, Outcome.GONE: Verdict.DEAD, Outcome.SKIPPED: Verdict.UNKNOWN}


@dataclass(frozen=True)
class SmallSite:
    """One file of `tests/sites`.

    `files` are empty files, `text` has those with a content; `note` has the links, each of which is in one of the three
    lists; `edits` are the old and the new URLs of those that are rewritten. `generators` are named by the user.
    """

    note: str
    files: list[str] = field(default_factory=list)
    text: dict[str, str] = field(default_factory=dict)
    alive: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    edits: list[list[str]] = field(default_factory=list)
    generators: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the source of the note with all links."""
        links = [*self.alive, *self.dead, *self.unknown]
        return "# Links\n\n" + "".join(f"- {_source(each)}\n" for each in links)

    def write(self, folder: Path) -> None:
        """Write the site into a folder."""
        for path in (*self.files, *self.text, self.note):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.source if path == self.note else self.text.get(path, ""), "utf-8")


def _source(link: str) -> str:
    """Return the source of a link, which is that itself for wikilinks and for tags that show a link."""
    if link[-1] == "]" or link.startswith(("{% post_link", "{% asset_link", "{% asset_img")):
        return link
    return f"[x]({link})" if link.startswith("{") else f"[x](<{link}>)"


def read_site(name: str) -> SmallSite:
    """Return a site of `tests/sites`."""
    return SmallSite(**tomllib.loads((SITES / f"{name}.toml").read_text("utf-8")))


@dataclass(frozen=True)
class Answers:
    """What is found of the links of a note: checks by the URL as written, and edits as pairs of old and new."""

    checks: dict[str, Check]
    edits: list[list[str]]

    def with_verdict(self, verdict: Verdict) -> list[str]:
        """Return the URLs with a verdict."""
        return [url for url, check in self.checks.items() if VERDICTS[check.outcome] is verdict]


def answers(folder: Path, note_path: str, generators: GeneratorsByPath = NO_GENERATORS) -> Answers:
    """Return what the lookup of files finds of the links of a note, and how the note is rewritten."""
    note = parse_note(note_path, (folder / note_path).read_bytes())
    links = [link_of(mention.url, note.path, mention.role) for mention in note.mentions]
    assert {link.kind for link in links if link is not None} <= {"local"}
    due = [
        DueLink(link, texts=(mention.text,), notes=(note.path,))
        for link, mention in zip(links, note.mentions, strict=True)
        if link is not None
    ]
    checks = [result.check for result in FileLookup(folder, generators=generators)(due)]
    states = {
        at: LinkState(each.link, VERDICTS[check.outcome], NOW, check)
        for at, (each, check) in enumerate(zip(due, checks, strict=True))
    }
    edits = plan_edits(note, states, lambda _: None, {"files"})
    lines = note.data.decode().splitlines()
    written = [lines[mention.line - 1].removeprefix("- ") for mention in note.mentions]
    return Answers(
        {_LINK.sub(r"\1", each): check for each, check in zip(written, checks, strict=True)},
        [[edit.old, edit.new] for edit in edits],
    )
