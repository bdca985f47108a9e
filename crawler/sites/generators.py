"""Recognize the generators of sites in a folder of notes by their configuration files, and read what those say."""

from __future__ import annotations

import os
import posixpath
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import read_head
from crawler.globs import compile_globs
from crawler.notes.files.passed_over import is_passed_over
from crawler.notes.files.repository import repository_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_PARENTS = 2
"""Folders above the notes that are searched for a configuration if the notes are not in a repository."""

_LARGEST_CONFIG = 256 * 1024
"""Bytes of a configuration that are read."""


@dataclass(frozen=True, slots=True)
class Generator:
    """How one generator resolves links; `crawler/data/site_generators.toml` explains the fields."""

    name: str
    same_as: str = ""
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    text: str = ""
    weak: bool = False
    content: tuple[str, ...] = (".",)
    content_setting: str = ""
    static: tuple[str, ...] = ()
    base_setting: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    builders: str = ""
    root_relative: bool = False
    by_name: bool = False
    label_first: bool = False
    images: str = ""
    images_root: str = ""
    images_url: str = "relative"
    bundle: str = ""
    asset_folders: str = ""
    certain: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """A folder that a generator reads: its root, the folders of its pages and static files, all absolute.

    `base` is the path in front of its URLs, without slashes at its ends. `is_certain` is False if its configuration
    makes or moves pages in ways that are not known here. `has_asset_folders` says that each post has a folder
    of images.
    """

    generator: Generator
    root: Path
    content: tuple[Path, ...]
    static: tuple[Path, ...]
    base: str = ""
    is_certain: bool = True
    has_asset_folders: bool = False


def find_sites(folder: Path, skip: Path | None = None) -> list[Site]:
    """Return the sites whose configuration is in a folder, below it, or above it in its repository.

    `skip` is a folder that is not part of the notes: that of the outputs. Outside a repository MAX_PARENTS folders
    above are searched; never the home folder or the root.
    """
    sites = []
    for root, folders, names in _listings(folder.resolve(), skip.resolve() if skip else None):
        found = [site for each in _generators() if (site := _site(each, Path(root), folders, names)) is not None]
        sites += [site for site in found if not site.generator.weak] or found
    return sites


def generator_names() -> tuple[str, ...]:
    """Return the names of generators that a user may give."""
    return tuple(each.name for each in _generators() if not each.weak and not each.same_as)


def named_site(name: str, root: Path) -> Site:
    """Return the site of a generator in a folder in which it need not be recognized."""
    _, folders, names = next(os.walk(root), ("", [], []))
    generator = next(each for each in _generators() if each.name == name)
    return _site_in(generator, root, _configurations(generator, root, folders, names))


@cache
def table() -> dict[str, Any]:
    """Return `crawler/data/site_generators.toml`."""
    return tomllib.loads(files("crawler").joinpath("data/site_generators.toml").read_text("utf-8"))


def is_asset(path: str) -> bool:
    """Return whether a path leads to an image or another medium."""
    return posixpath.splitext(path)[1][1:].casefold() in table()["asset_extensions"]


@cache
def _generators() -> tuple[Generator, ...]:
    rows = ((name, row) for name, row in table().items() if isinstance(row, dict))
    return tuple(
        Generator(name, **{key: _frozen(key, value) for key, value in row.items()})  # type: ignore[arg-type]
        for name, row in rows
    )


def _frozen(key: str, value: object) -> object:
    if isinstance(value, list):
        return frozenset(value) if key == "certain" else tuple(value)
    return value


@cache
def _marks(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of the files and folders that mark a generator."""
    generator = next(each for each in _generators() if each.name == name)
    return compile_globs(generator.files), compile_globs(generator.folders)


def _site(generator: Generator, root: Path, folders: Sequence[str], names: Sequence[str]) -> Site | None:
    """Return the site of a generator in a folder with these subfolders and files; None without its marks."""
    is_file, is_folder = _marks(generator.name)
    if not any(map(is_file.fullmatch, names)) and not any(map(is_folder.fullmatch, folders)):
        return None
    text = _configurations(generator, root, folders, names)
    return None if generator.text and not re.search(generator.text, text) else _site_in(generator, root, text)


def _configurations(generator: Generator, root: Path, folders: Sequence[str], names: Sequence[str]) -> str:
    """Return the text of the configurations of a generator in a folder."""
    is_file, is_folder = _marks(generator.name)
    configs = [root / name for name in names if is_file.fullmatch(name)]
    marked = [root / name for name in folders if is_folder.fullmatch(name)]
    return "\n".join(map(_read, [*configs, *(file for each in marked for file in sorted(each.glob("config.*")))]))


def _site_in(generator: Generator, root: Path, text: str) -> Site:
    """Return the site of a generator in a folder by the text of its configurations."""
    named = re.findall(generator.content_setting, text) if generator.content_setting else []
    content = {each for path in (*named, *generator.content) for each in _existing(root, path)}
    base = re.search(generator.base_setting, text) if generator.base_setting else None
    return Site(
        generator,
        root,
        tuple(sorted(content)) or (root,),
        tuple(each for path in generator.static for each in _existing(root, path)),
        base[1].strip("/") if base else "",
        not (generator.builders and re.search(generator.builders, text)),
        bool(generator.asset_folders and re.search(generator.asset_folders, text)),
    )


def _existing(root: Path, path: str) -> list[Path]:
    """Return the folders that exist at a path below (or beside) a root; `*` is any name."""
    if "*" in path:
        return sorted(each for each in root.glob(path) if each.is_dir())
    folder = Path(os.path.normpath(root / path.strip("/")))
    return [folder] if folder.is_dir() else []


def _read(file: Path) -> str:
    return read_head(file, _LARGEST_CONFIG).decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _listings(folder: Path, skip: Path | None) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Yield path, subfolders and files of each folder above the notes, then of theirs and all below."""
    for parent in _parents(folder):
        _, folders, names = next(os.walk(parent), (parent, [], []))
        yield str(parent), folders, names
    for root, folders, names in os.walk(folder):
        yield root, list(folders), names
        folders[:] = [name for name in folders if not is_passed_over(name) and Path(root, name).resolve() != skip]


def _parents(folder: Path) -> Iterator[Path]:
    """Yield the folders above one, nearest first, up to the root of its repository or MAX_PARENTS."""
    repository = repository_of(folder)
    for distance, parent in enumerate(folder.parents):
        is_outside = not parent.is_relative_to(repository) if repository is not None else distance >= MAX_PARENTS
        if is_outside or parent in {Path.home(), Path(parent.anchor)}:
            return
        yield parent
