"""Read REPORT_EDITOR."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.config.setting_names import nearest_hint
from crawler.errors import UserError
from crawler.messages import say

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource

_URL = re.compile(r"(?!(?:javascript|data|vbscript|file|blob):)[a-z][a-z0-9+.-]*:[!-~]*", re.IGNORECASE)


def editor_url(settings: SettingsSource, name: str) -> str:
    """Return the URL that opens a note in an editor, with `{path}`; empty for `none`."""
    found = str(settings[name] or "none").strip()
    if found.lower() in editors():
        return editors()[found.lower()]
    if "{path}" in found and _URL.fullmatch(found):
        return found
    valid = f"{', '.join(editors())}, or a URL with {{path}}"
    raise UserError(say("error.bad_editor", name=name, value=found, valid=valid, meant=nearest_hint(found, editors())))


@cache
def editors() -> dict[str, str]:
    """Return the URL of each editor that has a name."""
    found: dict[str, str] = tomllib.loads(files("crawler").joinpath("data/editors.toml").read_text("utf-8"))
    return found
