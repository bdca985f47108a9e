"""Write values as TOML. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """Return a text, number, boolean, list or table as TOML on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        return _table(value)
    return str(value)


def _table(value: Mapping[str, Any]) -> str:
    pairs = [f"{key if _BARE.fullmatch(key) else toml_value(key)} = {toml_value(each)}" for key, each in value.items()]
    return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
