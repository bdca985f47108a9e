"""Facts in lists of every layout: afterwards the same works are read, and each table has the columns it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.models.metadata import Paper, Repository
from crawler.models.notes.note import LinkRole, Note
from crawler.notes.parser import parse_note
from tests.support.mending import mended, standing

LISTS = Path(__file__).parents[3] / "notes/lists"
FACTS = {
    "plain": (("Anna Ladle", "Ben Fork"), "CVPR", "MIT"),
    "hostile": (("A|B ](x)", "**C**\n- D"), "V | W [x](http://y.z) `c`", "|\n| x |"),
}


def works(note: Note) -> list[tuple[str, ...]]:
    found = []
    for entry in note.entries:
        urls = (
            "" if (at := note.first_mention(entry, role)) is None else note.mentions[at].url
            for role in (LinkRole.PAPER, LinkRole.CODE)
        )
        found.append((entry.layout, entry.title, *urls))
    return found


def columns(note: Note) -> list[int]:
    """Return the number of bars outside links and code on each line of a table."""
    lines = note.data.decode().splitlines()
    return [line.replace("\\|", "").count("|") for line in lines if line.lstrip().startswith("|")]


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize("sample", sorted(LISTS.glob("*.md")), ids=lambda sample: sample.stem)
def test_added_facts_change_neither_works_nor_tables(sample: Path, facts: str) -> None:
    authors, venue, license_name = FACTS[facts]
    before = parse_note("notes/a.md", sample.read_bytes())
    metadata: dict[LinkRole, Paper | Repository] = {
        LinkRole.PAPER: Paper("t", {"arxiv": "2101.00001"}, authors, venue=venue, venue_year=2021, venue_source="dblp"),
        LinkRole.CODE: Repository("o/r", stars=1234, license=license_name, archived=True),
    }
    states = [
        standing(url, metadata=metadata[role])
        for url, role in {mention.url: mention.role for mention in before.mentions}.items()
        if role in metadata
    ]
    text = mended(sample.read_text("utf-8"), *states, rewrite={"authors", "venue", "stars", "license", "archived"})
    after = parse_note("notes/a.md", text.encode())
    assert [work[2:] for work in works(after)] == [work[2:] for work in works(before)]
    assert [work[0] for work in works(after)] == [work[0] for work in works(before)]
    assert columns(after) == columns(before)
    if facts == "plain":
        assert works(after) == works(before)
