"""Ask about each edit of the notes in the terminal, as `git add -p` does; what is declined is not asked again."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from crawler.cli.terminal import is_colored, printable
from crawler.messages import language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note_file import NoteFile
    from pipelines.rewriting.in_place.choices import Declined

KEYS = "ynaqe?"


class Review:
    """Asks about edits one by one; `read` returns what a person types after a question."""

    def __init__(self, declined: Declined, read: Callable[[str], str], edit_text: Callable[[str], str | None]) -> None:
        self._declined = declined
        self._read = read
        self._edit_text = edit_text
        self._all = self._none = False

    def choose(self, file: NoteFile, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Return the edits that are accepted, some with another text."""
        return tuple(self._answers(file, self._declined.without(file, edits)))

    def _answers(self, file: NoteFile, edits: tuple[Edit, ...]) -> Iterator[Edit]:
        for edit in edits:
            if self._all:
                yield edit
            elif not self._none and (answer := self._ask(file, edit)) is not None:
                yield answer

    def _ask(self, file: NoteFile, edit: Edit) -> Edit | None:
        """Return the edit to make in place of a planned one; None for none."""
        _show(file, edit)
        while True:
            match self._read(say("review_question", keys="/".join(KEYS))).strip().lower()[:1]:
                case "y":
                    return edit
                case "n":
                    self._declined.add(edit)
                    return None
                case "a":
                    self._all = True
                    return edit
                case "q" | "":
                    self._none = True
                    return None
                case "e":
                    if (changed := self._changed(file, edit)) is not None:
                        return changed
                case _:
                    print(say("review_help"))

    def _changed(self, file: NoteFile, edit: Edit) -> Edit | None:
        """Return the edit with the text that the person writes; None if it is none that can be written."""
        from pipelines.rewriting.edit_list import writable_edits

        text = self._edit_text(edit.new)
        if text is not None and not edit.new.endswith("\n"):
            text = text.removesuffix("\n")
        if text is None or text == edit.old:
            return None
        return next(iter(writable_edits(file, [replace(edit, new=text)])), None)


def _show(file: NoteFile, edit: Edit) -> None:
    """Print where an edit is, why it is made, and the lines that it changes."""
    from pipelines.rewriting.edit_list import apply_edits
    from pipelines.rewriting.evidence import shown as shown_evidence
    from pipelines.rewriting.in_place.unified_diff import colored_diff, git_diff

    line = file.data.count(b"\n", 0, edit.start) + 1
    print(printable(f"\n{file.path}:{line}: {edit.reason.text(language())} ({shown_evidence(edit.evidence)})"))
    diff = git_diff(file.path, file.data, apply_edits(file.data, [edit])).split("\n")[2:]
    changed = [each for each in diff if each.startswith(("+", "-"))]
    shown = "\n".join(map(printable, changed))
    print(colored_diff(shown) if is_colored(sys.stdout) else shown)


def read_line(question: str) -> str:
    """Return what is typed after a question; empty at the end of the input."""
    try:
        return input(f"{question} ")
    except EOFError:
        return ""


def edit_in_editor(text: str) -> str | None:
    """Return a text as it is saved in the user's editor; None if it was not saved."""
    return click.edit(text)
