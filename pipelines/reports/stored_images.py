"""Verifies the pictures that are kept, and removes those that no note uses."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from crawler.config import options
from crawler.errors import UserError
from crawler.images.references import names_in, stems_in
from crawler.images.store import is_intact, smaller, stem_of
from pipelines.reports import files_with_images

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from crawler.notes.folder import Library
    from crawler.scheduling.workspace import Workspace


def verify(workspace: Workspace, now: datetime) -> bool:
    """Read every picture; what is damaged or missing is said, and fetched anew by the next run. True if all is well."""
    gallery, used = workspace.gallery, workspace.store.kept_titles()
    there, damaged = set(), set()
    for name in gallery.list():
        there.add(name)
        if not is_intact(name, gallery.open(name)):
            damaged.add(name)
            print(f"damaged: {name}")
    shown = _shown(workspace.library)
    missing = sorted((used.keys() | shown.keys()) - there)
    for name in missing:
        print(f"missing: {' '.join((name, *used.get(name, ()), *shown.get(name, ())))}")
    workspace.store.fetch_again((url for name in (*damaged, *missing) for url in used.get(name, ())), now)
    print(f"{len(there)} pictures in {gallery.place}: {len(damaged)} damaged, {len(missing)} missing")
    return not damaged and not missing


def _shown(library: Library) -> dict[str, list[str]]:
    """Return the pictures that notes show from where they are kept, each with those notes."""
    shown: dict[str, list[str]] = {}
    for file in library.files():
        with suppress(UserError):  # that it cannot be read was said when the notes were registered
            for name in names_in(file):
                shown.setdefault(name, []).append(file.relative_to(library.folder).as_posix())
    return shown


def collect(workspace: Workspace, settings: BaseSettings) -> None:
    """Remove what no note uses: neither its links nor its text lead there, and undoing an edit brings none of it back.

    Raises UserError where that cannot be told: a note or a journal cannot be read, or pictures were never looked at.
    """
    workspace.library.ensure_complete()
    if workspace.library.problems:
        raise UserError(f"nothing was removed: what all notes use is not known: {workspace.library.problems[0]}")
    if unknown := workspace.store.pictures_never_seen():
        raise UserError(f"nothing was removed: {unknown} pictures of the notes were never looked at; crawl first")
    gallery = workspace.gallery
    used = set(workspace.store.kept_titles())
    if width := options.width(settings, "IMAGES_WEBP_WIDTH"):
        used |= {smaller(name, width) for name in used}
    unused = [name for name in gallery.list() if name not in used]
    shown = _stems_shown(workspace.library, settings, unused)
    unused = [name for name in unused if stem_of(name) not in shown]
    for name in unused:
        gallery.delete(name)
    print(f"{len(unused)} pictures that no note uses were removed from {gallery.place}")


def _stems_shown(library: Library, settings: BaseSettings, names: Iterable[str]) -> set[str]:
    """Return which of these names, by their stems, stand in notes, in regenerated ones or in what can be undone."""
    hashes = {stem_of(name).partition("-")[0] for name in names}
    try:
        return stems_in(chain(library.files(), files_with_images.files(settings, library)), hashes)
    except UserError as error:
        raise UserError(f"nothing was removed: which pictures are in use is not known: {error}") from error
