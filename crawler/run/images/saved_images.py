"""Notice in each run which saved images are missing or damaged, so that they are fetched again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.images.names import image_stem, is_intact
from crawler.images.store import restore_from_trash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from crawler.images.store import ImageStore
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

ROTATION = 30
"""Days in which the hash of each image in a local store is computed once; its size is compared in each run."""


def check_saved_images(
    store: LinkStore, image_store: ImageStore, now: datetime, shown: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Mark images to be fetched again whose file is missing, or has another size or hash; log how many.

    `shown` has the names that occur in notes, with the paths of these notes: their images count, too. Missing ones that
    are in the trash are moved back. Raises ImageStoreError if the image store cannot be read.
    """
    saved = store.saved_images()
    unmentioned = set(shown or ()).difference(saved)
    ever_saved = store.images_ever_saved() if unmentioned else {}
    saved |= {name: image for name, image in ever_saved.items() if name in unmentioned}
    absent = {name for name in saved.keys() | unmentioned if not image_store.has(name)}
    damaged = {
        name for name, image in saved.items() if name not in absent and _is_damaged(image_store, name, image.size, now)
    }
    restored = restore_from_trash(image_store, absent)
    missing = absent & saved.keys() - restored
    lost = missing | damaged
    for name in damaged:
        image_store.forget(name)
    store.mark_for_fetch((url for name in lost for url in saved[name].urls), now)
    for what, names in (("missing", missing), ("damaged", damaged)):
        if names:
            logger.warning("images: %d %s in %s, fetched again", len(names), what, image_store.place)
    for name in sorted(absent - saved.keys() - restored):
        if shown is not None and not store.has_link_with(name):
            logger.warning("%s: shows %s, missing in %s", shown[name][0], name, image_store.place)
    if restored:
        logger.warning("images: %d restored from the trash of %s", len(restored), image_store.place)


def _is_damaged(image_store: ImageStore, name: str, size: int, now: datetime) -> bool:
    """Return whether a file has another size than the image; on its day also whether it has another hash."""
    stored = image_store.size(name)
    if stored is not None and stored != size:
        return True
    return image_store.is_local and is_due_on(name, now.date()) and not is_intact(name, image_store.open(name))


def is_due_on(name: str, day: date) -> bool:
    """Return whether it is the day on which the hash of a file is computed: one in ROTATION."""
    return int(image_stem(name)[:8], 16) % ROTATION == day.toordinal() % ROTATION
