"""Many stories in the same nights: each has notes, URLs and images of its own, and looks at what becomes of them.

A story is a generator: what it does before the first `yield` is the evening before the first night, what it does after
a `yield` the morning after a night. One crawl is then enough for a night of all stories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.internet import Internet
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stage:
    """The part of a desk that a story has: a folder of notes, and a host that no other story has."""

    desk: Desk
    internet: Internet
    folder: str
    host: str

    def write(self, text: str, note: str = "a.md") -> None:
        """Write a note of the story."""
        self.desk.write(f"{self.folder}/{note}", text)

    def text(self, note: str = "a.md") -> str:
        """Return the updated copy of a note."""
        return (self.desk.output / "notes" / self.folder / note).read_text("utf-8")

    def is_as_it_was(self, note: str = "a.md") -> bool:
        """Return whether the copy of a note is what was written."""
        return self.text(note) == (self.desk.notes / self.folder / note).read_text("utf-8")

    def row(self, url: str) -> dict[str, str]:
        """Return the row of the CSV of link health."""
        return self.desk.health()[url]


Story: TypeAlias = Callable[..., Iterator[None]]


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories by name, to be decorated with `told` or `told_of`."""

    by_name: dict[str, Story]

    def told(self, story: Story) -> Story:
        """Add a story."""
        self.by_name[story.__name__] = story
        return story

    def told_of(self, *cases: Any) -> Callable[[Story], Story]:
        """Add a story once for each case, which is its second argument."""

        def add(story: Story) -> Story:
            for number, case in enumerate(cases):
                self.by_name[f"{story.__name__}-{number}"] = partial(story, case=case)
            return story

        return add

    def tell(self, folder: Path) -> dict[str, Exception | None]:
        """Tell all stories on a desk and in an internet of their own; return the error that ended each, if any."""
        with Internet() as internet:
            return _tell(self.by_name, Desk(folder, internet.environ(), VERDICTS_AND_NOTES), internet)


def _tell(stories: Mapping[str, Story], desk: Desk, internet: Internet) -> dict[str, Exception | None]:
    """Crawl until all stories are at their ends; return the error with which each ended, if any."""
    ends: dict[str, Exception | None] = {}
    stages = {
        name: Stage(desk, internet, f"story{number:03}", f"https://h{number:03}.bench.example.org")
        for number, name in enumerate(stories, 600)
    }
    going_on = {name: story(stages[name]) for name, story in stories.items()}
    while going_on:
        for name, story in list(going_on.items()):
            try:
                next(story)
            except StopIteration:
                ends[name] = None
            except Exception as error:  # noqa: BLE001 - its test raises it
                ends[name] = error
        going_on = {name: story for name, story in going_on.items() if name not in ends}
        if going_on:
            internet.forget()
            done = desk.crawl(*EVERY_NIGHT)
            assert done.returncode == 0, done.stderr
    return ends
