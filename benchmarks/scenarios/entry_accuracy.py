"""How well entries are read from lists of papers, counted independently by one pattern per list.

`python -m benchmarks.scenarios.entry_accuracy` reads the shared lists beside the project and the samples of
`tests/notes/lists`, and prints for each, for the samples by layout, how many works have an entry with their paper,
their title and their code, and how many entries are no work of the list, with the misses listed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.harness.running import table
from crawler.models.notes.note import LinkRole
from crawler.notes.parser import parse_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.models.notes.note import Entry, Note

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "../shared/corpus/lists"
SAMPLES = ROOT / "tests/notes/lists"


class Work(NamedTuple):
    """A work of a list by the independent count; `paper` and `code` are URLs, empty where the list has none."""

    title: str
    paper: str
    code: str


@dataclass(slots=True)
class Score:
    """Counts over the works of a list, and the misses as printable lines."""

    layout: str = ""
    lists: int = 1
    works: int = 0
    with_paper: int = 0
    papers: int = 0
    titles: int = 0
    with_code: int = 0
    codes: int = 0
    entries: int = 0
    others: int = 0
    misses: list[str] = field(default_factory=list)

    def plus(self, other: Score) -> Score:
        """Return the sum of both counts."""
        names = ("lists", "works", "with_paper", "papers", "titles", "with_code", "codes", "entries", "others")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})


# -- independent counts: crude patterns of one list each, which share nothing with the reader


def bold_lines(text: str) -> Iterator[Work]:
    """Yield the works of a list with bold lines and `- Paper:`, `- Code:` below."""
    for part in re.split(r"(?m)^(?= ?\*\*|# )", text):
        if (title := re.match(r" ?\*\*(.+?)\*\*\s*$", part, re.MULTILINE)) is None:
            continue
        paper = re.search(r"(?m)^\W*Paper\b.*?(https?://[^\s>]+)", part)
        code = re.search(r"(?m)^\W*Code\b.*?(https?://[^\s>]+)", part)
        if paper:
            yield Work(title[1], paper[1], code[1] if code else "")


def numbered_bold(text: str) -> Iterator[Work]:
    """Yield the works of a list with `1. **Title.** Venue. [paper](…)` lines."""
    for title, rest in re.findall(r"(?m)^\d+\. +\*\*(.+?)\*\*(.*)$", text):
        paper = re.search(r"\[(?:paper|pdf|book)\]\((\S+?)\)", rest)
        code = re.search(r"\[code\]\((\S+?)\)", rest)
        if paper:
            yield Work(title, paper[1], code[1] if code else "")


def daily_rows(text: str) -> Iterator[Work]:
    """Yield the works of a table with the columns date, title, authors, PDF, code."""
    for row in re.findall(r"(?m)^\|\*\*\d{4}-.*$", text):
        cells = row.split("|")
        paper, code = (re.search(r"\]\((\S+?)\)", cell) for cell in cells[4:6])
        if paper:
            yield Work(cells[2].strip("* "), paper[1], code[1] if code else "")


LISTS: dict[str, Callable[[str], Iterator[Work]]] = {
    "amusi/CVPR2024.md": bold_lines,
    "thunlp/README.md": numbered_bold,
    "vincentqyw/README.md": daily_rows,
}


# -- comparison


def score(data: bytes, works: list[Work]) -> Score:
    """Read a list and compare its entries with the works."""
    note = parse_note("list.md", data)
    by_url: dict[str, list[Entry]] = defaultdict(list)
    for entry in note.entries:
        for at in entry.mentions:
            if note.mentions[at].role is LinkRole.PAPER:
                by_url[note.mentions[at].url].append(entry)
    layouts = sorted({entry.layout.replace("_", "-") for entry in note.entries})
    result = Score("several" if len(layouts) > 1 else "".join(layouts), entries=len(note.entries))
    by_title = {_folded(entry.title): entry for entry in note.entries}
    known = set()
    for work in works:
        of_title = by_title.get(_folded(work.title))
        _count(result, note, work, _entry_of(work, by_url.get(work.paper, [])) if work.paper else of_title)
        known |= {each.start for each in by_url.get(work.paper, [])}
    titles = {_folded(work.title) for work in works}
    others = [entry for entry in note.entries if entry.start not in known and _folded(entry.title) not in titles]
    result.others = len(others)
    result.misses += [f"no work: {entry.line}: {entry.title}" for entry in others]
    return result


def _entry_of(work: Work, entries: list[Entry]) -> Entry | None:
    same = (entry for entry in entries if _folded(entry.title) == _folded(work.title))
    return next(same, entries[0] if entries else None)


def _count(result: Score, note: Note, work: Work, entry: Entry | None) -> None:
    result.works += 1
    result.with_code += bool(work.code)
    result.with_paper += bool(work.paper)
    if entry is None:
        result.misses.append(f"no entry: {work.title} {work.paper}")
        return
    result.papers += bool(work.paper)
    if _folded(entry.title) == _folded(work.title):
        result.titles += 1
    else:
        result.misses.append(f"title: {work.title} | {entry.title}")
    code = note.first_mention(entry, LinkRole.CODE)
    if work.code and code is not None and note.mentions[code].url == work.code:
        result.codes += 1
    elif work.code:
        result.misses.append(f"code: {work.title} {work.code}")


def _folded(title: str) -> str:
    """Return the letters and digits of a title, in lower case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title).casefold())


def scores() -> Iterator[tuple[str, Score]]:
    """Yield the score of each list by name: the shared ones where they are, and the samples with works."""
    for name, count in LISTS.items():
        path = SHARED / name
        if path.is_file():
            data = path.read_bytes()
            yield name, score(data, list(count(data.decode())))
    for path in sorted(SAMPLES.glob("*.md")):
        lines = path.with_suffix(".tsv").read_text("utf-8").splitlines()
        works = [Work(*line.split("\t")) for line in lines]
        yield path.stem, score(path.read_bytes(), works)


def main() -> None:
    """Print the table."""
    rows: dict[tuple[str, str], Score] = {}
    misses = []
    for name, each in scores():
        misses += [f"{name}: {miss}" for miss in each.misses]
        key = (name if name in LISTS else "samples", each.layout)
        rows[key] = rows[key].plus(each) if key in rows else each
    lines = [["list", "layout", "lists", "works", "with paper", "title", "code", "entries that are no work"]]
    for (name, layout), each in rows.items():
        counts = [(each.papers, each.with_paper), (each.titles, each.works), (each.codes, each.with_code)]
        shares = [_share(count, of) for count, of in counts]
        lines.append([name, layout or "none", str(each.lists), str(each.works), *shares, str(each.others)])
    print(*misses, sep="\n")
    print(f"\n{table(lines)}")


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "-"


if __name__ == "__main__":
    main()
