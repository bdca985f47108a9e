"""A look at the links of some notes alone: for a hook that runs while somebody waits to commit."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.config.crawl_options import read_options
from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from crawler.models.link import Verdict
from crawler.notes.folder import NotesFolder
from crawler.run.run import Stages
from crawler.run.stages import ReadNotes, check_stages
from crawler.run.summary import RunSummary, image_store_error
from crawler.spiders.notes import NotesSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy.settings import BaseSettings

    from crawler.models.link import LinkState
    from crawler.run.context import RunContext
    from crawler.run.run import Run

SECONDS = 60
"""As long as anybody waits for a commit; what was not looked at by then comes first the next time."""

OUTPUT_SETTINGS = ("OUTPUT_DIR", "DATABASE_URL", "HTTP_CACHE", "IMAGES_STORE")
"""Settings of places: a check keeps what it knows apart, so that the nightly store is as it was."""


class CheckSpider(NotesSpider):
    """Observes the links of some notes, given as paths below NOTES_DIR, which is the folder one is in.

    What it finds well is remembered in the user's cache, by folder, and not asked for again for as long as
    RECHECK_AFTER says; what is not well is looked at each time. Pictures are looked at and not kept, no bibliography
    is asked, and nothing is rendered.
    """

    name = "check"

    def __init__(self, files: Sequence[str] = (), **arguments: Any) -> None:
        super().__init__(**arguments)
        self._files = files

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set what a check does in its own way; what the command line says stands above that."""
        read_options(settings, kind_names())
        for name in OUTPUT_SETTINGS:
            if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]:
                raise UserError(f"{name}: check writes nowhere but to its own cache; leave that to crawl")
            settings.set(name, "", priority="spider")
        settings.set("NOTES_DIR", ".", priority="spider")
        settings.set("OUTPUT_DIR", str(check_folder(Path(settings["NOTES_DIR"]).expanduser())), priority="spider")
        settings.set("FAIL_ON", [Verdict.DEAD.value], priority="spider")
        settings.set("RUN_TIMEOUT", SECONDS, priority="spider")
        always = dict.fromkeys((Verdict.DEAD.value, Verdict.SUSPECT.value, Verdict.UNKNOWN.value), 0)
        settings.set("RECHECK_AFTER", settings.getdict("RECHECK_AFTER") | always, priority="spider")
        kept = {"pipelines.items.images.ImagesPipeline": None}
        settings.set("ITEM_PIPELINES", settings.getdict("ITEM_PIPELINES") | kept, priority="spider")
        super().update_settings(settings)

    def stages(self, context: RunContext) -> Stages:
        """Check the links of the files; whoever waits wants to know of these alone."""
        folder = context.workspace.notes_folder.folder
        notes_folder = NotesFolder(folder, only={_below(folder, file) for file in self._files})
        workspace = replace(context.workspace, open_notes_folder=lambda: notes_folder)
        return Stages(read=ReadNotes(workspace), rounds=check_stages(context))

    def summarise(self, run: Run) -> RunSummary:
        """Say what is not well and where it stands, worst first; without a network no commit has to wait."""
        fail_on = run.context.options.fail_on
        unwell = [each for each in run.context.workspace.store.link_states() if each[0].verdict is not Verdict.ALIVE]
        lines = list(_result_lines(unwell))
        failing = sum(state.verdict in fail_on for state, _ in unwell)
        alarm = f"links that are {' or '.join(fail_on)}: {failing}" if failing else None
        left = sum(state.check is None for state, _ in unwell)
        if run.outage is not None:
            lines.append(f"links were not checked: {run.outage}")
        elif left:
            lines.append(f"links that there was no time to look at: {left}")
        return RunSummary(lines, alarm, image_store_error(run))


def check_folder(folder: Path) -> Path:
    """Return where is kept what was seen of a folder's links."""
    name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return user_cache_path("notemend") / "check" / name


def _below(folder: Path, file: str) -> str:
    """Return a note's path below the folder; raise UserError where it is not there, or no file that is read."""
    path, folder = Path(file), folder.resolve()
    try:
        if not path.exists():
            raise UserError(f"{file}: no such file")
        real = path.resolve()
        if not real.is_relative_to(folder):
            if not (path.parent.resolve() / path.name).is_relative_to(folder):
                raise UserError(f"{file}: not below {folder}; say -s NOTES_DIR=DIR")
            real = path.parent.resolve() / path.name
        below = real.relative_to(folder).as_posix()
        open_inside(folder, below).close()
    except UnsafePathError as error:
        raise UserError(f"{file}: {error}") from None
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    return below


def _result_lines(states: Iterable[tuple[LinkState, tuple[str, ...]]]) -> Iterator[str]:
    for state, places in states:
        if state.check is None:
            continue
        what = f"{state.verdict}: {state.check.reason}"
        if state.verdict is Verdict.MOVED and state.moved_to:
            what += f": {state.moved_to}"
        if state.suggestion is not None:
            what += f"; perhaps {state.suggestion[0]} is meant"
        yield from (f"{place} {state.link.url} {what}" for place in places)
