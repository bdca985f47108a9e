"""Read the setting ENTRIES: the layouts of lists by glob of paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.config.setting_names import json_object, nearest_hint
from crawler.errors import UserError
from crawler.messages import say
from crawler.notes.comments.layout_comments import parse_names, unknown_layouts, valid_names
from crawler.notes.files.layouts_by_path import LayoutsByPath

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource


def entry_layouts(settings: SettingsSource, name: str = "ENTRIES") -> LayoutsByPath:
    """Return layouts by glob; raise UserError for an unknown layout, with the nearest name."""
    globs = {}
    for glob, value in json_object(settings, name).items():
        if not isinstance(value, (str, list, tuple)):
            raise UserError(say("error.layout_type", name=name, glob=glob, value=value))
        names = parse_names(value if isinstance(value, str) else ",".join(map(str, value)))
        if not names:
            raise UserError(say("error.layout_empty", name=name, glob=glob, valid=valid_names()))
        if unknown := unknown_layouts(names):
            meant = nearest_hint(unknown[0], valid_names().split(", "))
            raise UserError(
                say("error.layout_unknown", name=name, glob=glob, value=unknown[0], valid=valid_names(), meant=meant)
            )
        globs[str(glob)] = frozenset(names)
    return LayoutsByPath(globs)
