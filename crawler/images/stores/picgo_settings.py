"""What the configuration of PicGo or PicList says of its uploader: its name, and the URL of its images.

The file also has keys and tokens. Nothing is read of it but what data/picgo_uploaders.toml names.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Uploader:
    """The uploader that PicGo uses: its name, "" if unknown, and the URL below which its images are, "" if none."""

    name: str = ""
    base_url: str = ""


def find_uploader() -> Uploader:
    """Return the uploader in the first configuration that exists and can be read."""
    for path in _config_paths():
        try:
            found = read_uploader(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue
        if found.name:
            return found
    return Uploader()


def read_uploader(config: object) -> Uploader:
    """Return the uploader of a configuration."""
    beds = _table(_table(config).get("picBed"))
    name = beds.get("uploader") or beds.get("current")
    if not isinstance(name, str):
        return Uploader()
    values = _table(beds.get(name))
    urls = (_filled(template, values) for template in _uploaders()["uploaders"].get(name, ()))
    return Uploader(name, next((url.rstrip("/") for url in urls if url.startswith(("http://", "https://"))), ""))


def _filled(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its values; empty if one is missing."""
    found = {field: str(values.get(field) or "").strip() for _, field, _, _ in Formatter().parse(template) if field}
    return template.format_map(found) if all(found.values()) else ""


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _config_paths() -> Iterator[Path]:
    for place in _uploaders()["files"]:
        app, _, rest = place.partition("/")
        yield Path.home() / place if place.startswith(".") else user_config_path(app, False, roaming=True) / rest


@cache
def _uploaders() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/picgo_uploaders.toml").read_text("utf-8"))
