"""Which file shows an image in a note: names are given once and stay."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from crawler.images.layout.file_names import comparable, free_name, safe_stem
from crawler.images.names import image_stem
from crawler.notes.markdown.wikilinks import wikilink_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.images.layout.folders import LayoutFolders
    from crawler.images.layout.placed_files import PlacedFiles


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """The file at `path` that shows an image in a note by a layout; `name` is that of the image in the image store.

    `is_made` says that it was written into the folder of notes, not only into the updated copies.
    """

    note: str
    name: str
    layout: str
    path: str
    is_made: bool = False


class ImagePlaces:
    """The places of all images, by all layouts that notes ever had; `new` are those to save.

    An image that several notes show has one file in each folder: notes with the same folder share it.
    """

    def __init__(self, folders: LayoutFolders, files: PlacedFiles, places: Iterable[ImagePlace]) -> None:
        self.folders = folders
        self.new: list[ImagePlace] = []
        self.files = files
        self._given: dict[tuple[str, str], ImagePlace] = {}
        self._in_folder: dict[tuple[str, str, str], ImagePlace] = {}
        self._by_path: dict[str, list[ImagePlace]] = defaultdict(list)
        self._by_file: dict[str, list[ImagePlace]] = defaultdict(list)
        self._taken: defaultdict[str, set[str]] = defaultdict(set)  # comparable names of files by folder
        self._listed: set[str] = set()
        for place in places:
            self._add(place)

    @property
    def is_by_hash(self) -> bool:
        """Return whether notes are to show the files of the image store itself."""
        return self.folders.layout.is_by_hash

    @property
    def is_empty(self) -> bool:
        """Return whether no image has a place, by any layout."""
        return not self._by_path

    def path_of(self, note: str, name: str) -> str | None:
        """Return the path of the file that shows an image in a note; None if it has none by this layout."""
        place = self._given.get((note, name))
        return None if place is None else place.path

    def url(self, note: str, name: str) -> str | None:
        """Return the URL of that file as the site of the note resolves it."""
        path = self.path_of(note, name)
        return None if path is None else self.folders.of(note, date.max).url(note, path)

    def shown_by(self, note: str, url: str) -> ImagePlace | None:
        """Return the place that a local link of a note leads to; `url` is that of the link."""
        if (name := wikilink_name(url)) is not None:
            return next(iter(self._by_file.get(comparable(posixpath.basename(name)), ())), None)
        found = (each for path in self.folders.candidates(note, url) for each in self._by_path.get(path, ()))
        return next(found, None)

    def is_former(self, place: ImagePlace) -> bool:
        """Return whether the file of a place belongs to a former layout, and is as it was written."""
        is_current = any(each.layout == self.folders.layout.key for each in self._by_path[place.path])
        return not is_current and self.files.shows(place.path, place.name)

    def give(self, note: str, name: str, alt: str, day: date) -> None:
        """Give an image of a note its place, unless it has one that can still be used."""
        folder = self.folders.of(note, day)
        known = self._given.get((note, name))
        if known is not None and folder.url(note, known.path) is not None and self._is_ours(known):
            return
        shared = self._in_folder.get((folder.path, name, self.folders.layout.names))
        if shared is not None and self._is_ours(shared):
            place = replace(shared, note=note, layout=self.folders.layout.key)
        else:
            place = ImagePlace(note, name, self.folders.layout.key, self._free_path(folder.path, note, name, alt))
        self._add(place)
        self.new.append(place)

    def _add(self, place: ImagePlace) -> None:
        folder, file = posixpath.dirname(place.path) or ".", posixpath.basename(place.path)
        if place.layout == self.folders.layout.key:
            self._given[place.note, place.name] = place
        self._in_folder[folder, place.name, place.layout.rpartition(" ")[2]] = place
        self._by_path[place.path].append(place)
        self._by_file[comparable(file)].append(place)
        self._taken[folder].add(comparable(file))

    def _is_ours(self, place: ImagePlace) -> bool:
        """Return whether a place is free for its image: there is no other file, which would be a person's."""
        if not self.files.is_there(place.path):
            return True
        return place.is_made and self.files.may_show(place.path, place.name)

    def _free_path(self, folder: str, note: str, name: str, alt: str) -> str:
        if folder not in self._listed:
            self._listed.add(folder)
            self._taken[folder].update(map(comparable, self.files.names_in(folder)))
        stem, first = self._stem(note, name, alt)
        file = free_name(stem, f".{name.rpartition('.')[2]}", self._taken[folder], first)
        return posixpath.normpath(posixpath.join(folder, file))

    def _stem(self, note: str, name: str, alt: str) -> tuple[str, int | None]:
        """Return what a file is named after, and the first number of names that all have one."""
        names = self.folders.layout.names
        if names == "hash":
            return image_stem(name), None
        if names == "alt" and (stem := safe_stem(alt)):
            return stem, None
        return safe_stem(_title(note)) or "image", 1


def _title(note: str) -> str:
    """Return the name of a note without extension; for the index of a folder that of the folder."""
    path = PurePosixPath(note)
    is_index = path.stem.partition(".")[0].lower() in {"index", "_index", "readme"}
    return path.parent.name if is_index and path.parent.name else path.stem
