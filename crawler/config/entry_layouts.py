"""Read the setting ENTRIES: the layouts of lists by glob of paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.config.setting_names import closest_name
from crawler.errors import UserError
from crawler.notes.comments.layout_comments import parse_names, unknown_layouts, valid_names
from crawler.notes.files.layouts_by_path import LayoutsByPath

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource


def entry_layouts(settings: SettingsSource, name: str = "ENTRIES") -> LayoutsByPath:
    """Return layouts by glob; raise UserError for an unknown layout, with the nearest name."""
    try:
        given = settings.getdict(name)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: not a JSON object: {settings[name]!r}") from error
    globs = {}
    for glob, value in given.items():
        names = parse_names(value if isinstance(value, str) else ",".join(map(str, value or ())))
        if not names:
            raise UserError(f"{name}[{glob!r}]: no layout (valid: {valid_names()})")
        if unknown := unknown_layouts(names):
            nearest = closest_name(unknown[0], re.split(", ", valid_names()))
            meant = f"; did you mean {nearest}?" if nearest else ""
            raise UserError(f"{name}[{glob!r}]: unknown layout {unknown[0]!r} (valid: {valid_names()}){meant}")
        globs[str(glob)] = frozenset(names)
    return LayoutsByPath(globs)
