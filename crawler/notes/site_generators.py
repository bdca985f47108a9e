"""Whether a folder of notes is the source of a site, whose generator decides where its links lead."""

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

ABOVE = 2
"""Folders above the notes in which a configuration is looked for, unless a repository begins before."""

_OTHERS = frozenset({".git", ".venv", "node_modules"})
"""Folders whose content is not the site's own."""


def is_site_source(folder: Path, skip: Path | None = None) -> bool:
    """Return whether the configuration of a site generator lies in a folder, below it, or in the repository around it.

    `skip` is a folder that may lie inside but is not part of the notes: the outputs.
    """
    file, directory = (compile_globs(_signs()[name]) for name in ("files", "folders"))
    return any(
        any(map(file.fullmatch, names)) or any(map(directory.fullmatch, folders))
        for folders, names in _listings(folder.resolve(), skip.resolve() if skip else None)
    )


def _listings(folder: Path, skip: Path | None) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the names of folders and files in the folders around the notes, then in theirs and all below it."""
    for above in _around(folder):
        _, folders, names = next(os.walk(above), (above, [], []))
        yield folders, names
    for root, folders, names in os.walk(folder):
        yield folders, names
        folders[:] = [
            name
            for name in folders
            if name not in _OTHERS and not name.startswith(".") and Path(root, name).resolve() != skip
        ]


def _around(folder: Path) -> Iterator[Path]:
    """Yield the folders above one that belong to the same repository, or the nearest few; never the user's own."""
    repository = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    for distance, above in enumerate(folder.parents):
        outside = not above.is_relative_to(repository) if repository is not None else distance >= ABOVE
        if outside or above in {Path.home(), Path(above.anchor)}:
            return
        yield above


@cache
def _signs() -> dict[str, list[str]]:
    return tomllib.loads(files("crawler").joinpath("data/site_generators.toml").read_text("utf-8"))
