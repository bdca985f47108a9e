"""List this project's settings with their values and sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.cli.exit_codes import exit_code_of
from crawler.cli.terminal import print_parts
from crawler.config.setting_names import apply_old_names, default, value_source
from crawler.config.setting_readers import READERS, SETTING_OF_SECRET
from crawler.links.secrets import masked, masked_json

if TYPE_CHECKING:
    from crawler.config.plain_settings import SettingsSource

HIDDEN = "(not shown)"
"""What is shown in place of a secret."""


def list_settings(settings: SettingsSource) -> int:
    """Print the settings; return exit code 2, with one line, if one of them is invalid."""
    apply_old_names(settings)
    print_parts(_line(settings, name) for name in READERS)
    return exit_code_of(settings, lambda _options: 0)


def _line(settings: SettingsSource, name: str) -> str:
    value, default_value = format_value(name, settings[name]), format_value(name, default(name))
    source = value_source(settings, name)
    if value != default_value:
        source += f"; default: {default_value or 'none'}"
    return f"{name}={value}  [{source}]"


def format_value(name: str, value: Any) -> str:
    """Return the value of a setting as on the command line, with secrets and passwords hidden."""
    if re.fullmatch(SETTING_OF_SECRET, name):
        return HIDDEN if value else ""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if not isinstance(value, dict) and not hasattr(value, "copy_to_dict"):
        return masked(str(value))
    return masked_json(dict(value))
