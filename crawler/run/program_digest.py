"""Digest of the program itself: what another version made is made again."""

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
    """Return the SHA-256 of all files of these packages, and of the modules of kinds that other packages add."""
    digest = sha256()
    for package in packages:
        for folder in sorted(package.__path__):
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file() and file.suffix not in _COMPILED:
                    digest.update(file.read_bytes())
    for kind in all_kinds().values():
        digest.update(Path(inspect.getfile(type(kind))).read_bytes())
    return digest.digest()
