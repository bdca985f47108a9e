"""Detect whether a folder of notes is the source of a static site, whose generator resolves its links."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.globs import compile_globs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PARENTS = 2
"""Folders above the notes that are searched for a configuration if the notes are not in a repository."""

_SKIPPED_FOLDERS = frozenset({".git", ".venv", "node_modules"})
"""Folders whose files do not belong to the site."""


def is_site_source(folder: Path, skip: Path | None = None) -> bool:
    """Return whether a site generator's configuration is in a folder, below it, or above it in its repository.

    `data/site_generators.toml` lists the configurations. `skip` is a folder that is not part of the notes: that of the
    outputs. Outside a repository MAX_PARENTS folders above are searched; never the home folder or the root.
    """
    file, directory = (compile_globs(_configurations()[name]) for name in ("files", "folders"))
    return any(
        any(map(file.fullmatch, names)) or any(map(directory.fullmatch, folders))
        for folders, names in _listings(folder.resolve(), skip.resolve() if skip else None)
    )


def _listings(folder: Path, skip: Path | None) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the names of the subfolders and files of each folder above the notes, then of theirs and all below."""
    for parent in _parents(folder):
        _, folders, names = next(os.walk(parent), (parent, [], []))
        yield folders, names
    for root, folders, names in os.walk(folder):
        yield folders, names
        folders[:] = [
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and not name.startswith(".") and Path(root, name).resolve() != skip
        ]


def _parents(folder: Path) -> Iterator[Path]:
    """Yield the folders above one, nearest first, up to the root of its repository or MAX_PARENTS."""
    repository = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    for distance, parent in enumerate(folder.parents):
        is_outside = not parent.is_relative_to(repository) if repository is not None else distance >= MAX_PARENTS
        if is_outside or parent in {Path.home(), Path(parent.anchor)}:
            return
        yield parent


@cache
def _configurations() -> dict[str, list[str]]:
    return tomllib.loads(files("crawler").joinpath("data/site_generators.toml").read_text("utf-8"))
