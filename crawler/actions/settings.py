"""List this project's settings with their values and sources."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.cli.exit_codes import exit_code_of
from crawler.cli.terminal import print_parts
from crawler.config.beside.locations import line_of
from crawler.config.setting_names import FILE, apply_old_names, default
from crawler.config.setting_readers import READERS, SETTING_OF_SECRET
from crawler.config.sources import apply_sources, settings_file, value_source
from crawler.links.secrets import masked, masked_json
from crawler.messages import say

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource

_SOURCES = {"command line": "source_command_line", "environment": "source_environment", "default": "source_default"}
"""The keys of the names of sources."""

HIDDEN = "(not shown)"
"""What is shown in place of a secret."""


def list_settings(settings: SettingsSource, *, as_json: bool = False) -> int:
    """Print the settings; return exit code 2, with one line, if one of them is invalid.

    Raises UserError if the file beside the notes cannot be used.
    """
    apply_sources(settings)
    apply_old_names(settings)
    print_parts([_json(settings)] if as_json else (_line(settings, name) for name in READERS))
    return exit_code_of(settings, lambda _options: 0)


def _line(settings: SettingsSource, name: str) -> str:
    value, default_value = format_value(name, settings[name]), format_value(name, default(name))
    found = value_source(settings, name)
    source = say(_SOURCES[found]) if found in _SOURCES else found
    if value != default_value:
        source = say("source_and_default", source=source, value=default_value or say("no_value"))
    return f"{name}={value}  [{source}]"


def _json(settings: SettingsSource) -> str:
    file = settings_file(settings)
    rows = {}
    for name in READERS:
        is_of_file = file is not None and settings.getpriority(name) == FILE
        source = "file" if is_of_file else value_source(settings, name)
        rows[name] = {"value": _shown(name, settings[name]), "default": _shown(name, default(name)), "source": source}
        if file is not None and is_of_file:
            rows[name] |= {"file": str(file.path), "line": line_of(file, [name.lower()])}
    return json.dumps({"file": str(file.path) if file else None, "settings": rows}, ensure_ascii=False)


def _shown(name: str, value: Any) -> Any:
    """Return a value for JSON, with secrets and passwords hidden."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return json.loads(masked_json(list(value)))
    shown = format_value(name, value)
    return json.loads(shown) if isinstance(default(name), dict) and not isinstance(value, str) else shown


def format_value(name: str, value: Any) -> str:
    """Return the value of a setting as on the command line, with secrets and passwords hidden."""
    if re.fullmatch(SETTING_OF_SECRET, name):
        return HIDDEN if value else ""
    if isinstance(value, list | tuple):
        return masked_json(list(value)) if any(isinstance(each, dict) for each in value) else ",".join(map(str, value))
    if not isinstance(value, dict) and not hasattr(value, "copy_to_dict"):
        return masked(str(value))
    return masked_json(dict(value))
