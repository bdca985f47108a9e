"""Edit the original notes, or show the edits."""

from __future__ import annotations

from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING

from crawler.atomic_files import remove_stale_drafts
from crawler.messages import say
from crawler.run.images.image_places import restore_placed_images
from pipelines.reports.contract import Rendering
from pipelines.reports.planning.preparation import place_images
from pipelines.reports.planning.saved_plans import NotePlans
from pipelines.rewriting import edit_list
from pipelines.rewriting.in_place import editor as in_place
from pipelines.rewriting.in_place.choices import Declined, chosen
from pipelines.rewriting.in_place.journal import Journal
from pipelines.rewriting.in_place.unified_diff import colored_diff, git_diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note_file import NoteFile
    from crawler.run.workspace import Workspace
    from pipelines.rewriting.in_place.choices import Choose

CONTACT_SHEET = "pipelines.reports.html.contact_sheet"
"""The output that shows the images which edits change."""


def edit_in_place(
    options: CrawlOptions, workspace: Workspace, announce: Callable[[str], None], choose: Choose | None = None
) -> in_place.EditReport:
    """Edit the original notes; raise UserError if they cannot all be read.

    `announce` is called with a line before images are changed for the first time. `choose` returns which edits of a
    note are made, by default all that were not declined in a review.
    """
    notes_folder = workspace.notes_folder
    notes_folder.ensure_complete()
    rendering, store = Rendering.open(options, workspace), workspace.store
    workspace.image_store.send_unsent()
    place_images(rendering, saves=True)
    folder = notes_folder.folder.resolve()

    placed: dict[str, str] = {}

    def write_images(_note: NoteFile, _edits: tuple[Edit, ...]) -> None:
        if rendering.places is None:
            return
        for path, name in placed.items():
            store.mark_image_made(path)
            rendering.places.files.write(path, name)

    planned = _plan_edits(rendering, placed, choose)
    made = chain.from_iterable(chain.from_iterable(rendering.past_edits.values()))
    if CONTACT_SHEET in options.publishing.outputs and not any(map(edit_list.is_image_edit, made)):
        planned = _announced(planned, rendering.output_dir, announce)
    remove_stale_drafts(*{(folder / place.path).parent for place in store.image_places() if place.is_made})
    report = in_place.edit_notes(folder, planned, Journal(rendering.output_dir), write_images)
    if rendering.places is not None:
        restore_placed_images(rendering.places, store, workspace.image_store)
    return report


def _announced(
    planned: Iterable[tuple[NoteFile, tuple[Edit, ...]]], output_dir: Path, announce: Callable[[str], None]
) -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
    """Yield planned edits; before the first one of an image is made, announce where all of them are shown."""
    is_said = False
    for note, edits in planned:
        if not is_said and any(map(edit_list.is_image_edit, edits)):
            is_said = True
            sheet = output_dir / import_module(CONTACT_SHEET).FILES[0]
            announce(say("images_change", sheet=sheet))
        yield note, edits


def diff(options: CrawlOptions, workspace: Workspace, in_color: bool) -> Iterator[str]:
    """Yield a unified diff of each note that `edit_in_place` would edit: in color of its text, else of its bytes."""
    rendering = Rendering.open(options, workspace)
    place_images(rendering, saves=False)
    for note, edits in plan_note_edits(rendering):
        if edits:
            if in_color:
                yield colored_diff(git_diff(note.path, note.data, edit_list.apply_edits(note.data, edits)))
            else:
                yield git_diff(note.path, note.raw, edit_list.edited_bytes(note, edits))


def plan_note_edits(rendering: Rendering) -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
    """Return each original note with its edits; URLs of saved images are relative to it."""
    return _plan_edits(rendering, {})


def _plan_edits(
    rendering: Rendering, placed: dict[str, str], choose: Choose | None = None
) -> Iterator[tuple[NoteFile, tuple[Edit, ...]]]:
    """Yield each original note with its edits; `placed` has the files beside the note that is the last one yielded."""
    choose = choose or Declined(rendering.output_dir).without
    plans = NotePlans(rendering)
    for file in rendering.notes_folder.sources():
        planned = plans.plan(file)
        edits = chosen(file, planned.edits, choose, rendering.notes_folder.parse)
        placed.clear()
        placed.update(planned.files if edits == planned.edits else plans.files(file, edits))
        yield file, edits
