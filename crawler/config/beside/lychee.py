"""Read what lychee leaves out, as settings of this program: `.lycheeignore`, and `exclude` in `lychee.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.config.beside.regex_globs import NoGlobError, globs_of_regex
from crawler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IGNORE, CONFIG = ".lycheeignore", "lychee.toml"
"""The names of lychee's files."""

LARGEST = 256 * 1024
"""The largest file that is read, in bytes."""

MOST = 500
"""The most expressions that are read."""

_PATH = re.compile(r"\^?(?:\./|\\\./)?((?:[\w -]|\\[./-]|[./])+)\$?")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not checked: globs of URLs, patterns of notes, and what could not be carried over, with the reason."""

    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read_left_out(folder: Path) -> LeftOut:
    """Return what lychee's files in a folder leave out."""
    problems: list[str] = []
    regexes = list(_lines(folder, problems))
    config = _config(folder, problems)
    regexes += [(CONFIG, each) for each in _texts(config, "exclude", problems)]
    urls = [glob for file, regex in regexes[:MOST] for glob in _globs(file, regex, problems)]
    paths = _texts(config, "exclude_path", problems)
    notes = [pattern for each in paths[:MOST] for pattern in _pattern(folder, each, problems)]
    if len(regexes) > MOST or len(paths) > MOST:
        problems.append(f"only the first {MOST} expressions were read")
    return LeftOut(tuple(dict.fromkeys(urls)), tuple(dict.fromkeys(notes)), tuple(problems))


def _lines(folder: Path, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the expressions of IGNORE, each with the name of the file."""
    for line in _text(folder, IGNORE, problems).splitlines():
        if (regex := line.strip()) and not regex.startswith("#"):
            yield IGNORE, regex


def _config(folder: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(folder, CONFIG, problems))
    except (ValueError, RecursionError):
        problems.append(f"{CONFIG}: no valid TOML")
        return {}


def _texts(config: dict[str, Any], key: str, problems: list[str]) -> list[str]:
    found = config.get(key, [])
    if isinstance(found, list) and all(isinstance(each, str) for each in found):
        return found
    problems.append(f"{CONFIG}: {key} is no list of texts")
    return []


def _text(folder: Path, name: str, problems: list[str]) -> str:
    try:
        with open_inside(folder.resolve(), name) as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return ""
    except (OSError, UnsafePathError) as error:
        problems.append(f"{name}: {getattr(error, 'strerror', None) or error}")
        return ""
    if len(data) > LARGEST:
        problems.append(f"{name}: larger than {LARGEST // 1024} kB")
        return ""
    return data.decode("utf-8-sig", errors="replace")


def _globs(file: str, regex: str, problems: list[str]) -> list[str]:
    """Return the globs of an expression for URLs; a problem for one that has none."""
    try:
        return globs_of_regex(regex)
    except NoGlobError as error:
        problems.append(f"{file}: {_shown(regex)}: {error}")
        return []


def _pattern(folder: Path, regex: str, problems: list[str]) -> list[str]:
    """Return the pattern of `.gitignore` for an expression that names a file or a folder which exists."""
    match = _PATH.fullmatch(regex)
    path = re.sub(r"\\(.)", r"\1", match[1]).strip("/") if match else ""
    parts = path.split("/")
    if path and not {"", ".", ".."} & set(parts) and (folder / path).exists():
        return [f"/{path}/" if (folder / path).is_dir() else f"/{path}"]
    problems.append(f"{CONFIG}: exclude_path {_shown(regex)}: names no file or folder here")
    return []


def _shown(regex: str) -> str:
    return visible(repr(regex))
