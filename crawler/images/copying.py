"""Copy images from one image store to another, by their names, which have the hashes of their bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.images.names import is_intact, media_type_of
from crawler.images.sniff import media_type

if TYPE_CHECKING:
    from crawler.images.store import ImageStore


@dataclass(slots=True)
class Copies:
    """How many images were copied, and how many were there before; the names of those that are damaged."""

    copied: int = 0
    present: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_missing(source: ImageStore, target: ImageStore) -> Copies:
    """Copy the images that are missing in `target`, unless their bytes are not those of their names.

    Nothing is removed from either store. Raises ImageStoreError if one cannot be read or written.
    """
    copies = Copies()
    for name in source.list():
        if target.has(name):
            copies.present += 1
            continue
        body = source.open(name)
        if is_intact(name, body) and media_type(body) is not None:
            target.put(name, body, media_type_of(name))
            copies.copied += 1
        else:
            copies.damaged.append(name)
    return copies
