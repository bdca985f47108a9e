"""Images that edits change: each with what the note shows now, and what makes it doubtful. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from crawler.images.saved_urls import saved_name
from crawler.images.sniff import HEIF, JPEG, MEDIA_TYPES, UNSHOWN
from crawler.kinds.registry import kind_of
from crawler.link_checking.images.saved_copies import image_key
from crawler.models.metadata import Picture
from crawler.models.notes.note import SHOWN_ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention
    from crawler.models.reasons.reason import Language, Reason

TINY = 32 * 32
"""Pixels of an image up to which it is doubtful: it may be an icon, or count readers."""

_TYPES = MEDIA_TYPES | {".jpeg": JPEG, ".heif": HEIF, ".tiff": "image/tiff"}


class Doubt(StrEnum):
    """Why a person should compare an image before it is in a note, the most doubtful first."""

    NEWER = "newer"
    ELSEWHERE = "elsewhere"
    UNSHOWN = "unshown"
    ALT_TEXT = "alt text"
    TINY = "tiny"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class ImageEdit:
    """An edit of the URL of an image: `url` becomes `new`.

    `reason` is that of the last check of the link, by language. `image` is the name of the saved image, None if the new
    URL is not that of one; what follows describes it, and `source` is from where it was saved if not from the link.
    """

    note: str
    line: int
    url: str
    new: str
    alt: str
    verdict: str = ""
    reason: Mapping[Language, str] | None = None
    image: str | None = None
    media_type: str = ""
    size: int = 0
    width: int | None = None
    height: int | None = None
    source: str | None = None


@dataclass(slots=True)
class ImagePair:
    """An image that is to be shown in place of a URL, with all locations where this is so."""

    edit: ImageEdit
    locations: list[tuple[str, int]]
    newer: str | None = None
    doubts: Sequence[Doubt] = ()


@dataclass(slots=True)
class ImagePairs:
    """Collects the edits of all notes; `newer` has the images that came in place of saved ones, by URL."""

    newer: Mapping[str, str]
    _pairs: dict[tuple[str, str], ImagePair] = field(default_factory=dict)
    _alts: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """The first alt text of each saved image by what its URL identifies."""

    def add(self, edit: ImageEdit) -> None:
        """Add an edit; those of the same URL to the same image are one pair."""
        location = (edit.note, edit.line)
        key = (edit.url, edit.image or edit.new)
        if (known := self._pairs.get(key)) is not None:
            known.locations.append(location)
            return
        self._pairs[key] = ImagePair(edit, [location], self.newer.get(edit.url))
        if edit.image is not None and saved_name(edit.url) is None:
            self._alts[edit.image].setdefault(image_key(edit.url), edit.alt.strip())

    def pairs(self) -> list[ImagePair]:
        """Return all pairs with their doubts, in the order of notes and lines."""
        for pair in self._pairs.values():
            pair.doubts = tuple(self._doubts(pair))
        return list(self._pairs.values())

    def _doubts(self, pair: ImagePair) -> Iterator[Doubt]:
        edit = pair.edit
        alts = self._alts[edit.image] if edit.image is not None else {}
        if pair.newer is not None:
            yield Doubt.NEWER
        if edit.source:
            yield Doubt.ELSEWHERE
        if edit.media_type in UNSHOWN:
            yield Doubt.UNSHOWN
        if _names_other_type(edit.alt, edit.media_type) or len({alt for alt in alts.values() if alt}) > 1:
            yield Doubt.ALT_TEXT
        if edit.width and edit.height and edit.width * edit.height <= TINY:
            yield Doubt.TINY
        if len(alts) > 1:
            yield Doubt.REPEATED


def doubtful_first(pairs: Sequence[ImagePair]) -> tuple[list[ImagePair], list[ImagePair]]:
    """Return the doubtful pairs, the gravest doubt first, and the others in their order."""
    rank = list(Doubt)
    doubtful = sorted((pair for pair in pairs if pair.doubts), key=lambda pair: rank.index(pair.doubts[0]))
    return doubtful, [pair for pair in pairs if not pair.doubts]


def image_edits(
    mentions: Sequence[Mention],
    states: Mapping[int, LinkState],
    edits: Sequence[Edit],
    texts_of: Callable[[Reason | None], Mapping[Language, str]],
) -> Iterator[ImageEdit]:
    """Yield the edits of images in a note; `states` are by position of the mention, `texts_of` translates a reason.

    `edits` are sorted; an edit may be larger than the URL: of the whole element, which gets a link.
    """
    replacing = [edit for edit in edits if edit.old]
    starts = [edit.start for edit in replacing]
    for at, mention in enumerate(mentions):
        state, before = states.get(at), bisect_right(starts, mention.start)
        is_image = mention.role in SHOWN_ROLES or (state is not None and kind_of(state.link).keeps_body)
        if not is_image or not before or (edit := replacing[before - 1]).end < mention.end:
            continue
        shown = saved_name(mention.url)  # that of an image which is only shown under another URL
        found = ImageEdit(edit.note, mention.line, mention.url, edit.new, mention.text, image=shown)
        yield found if state is None else _with_state(found, state, texts_of)


def _with_state(
    edit: ImageEdit, state: LinkState, texts_of: Callable[[Reason | None], Mapping[Language, str]]
) -> ImageEdit:
    """Return an edit with what is known of its link, and with the image that its new URL shows."""
    reason = texts_of(None if state.check is None else state.check.reason)
    edit = replace(edit, verdict=state.verdict.value, reason=reason)
    if not isinstance(image := state.metadata, Picture):
        return edit
    described = {name: getattr(image, name) for name in ("media_type", "size", "width", "height", "source")}
    return replace(edit, url=state.link.url, image=image.title, **described)


def _names_other_type(alt: str, media_type: str) -> bool:
    """Return whether an alt text is the name of a file of another type than the image."""
    named = _TYPES.get(PurePosixPath(alt.strip()).suffix.lower())
    return named is not None and media_type not in {"", named}
