"""Find files beside notes that this program wrote there and that nothing shows any more, and remove them."""

from __future__ import annotations

import html
import posixpath
import re
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.errors import UserError
from crawler.images.layout.file_names import comparable
from crawler.images.sniff import EXTENSIONS
from crawler.messages import say
from crawler.notes.files.folder import files_below
from crawler.sites.generators import is_asset
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.layout.places import ImagePlace
    from crawler.run.workspace import Workspace


_TEXT = frozenset({"svg", "canvas", "excalidraw", "drawio"})
"""Extensions of media that are text, and may show other files."""

_EXTENSION = re.compile("|".join(map(re.escape, sorted(EXTENSIONS.values()))))


def find_unused_placed(workspace: Workspace, options: CrawlOptions) -> list[ImagePlace]:
    """Return the files beside notes, as this program wrote them, whose names occur in no file that may show them.

    These are the notes as they are now, all other files of text in their folder, and originals that `undo` restores.
    Raises UserError if one cannot be read.
    """
    if (places := workspace.image_places()) is None:
        return []
    made = {place.path: place for place in workspace.store.image_places() if place.is_made}
    ours = [each for each in made.values() if places.files.shows(each.path, each.name)]
    names = {comparable(posixpath.basename(each.path)) for each in ours}
    lengths = sorted(map(len, names))
    for text in _texts(workspace, options) if names else ():
        ends = [found.end() for found in _EXTENSION.finditer(text)]
        names -= {text[end - length : end] for end in ends for length in dict.fromkeys(lengths) if length <= end}
    return [each for each in ours if comparable(posixpath.basename(each.path)) in names]


def remove_placed(workspace: Workspace, unused: Iterable[ImagePlace]) -> int:
    """Remove files beside notes whose bytes the image store has, too; return how many."""
    if (places := workspace.image_places()) is None:
        return 0
    removed = 0
    for place in unused:
        if places.files.shows(place.path, place.name):
            places.files.remove(place.path)
            removed += 1
    return removed


def _texts(workspace: Workspace, options: CrawlOptions) -> Iterator[str]:
    """Yield the texts of all files that may show an image, in the form in which file names are compared."""
    notes_folder = workspace.notes_folder
    folder = notes_folder.folder
    for file in notes_folder.sources():
        yield from _readings(file.data)
    notes = set(notes_folder.files())
    others = (folder / path for path in files_below(folder, options.output_dir) if not _is_binary(path))
    runs = (run for run in Journal(options.output_dir).runs() if not run.is_undone)
    originals = (file for run in runs for file in run.files() if file.suffix != ".jsonl")
    for path in chain((each for each in others if each not in notes), originals):
        yield from _readings(_read(path))


def _readings(data: bytes) -> Iterator[str]:
    """Yield a text, also without zero bytes, and with percent-encodings and character references decoded."""
    text = data.replace(b"\0", b"").decode(errors="replace")
    yield comparable(text)
    if "%" in text or "&" in text:
        yield comparable(unquote(html.unescape(text)))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.is_file() else b""
    except OSError as error:
        raise UserError(say("error.nothing_removed_place", file=file, error=error.strerror or error)) from error


def _is_binary(path: str) -> bool:
    return is_asset(path) and posixpath.splitext(path)[1][1:].casefold() not in _TEXT
