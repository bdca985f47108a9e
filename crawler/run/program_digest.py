"""Digest of the program, so that results of other versions are computed again."""

from __future__ import annotations

import inspect
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds

if TYPE_CHECKING:
    from types import ModuleType

_COMPILED = {".pyc", ".pyo"}


@cache
def program_digest(*packages: ModuleType) -> bytes:
    """Return the SHA-256 of all files of packages, and of the modules of all kinds, also those of plugins."""
    digest = sha256()
    for package in packages:
        for folder in sorted(package.__path__):
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file() and file.suffix not in _COMPILED:
                    digest.update(file.read_bytes())
    for kind in all_kinds().values():
        digest.update(Path(inspect.getfile(type(kind))).read_bytes())
    return digest.digest()
