"""`scrapy images --verify`, `--gc`: look after the pictures that are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler import options
from crawler.command import FOUND, NotesCommand
from crawler.errors import UserError
from crawler.gallery import is_intact, smaller
from crawler.workspace import open_workspace

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

    from crawler.gallery import Gallery
    from crawler.workspace import Workspace


class Command(NotesCommand):
    """Verifies what is kept, and removes what no note uses."""

    def short_desc(self) -> str:
        """Say what it does."""
        return "Look after the pictures that are kept: --verify, --gc"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take what is to be done."""
        super().add_options(parser)
        parser.add_argument("--verify", action="store_true", help="read every picture and compare it with its name")
        parser.add_argument("--gc", action="store_true", help="remove the pictures that no note uses")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Make sure that there is something to do."""
        super().process_options(args, opts)
        if not opts.verify and not opts.gc:
            raise UsageError("images: say --verify or --gc, or both")

    def work(self, settings: BaseSettings, opts: argparse.Namespace) -> None:
        """Do it; exit with 1 when pictures are damaged or missing."""
        now = datetime.now(UTC)
        with open_workspace(settings) as workspace:
            workspace.read(now)
            _reach(workspace.gallery)
            if opts.verify and not verify(workspace, now):
                self.exitcode = FOUND
            if opts.gc:
                collect(workspace, options.width(settings, "IMAGES_WEBP_WIDTH"))


def _reach(gallery: Gallery) -> None:
    gallery.reach()
    if gallery.down:
        raise UserError(f"IMAGES_STORE: {gallery.down}")


def verify(workspace: Workspace, now: datetime) -> bool:
    """Read every picture; what is damaged or missing is said, and fetched anew by the next run. True if all is well."""
    gallery, used = workspace.gallery, workspace.store.kept_titles()
    there, damaged = set(), set()
    for name in gallery.list():
        there.add(name)
        if not is_intact(name, gallery.open(name)):
            damaged.add(name)
            print(f"damaged: {name}")
    missing = sorted(used.keys() - there)
    for name in missing:
        print(f"missing: {name} {' '.join(used[name])}")
    workspace.store.fetch_again((url for name in (*damaged, *missing) for url in used.get(name, ())), now)
    print(f"{len(there)} pictures in {gallery.place}: {len(damaged)} damaged, {len(missing)} missing")
    return not damaged and not missing


def collect(workspace: Workspace, width: int) -> None:
    """Remove what no note uses.

    Raises UserError where that cannot be told: a note cannot be read, or its pictures were never looked at.
    """
    if workspace.library.problems:
        raise UserError(f"nothing was removed: what all notes use is not known: {workspace.library.problems[0]}")
    if unknown := workspace.store.pictures_never_seen():
        raise UserError(f"nothing was removed: {unknown} pictures of the notes were never looked at; crawl first")
    gallery = workspace.gallery
    used = set(workspace.store.kept_titles())
    if width:
        used |= {smaller(name, width) for name in used}
    unused = [name for name in gallery.list() if name not in used]
    for name in unused:
        gallery.delete(name)
    print(f"{len(unused)} pictures that no note uses were removed from {gallery.place}")
