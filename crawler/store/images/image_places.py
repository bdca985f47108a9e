"""Store which file shows an image in which note."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.images.layout.places import ImagePlace
from crawler.kinds.registry import all_kinds
from crawler.models.metadata import Picture, type_name
from crawler.store.database import SLICE, Writer
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS
from crawler.store.schema.tables import facts, image_places, links, mentions, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

IMAGE_MENTION = tuple[str, str, "date | None", str, str | None]
"""Note, text and date of a mention, the URL of its link, and the name of the saved image; None for none."""


class ImagePlaceRecords(StoreReader, Writer):
    """Queries and updates for the files that show images beside notes."""

    def image_places(self) -> list[ImagePlace]:
        """Return the places of all images, in the order in which they were given."""
        query = sa.select(image_places).order_by(image_places.c.id)
        with self._begin() as connection:
            return [
                ImagePlace(row.note, row.name, row.layout, row.path, row.is_made) for row in connection.execute(query)
            ]

    def save_image_places(self, places: Iterable[ImagePlace]) -> None:
        """Save places; a new one of the same image, note and layout comes after the former one."""
        if rows := [asdict(place) for place in places]:
            with self._write() as connection:
                connection.execute(sa.insert(image_places), rows)

    def mark_image_made(self, path: str) -> None:
        """Save that the file at a path is about to be written into the folder of notes."""
        with self._write() as connection:
            connection.execute(sa.update(image_places).where(image_places.c.path == path).values(is_made=True))

    def image_mentions(self) -> Iterator[IMAGE_MENTION]:
        """Yield the mentions of saved images and of local files, by note and offset."""
        local = [name for name, kind in all_kinds().items() if kind.in_notes_folder]
        is_picture = facts.c.type == type_name(Picture)
        is_upload = links.c.url.in_(sa.select(uploads.c.url))
        has_hash = sa.func.length(links.c.url) > _HASH_LENGTH
        columns = (mentions.c.note, mentions.c.text, mentions.c.day, links.c.url, facts.c.type, facts.c.data)
        query = (
            sa.select(*columns)
            .join(links, links.c.id == mentions.c.link_id)
            .outerjoin(facts, sa.and_(FACTS, is_picture))
            .where(sa.or_(is_picture, links.c.kind.in_(local), has_hash, is_upload))
            .order_by(mentions.c.note, mentions.c.start)
        )
        with self._begin() as connection:
            for row in connection.execute(query.execution_options(yield_per=SLICE)):
                image = None if row.type is None else mapping.metadata_from_row(row)
                title = image.title if isinstance(image, Picture) else None
                yield row.note, row.text, row.day, row.url, title


_HASH_LENGTH = 64
"""A URL that ends with the name of a saved image is longer."""
