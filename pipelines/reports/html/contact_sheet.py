"""Write `pictures.html`: all images that edits change, the old URL and the new image side by side, doubtful ones first.

The page loads nothing from the old URLs. Images are loaded when they are scrolled to.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crawler.atomic_files import replace_atomically
from crawler.images.sniff import EXTENSIONS, UNSHOWN, VIDEO
from crawler.images.store import FolderImageStore
from pipelines.reports.contract import LINKS, NOTES
from pipelines.reports.html import page
from pipelines.reports.html.image_pairs import ImageEdit, ImagePairs, doubtful_first, image_edits
from pipelines.reports.html.view_models import texts_of
from pipelines.rewriting.image_urls import stored_image_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.reports.contract import NoteFragment, Rendering, TakeNote
    from pipelines.reports.html.image_pairs import ImagePair
    from pipelines.reports.planning.planned_notes import PlannedNote

PER_PAGE = 500
"""Images on a page; the second page is `pictures-2.html`."""

INPUTS, FILES = (LINKS, NOTES), ("pictures.html",)


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the page after all notes were collected."""
    pairs = ImagePairs(rendering.store.newer_images())

    def take(fragment: NoteFragment) -> None:
        for values in fragment.value:
            pairs.add(ImageEdit(**values))

    yield take
    _write(rendering, pairs.pairs())


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> list[dict[str, Any]]:
    """Return the edits of images in a note, as JSON values."""
    return [asdict(edit) for edit in image_edits(planned.note.mentions, planned.states, planned.edits, texts_of)]


def _write(rendering: Rendering, pairs: list[ImagePair]) -> None:
    """Write the pages, and remove those of earlier ones that are not needed any more."""
    doubtful, others = doubtful_first(pairs)
    ordered, image_url = [*doubtful, *others], _image_urls(rendering)
    pages = range(1, max(1, -(-len(ordered) // PER_PAGE)) + 1)
    for number in pages:
        on_page = ordered[(number - 1) * PER_PAGE : number * PER_PAGE]
        by_note = groupby((pair for pair in on_page if not pair.doubts), key=lambda pair: pair.edit.note)
        pieces = page.stream(
            "pictures.html",
            (),
            rendering.image_store.base,
            count=len(pairs),
            doubtful_count=len(doubtful),
            doubtful=[_view(pair, image_url) for pair in on_page if pair.doubts],
            notes=[(note, [_view(pair, image_url) for pair in found]) for note, found in by_note],
            number=number,
            pages=len(pages),
            page_name=_page_name,
        )
        path = rendering.output_dir / _page_name(number)
        with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    for path in rendering.output_dir.glob("pictures-*.html"):
        if (number_ := path.stem.partition("-")[2]).isdecimal() and int(number_) not in pages:
            path.unlink()


def _page_name(number: int) -> str:
    return "pictures.html" if number == 1 else f"pictures-{number}.html"


def _image_urls(rendering: Rendering) -> Callable[[str], str | None]:
    """Return what gives the URL of a saved image as seen from the page: of its file, if the image store is a folder."""
    image_store, folder = rendering.image_store, rendering.output_dir.resolve()
    if isinstance(image_store, FolderImageStore) and image_store.base:
        images = image_store.folder.resolve()
        return lambda name: quote(Path(relpath(images / name, folder)).as_posix()) if image_store.has(name) else None
    originals = rendering.of_originals
    return lambda name: stored_image_url(originals, name, folder)


def _view(pair: ImagePair, image_url: Callable[[str], str | None]) -> dict[str, Any]:
    """Return the values of a pair for the template."""
    edit = pair.edit
    return asdict(edit) | {
        "locations": pair.locations,
        "doubts": [doubt.value for doubt in pair.doubts],
        "image_url": None if edit.image is None else image_url(edit.image),
        "name": edit.image or "",
        "is_shown": edit.media_type not in UNSHOWN | {VIDEO},
        "caption": _caption(edit),
        "newer_url": None if pair.newer is None else image_url(pair.newer),
    }


def _caption(edit: ImageEdit) -> str:
    """Return type, size in pixels and size in kilobytes of an image, as far as they are known."""
    parts = [EXTENSIONS[edit.media_type][1:].upper()] if edit.media_type in EXTENSIONS else []
    if edit.width and edit.height:
        parts.append(f"{edit.width:,} × {edit.height:,}")
    if edit.size:
        parts.append(f"{edit.size / 1000:,.1f} kB")
    return " · ".join(parts)
