"""Read IMAGES_LAYOUT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.images.layout.pattern import BY_HASH, BY_TOOL, FIELDS, parse_folder
from crawler.messages import say

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource


def image_layout(settings: SettingsSource, name: str) -> str:
    """Return the folder of a layout of images, which only a folder as image store without a base URL can have."""
    found = str(settings[name]).strip()
    try:
        folder = parse_folder(found)
    except ValueError:
        fields = ", ".join(f"{{{field}}}" for field in FIELDS)
        valid = f"{BY_HASH}, {BY_TOOL}, or a folder that begins with ./ or /, with {fields}"
        raise UserError(say("error.bad_value", name=name, value=found, valid=valid)) from None
    is_remote = "://" in str(settings["IMAGES_STORE"]).removeprefix("file://")
    if folder != BY_HASH and (is_remote or settings["IMAGES_BASE_URL"]):
        given = "IMAGES_STORE" if is_remote else "IMAGES_BASE_URL"
        raise UserError(say("error.images_two_places", name=name, value=found, other=given))
    return folder
