"""Find the file of settings beside the notes, and read it."""

from __future__ import annotations

import logging
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.errors import UserError
from crawler.messages import say
from crawler.notes.files.repository import repository_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)

NAME, PROJECT = "notemend.toml", "pyproject.toml"
"""The names of the file; the second one belongs to the programs of a Python project."""

TABLE = ("tool", "notemend")
"""Where our settings are in PROJECT."""

LARGEST = 256 * 1024
"""The largest file that is read, in bytes."""

MOST_DOTS = 500
"""The most dots on a line: tomllib takes the square of a dotted key's length."""

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file of settings: its absolute path, its text, and its settings as TOML has them.

    `prefix` is where these are in the file.
    """

    path: Path
    text: str = field(repr=False)
    table: Mapping[str, Any] = field(repr=False)
    prefix: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The path as messages show it: from the working directory if it is below that."""
        return shown_path(self.path)

    @property
    def folder(self) -> Path:
        """The folder of the file, to which its paths are relative."""
        return self.path.parent


def find_settings_file(start: Path) -> SettingsFile | None:
    """Return the nearest file of settings in a folder or above it; None if there is none.

    The search ends at the root of a git repository, or at that of the file system. Raises UserError for a file that
    cannot be used; a PROJECT that does not mention this program is passed over, whatever is wrong with it. So is a file
    of another user, such as one in `/tmp`, with a warning.
    """
    start = Path(os.path.abspath(start))  # noqa: PTH100 - symlinks stay: the folders above are those typed
    repository, owners = repository_of(start), _owners(start)
    for folder in (start, *start.parents):
        for name in (NAME, PROJECT):
            file = folder / name
            if os.path.lexists(file) and _is_owned(file, owners) and (found := _read(file)) is not None:
                return found
        if folder == repository:
            break
    return None


def _owners(start: Path) -> frozenset[int]:
    """Return the users whose files are read: the own one, root, that of the folder; none where there are no users."""
    if not hasattr(os, "geteuid"):
        return frozenset()
    folder = next((each for each in (start, *start.parents) if each.exists()), start)
    return frozenset({os.geteuid(), 0, folder.stat().st_uid})


def _is_owned(file: Path, owners: frozenset[int]) -> bool:
    """Return whether a file belongs to one of these users; log a warning if not."""
    if not owners or file.lstat().st_uid in owners:
        return True
    if file.name == NAME:
        logger.warning("%s: belongs to another user; not read", shown_path(file))
    return False


def shown_path(path: Path) -> str:
    """Return an absolute path as messages show it: from the working directory if it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _read(path: Path) -> SettingsFile | None:
    """Return the settings in a file; None for a PROJECT without any."""
    is_ours = path.name == NAME
    try:
        data = _bytes_of(path)
    except UserError:
        if is_ours:
            raise
        return None
    if not is_ours and TABLE[-1].encode() not in data:
        return None
    text = _text(path, data)
    found = _parse(path, text)
    for key in () if is_ours else TABLE:
        found = found.get(key) if isinstance(found, dict) else None
    if not is_ours and found is None:
        return None
    if not isinstance(found, dict):
        raise UserError(
            say("error.file_no_table", file=shown_path(path), table=".".join(TABLE), written=".".join(TABLE))
        )
    return SettingsFile(path, text, found, () if is_ours else TABLE)


def _bytes_of(path: Path) -> bytes:
    try:
        with open_inside(path.parent.resolve(), path.name) as file:
            data = file.read(LARGEST + 1)
    except UnsafePathError as error:
        raise UserError(f"{shown_path(path)}: {str(error).replace('the notes folder', 'its folder')}") from error
    except OSError as error:
        raise UserError(say("error.file_unreadable", file=shown_path(path), error=error.strerror)) from error
    if len(data) > LARGEST:
        raise UserError(say("error.file_large", file=shown_path(path), most=LARGEST // 1024))
    return data


def _text(path: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        place = _place(before.split("\n"))
        raise UserError(say("error.file_not_utf8", file=shown_path(path), line=place)) from error
    return text.replace("\r\n", "\n")


def _parse(path: Path, text: str) -> Any:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.count(".") > MOST_DOTS:
            raise UserError(say("error.file_dots", file=shown_path(path), line=number, most=MOST_DOTS))
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise UserError(say("error.file_nested", file=shown_path(path))) from error
    except ValueError as error:  # also a number of thousands of digits
        said = _POSITION.search(str(error))
        place = f"{said[1]}:{said[2]}" if said and said[1] else _place(lines)
        reason = _POSITION.sub("", str(error))
        raise UserError(say("error.file_no_toml", file=shown_path(path), line=place, error=reason)) from error


def _place(lines: Sequence[str]) -> str:
    """Return line and column of the end of a text."""
    return f"{len(lines)}:{len(lines[-1]) + 1}"
