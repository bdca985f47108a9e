"""The table of odd answers: what servers answer, the verdict that is right, and what stands in the note afterwards.

Each file of `tests/odd_answers` is a group of rows that are crawled together, night by night:

    nights = 4                          # crawls in a row, if the third is not the last that counts
    settings = ["REWRITE=links"]        # more settings of each crawl
    environ = {GITHUB_TOKEN = "good"}   # more of its environment

    [[row]]
    name = "what is odd"
    line = "[A page](https://odd.example.org/a)"    # the line in the note
    answers = [{url = "https://odd.example.org/a", status = 404}]
    verdict = "dead"                    # or a list of those that are right; "" for an address that is no link
    written = "[A page](https://odd.example.org/b)" # the line afterwards; absent: as it was
    url = "https://odd.example.org/a"   # the address in the CSV; absent: the first one in the line
    reason = "not_found"                # more columns of the CSV: reason and suggestion

Answers are those of `StatedInternet`; those with `from_night = 3` replace others from then on. `lychee = false` marks
a row that a link checker without history cannot be held to.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.links.secrets import masked
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(__file__).parents[1] / "odd_answers"

NIGHTS = 3
"""Crawls in a row of groups that do not say how many: in the third, links become dead that were not found in any."""
_LARGEST_BUNDLE = 130
"""Rows: the longest crawl must not be the last one to end where several processes share the table."""
_URL = re.compile(r"https?:[^\s<>\"')]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One odd answer: a line of a note, what is answered to its address, and what is right."""

    name: str
    line: str
    verdict: tuple[str, ...]
    written: str
    url: str
    answers: tuple[dict[str, Any], ...]
    reason: str | None = None
    suggestion: str | None = None
    lychee: bool = True

    @property
    def hosts(self) -> set[str]:
        """Return the hosts that the row is about."""
        urls = [*(answer["url"] for answer in self.answers), *_URL.findall(self.line)]
        return {urlsplit(url).netloc.rpartition("@")[2].lower() for url in urls}

    @classmethod
    def read(cls, row: dict[str, Any]) -> Row:
        """Return the row of a table; raise TypeError for a field that it cannot have."""
        verdict, line = row["verdict"], row["line"]
        found = _URL.search(line)
        given = {
            "written": line,
            "url": found[0] if found else "",
            **row,
            "verdict": tuple(verdict if isinstance(verdict, list) else [verdict]),
            "answers": tuple(row.get("answers", ())),
        }
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one file, which are crawled together."""

    name: str
    rows: tuple[Row, ...]
    nights: int = NIGHTS
    settings: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out for one row: the row of the CSV of link health (empty if there is none), and the line."""

    health: dict[str, str]
    written: str

    def faults(self, row: Row) -> Iterator[str]:
        """Yield what is wrong, in words."""
        verdict = self.health.get("verdict", "")
        if verdict not in row.verdict:
            yield f"{verdict or 'no link'} instead of {' or '.join(row.verdict)}: {self.health.get('reason', '')}"
        if self.written != row.written:
            yield f"written: {self.written}"
        for column in ("reason", "suggestion"):
            expected = getattr(row, column)
            if expected is not None and not self.health.get(column, "").startswith(masked(expected)):
                yield f"{column} is {self.health.get(column, '')!r} instead of {expected!r}"

    def is_false_dead(self, row: Row) -> bool:
        """Return whether a link is called dead that is not."""
        return self.health.get("verdict") == "dead" and "dead" not in row.verdict

    def is_wrong_edit(self, row: Row) -> bool:
        """Return whether the line is neither as it was nor as it should be."""
        return self.written not in {row.line, row.written}


def groups() -> list[Group]:
    """Return every group of the table, in the order of their names."""
    return [_read_group(path) for path in sorted(FOLDER.glob("*.toml"))]


def sample(group: Group, every: int = 4) -> Group:
    """Return a group with a part of its rows: one of so many, and those that are about the same hosts."""
    together: list[tuple[set[str], list[Row]]] = []
    for row in group.rows:
        alike = [each for each in together if each[0] & row.hosts]
        hosts = row.hosts.union(*(hosts for hosts, _ in alike))
        together = [each for each in together if each not in alike]
        together.append((hosts, [*(other for _, rows in alike for other in rows), row]))
    return replace(group, rows=tuple(row for _, rows in together[::every] for row in rows))


def bundles(groups: Iterable[Group]) -> list[Group]:
    """Return groups in few larger ones, whose rows are named `group-row`: every crawl takes half a second to start.

    Groups are crawled together if their settings are the same and no host answers for two of them.
    """
    together: list[tuple[Group, set[str]]] = []
    for group in groups:
        hosts = {host for row in group.rows for host in row.hosts}
        rows = tuple(replace(row, name=f"{group.name}-{row.name}") for row in group.rows)
        for at, (other, taken) in enumerate(together):
            is_alike = replace(other, name="", rows=()) == replace(group, name="", rows=())
            if is_alike and not hosts & taken and len(other.rows) + len(rows) <= _LARGEST_BUNDLE:
                together[at] = replace(other, name=f"{other.name}+{group.name}", rows=other.rows + rows), taken | hosts
                break
        else:
            together.append((replace(group, rows=rows), hosts))
    return [bundle for bundle, _ in together]


def group_named(name: str) -> Group:
    """Return one group."""
    return _read_group(FOLDER / f"{name}.toml")


def _read_group(path: Path) -> Group:
    table = tomllib.loads(path.read_text("utf-8"))
    rows = tuple(map(Row.read, table["row"]))
    names = [row.name for row in rows]
    assert len(set(names)) == len(names), f"{path.name}: two rows have the same name"
    return Group(
        path.stem, rows, table.get("nights", NIGHTS), tuple(table.get("settings", ())), table.get("environ", {})
    )


def note_of(row: Row, at: int) -> str:
    """Return the note of a row: its line, and nothing else."""
    return f"# Note {at}\n\n{row.line}\n"


@contextmanager
def crawl_group(group: Group, folder: Path) -> Iterator[tuple[Desk, dict[str, Seen]]]:
    """Crawl the notes of a group as many nights as it says; its internet lasts as long as the `with` block.

    Return the desk, and what came out by the name of the row.
    """
    with StatedInternet([answer for row in group.rows for answer in row.answers]) as internet:
        desk = Desk(folder, internet.environ() | group.environ)
        for at, row in enumerate(group.rows):
            desk.write(f"{at:03}.md", note_of(row, at))
        options = [word for setting in group.settings for word in ("-s", setting)]
        for night in range(1, group.nights + 1):
            internet.night = night
            desk.published = VERDICTS_AND_NOTES if night == group.nights else VERDICTS_AND_NOTES[:1]
            done = desk.crawl(*EVERY_NIGHT, *options)
            assert done.returncode == 0, done.stderr
        health = desk.health()
        yield (
            desk,
            {row.name: Seen(health.get(masked(row.url), {}), _written(desk, at)) for at, row in enumerate(group.rows)},
        )


def _written(desk: Desk, at: int) -> str:
    text = (desk.output / "notes" / f"{at:03}.md").read_text("utf-8")
    return text.removeprefix(f"# Note {at}\n\n").removesuffix("\n")
