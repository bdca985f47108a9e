"""Spider that checks the links of some notes only, for a pre-commit hook."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.cli.results.formats import GITHUB, JSON, annotation
from crawler.cli.results.problems import problem_line
from crawler.config.crawl_options import read_options
from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from crawler.messages import say
from crawler.models.link import Verdict
from crawler.notes.files.added_lines import AddedLines
from crawler.notes.files.folder import NotesFolder
from crawler.run.problems import find_problems
from crawler.run.run import Stages
from crawler.run.shards import check_stages
from crawler.run.stages.link_stages import ReadNotes
from crawler.run.summary import OutputForm, RunSummary, image_store_error, results_as_json
from crawler.run.workspace import site_membership
from crawler.spiders.notes import NotesSpider
from crawler.store.schema.mapping import split_location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy.settings import BaseSettings

    from crawler.cli.terminal import Line, Table
    from crawler.models.link import LinkState
    from crawler.run.context import RunContext
    from crawler.run.run import Run

NOT_ALIVE = tuple(verdict for verdict in Verdict if verdict is not Verdict.ALIVE)
"""Verdicts of the links that are named."""

DEFAULTS: dict[str, object] = {"NOTES_DIR": ".", "FAIL_ON": [Verdict.DEAD.value], "RUN_TIMEOUT": 60}
"""The settings that have another default in a check; links that time was too short for come first in the next one."""

DEFAULT = 21
"""The priority of DEFAULTS: above a settings module, below all that a user gives."""

OUTPUT_SETTINGS = ("OUTPUT_DIR", "DATABASE_URL", "HTTP_CACHE", "IMAGES_STORE")
"""Settings that must not be set: a check has its own link database, so that it does not change that of crawl."""


class CheckSpider(NotesSpider):
    """Checks the links of notes, given as paths below NOTES_DIR, which is the working directory by default.

    With `since`, a commit, the notes are those with lines added since then, and only links on these lines count.
    `sarif` is a file to write what is found to.

    Its link database is in the user's cache directory, one for each notes folder. Working links are checked again by
    RECHECK_AFTER, all others each time. Images are not saved, publications not looked up, and outputs not rendered.
    """

    name = "check"

    def __init__(
        self, files: Sequence[str] = (), since: str | None = None, sarif: str | None = None, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self._files = files
        self._since = since
        self._sarif = sarif
        self._added: AddedLines | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set the defaults of a check, which all sources override; raise UserError for OUTPUT_SETTINGS."""
        for name, value in DEFAULTS.items():
            settings.set(name, value, priority=DEFAULT)
        read_options(settings, kind_names())
        for name in OUTPUT_SETTINGS:
            if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]:
                raise UserError(say("error.not_for_check", name=name))
            settings.set(name, "", priority="spider")
        settings.set("OUTPUT_DIR", str(check_folder(Path(settings["NOTES_DIR"]).expanduser())), priority="spider")
        always = dict.fromkeys((Verdict.DEAD.value, Verdict.SUSPECT.value, Verdict.UNKNOWN.value), 0)
        settings.set("RECHECK_AFTER", settings.getdict("RECHECK_AFTER") | always, priority="spider")
        not_saved = {"pipelines.items.images.ImagesPipeline": None}
        settings.set("ITEM_PIPELINES", settings.getdict("ITEM_PIPELINES") | not_saved, priority="spider")
        super().update_settings(settings)

    def check_outputs(self) -> None:
        """Do nothing: there are no outputs."""

    def stages(self, context: RunContext) -> Stages:
        """Return the stages that check the links of the files."""
        folder = context.workspace.notes_folder.folder
        only = frozenset(_below(folder, file) for file in self._files)
        if self._since is not None:
            self._added = AddedLines.since(folder, self._since)
            changed = self._added.paths
            only = only & changed if self._files else changed.intersection(context.workspace.notes_folder.paths())
            if not only:
                return Stages(read=None, checks=())
        options = context.options
        notes_folder = NotesFolder(
            folder,
            only=only,
            layouts=options.entry_layouts,
            excluded=options.excluded_in_notes,
            is_in_site=site_membership(options),
            max_bytes=options.notes_max_bytes,
        )
        workspace = replace(context.workspace, open_notes_folder=lambda: notes_folder)
        return Stages(read=ReadNotes(workspace, checks_images=False), checks=check_stages(context))

    def summarise(self, run: Run) -> RunSummary:
        """Return a line for each mention of a link that is not alive; an outage is no error."""
        form, fail_on = OutputForm.of(self.settings), run.context.options.fail_on
        workspace, added = run.context.workspace, self._added
        states = self._counted(workspace.store.link_states())
        not_alive = [each for each in states if each[0].verdict is not Verdict.ALIVE]
        if self._sarif is not None:
            from pipelines.reports.notices.sarif import write_states

            write_states(Path(self._sarif), workspace.notes_folder.folder, not_alive)
        problems, _ = find_problems(workspace.store, workspace.notes_folder, NOT_ALIVE)
        if added is not None:
            problems = [each for each in problems if added.has(each.note, each.line)]
        failing = sum(state.verdict in fail_on for state, _ in not_alive)
        message = say("failing", verdicts=say("or").join(fail_on), count=failing) if failing else None
        error = image_store_error(run)
        if form.format == JSON:
            return RunSummary([results_as_json(run, problems, None)], message, error)
        lines: list[str | Line | Table] = [
            annotation(problem) if form.format == GITHUB else problem_line(problem) for problem in problems
        ]
        if run.outage is not None:
            lines.append(say("not_checked", why=run.outage))
        elif unchecked := sum(state.check is None for state, _ in not_alive):
            lines.append(say("time_limit", n=unchecked))
        return RunSummary(lines, message, error)

    def _counted(
        self, states: Iterable[tuple[LinkState, tuple[str, ...]]]
    ) -> Iterator[tuple[LinkState, tuple[str, ...]]]:
        """Yield the links with the places that count: with --since those on added lines."""
        for state, places in states:
            added = self._added
            counted = places if added is None else tuple(each for each in places if added.has(*split_location(each)))
            if counted:
                yield state, counted


def check_folder(folder: Path) -> Path:
    """Return the folder of the link database of checks of a notes folder."""
    name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return user_cache_path("notemend") / "check" / name


def _below(folder: Path, file: str) -> str:
    """Return the path of a note relative to the folder; raise UserError if it is not a readable file in it."""
    path, folder = Path(file), folder.resolve()
    try:
        if not path.exists():
            raise UserError(say("error.no_such_file", file=file))
        real = path.resolve()
        if not real.is_relative_to(folder):
            if not (path.parent.resolve() / path.name).is_relative_to(folder):
                raise UserError(say("error.not_below", file=file, folder=folder))
            real = path.parent.resolve() / path.name
        below = real.relative_to(folder).as_posix()
        open_inside(folder, below).close()
    except UnsafePathError as error:
        raise UserError(f"{file}: {error}") from None
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    return below
