"""Digest of the program, so that results of other versions are computed again."""

from __future__ import annotations

import inspect
import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_COMPILED = (".pyc", ".pyo")


def program_digest(*packages: ModuleType) -> bytes:
    """Return the SHA-256 of all files of packages, and of the modules of all kinds, also those of plugins."""
    return sha256(b"".join(map(_package_digest, packages)) + _kinds_digest()).digest()


@cache
def _package_digest(package: ModuleType) -> bytes:
    digest = sha256()
    for folder in sorted(package.__path__):
        for path in _source_files(folder):
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - for hundreds of files half of the time
                digest.update(file.read())
    return digest.digest()


@cache
def _kinds_digest() -> bytes:
    digest = sha256()
    for kind in all_kinds().values():
        digest.update(Path(inspect.getfile(type(kind))).read_bytes())
    return digest.digest()


def _source_files(folder: str) -> Iterator[str]:
    """Yield the files of a package, in the same order on each machine."""
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(above, name) for name in sorted(names) if not name.endswith(_COMPILED))  # noqa: PTH118
