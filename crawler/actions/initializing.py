"""Write `notemend.toml` after looking at a folder of notes."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.terminal import print_parts
from crawler.config.beside.lychee import read_left_out
from crawler.config.beside.settings_file import NAME, find_settings_file, shown_path
from crawler.config.beside.template import FolderFacts, settings_template
from crawler.errors import UserError
from crawler.git import GitError, ask_git
from crawler.links.canonical_url import InvalidURLError, hostname, split
from crawler.messages import say
from crawler.models.notes.note import LinkRole
from crawler.notes.files.folder import NotesFolder
from crawler.sites.generators import find_sites

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.models.notes.note import Note

MOST_NOTES = 1_000
"""The most notes that are read."""

MOST_HOSTS = 8
"""The most hosts of images that are named."""

SCRIPTS = {
    "chinese": re.compile(r"[\u4e00-\u9fff]"),
    "japanese": re.compile(r"[\u3040-\u30ff]"),
    "korean": re.compile(r"[\uac00-\ud7af]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]{2,}"),
}
"""What a character of a language is, or for Latin letters a word."""

_LEAST_SHARE = 0.05
"""The share of a language from which it is named."""

_REMOTE = re.compile(
    r"(?:https?://|ssh://|git://)?(?:[^@/\s]+@)?([\w.-]+\.[a-z]+)(?::\d+)?[:/]([\w./~-]+?)(?:\.git)?/?"
)


def write_settings(folder: Path) -> int:
    """Write the file; raise UserError if there is one, or if there are no notes."""
    if not folder.is_dir():
        raise UserError(say("error_no_folder", folder=folder))
    file = Path(os.path.abspath(folder)) / NAME  # noqa: PTH100 - as it was typed, but for `..`
    if os.path.lexists(file):
        raise UserError(say("error_exists", file=shown_path(file)))
    above = find_settings_file(folder)
    if above is not None and above.folder == file.parent:
        raise UserError(say("error_exists", file=above.shown))
    found = look_at(folder)
    text = settings_template(found)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise UserError(say("error_exists", file=shown_path(file))) from None
    except OSError as error:
        raise UserError(f"{shown_path(file)}: {error.strerror}") from error
    has_excludes = bool(found.left_out.urls or found.left_out.notes)
    lines = [say("init_carried_over" if has_excludes else "init_written", file=shown_path(file))]
    if above is not None:
        lines.append(say("init_hides", file=above.shown))
    print_parts([*lines, say("init_next", folder=folder)])
    return 0


def look_at(folder: Path) -> FolderFacts:
    """Return what the settings of a folder of notes may depend on."""
    notes_folder = NotesFolder(folder)
    notes = list(islice(notes_folder, MOST_NOTES))
    sites = {
        (site.generator.same_as or site.generator.name): site for site in find_sites(folder) if not site.generator.weak
    }
    remote = web_address(_remote(folder))
    number = say("count_notes", n=len(notes_folder.paths()))
    lines = [
        f"{number}{_languages(notes)}",
        *(say("init_site", name=name, folder=_below(site.root, folder)) for name, site in sites.items()),
        *([say("init_remote", url=remote)] if remote else []),
        *_hosts(notes),
    ]
    suggested: dict[str, object] = {"user_agent_contact": remote} if remote else {}
    if len(sites) == 1:
        suggested["site_generator"] = {"*": next(iter(sites))}
    return FolderFacts(lines, read_left_out(folder), suggested)


def web_address(remote: str) -> str:
    """Return the web address of a git remote, without login; empty if it has none."""
    found = _REMOTE.fullmatch(remote.strip())
    return f"https://{found[1]}/{found[2].strip('/')}" if found else ""


def _remote(folder: Path) -> str:
    try:
        return ask_git(folder, "remote", "get-url", "origin")
    except GitError:
        return ""


def _languages(notes: Iterable[Note]) -> str:
    """Return which languages are written in notes, with their shares; empty for none."""
    counts: Counter[str] = Counter()
    for note in notes:
        text = note.data.decode(errors="replace")
        counts.update({name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()})
    total = counts.total()
    shares = [(name, count / total) for name, count in counts.most_common() if count and count / total >= _LEAST_SHARE]
    listed = say("comma").join(f"{say(f'script.{name}')} {share:.0%}" for name, share in shares)
    return say("in_brackets", text=listed) if listed else ""


def _hosts(notes: Sequence[Note]) -> list[str]:
    """Return a line with the hosts of images, the most frequent first; none without any."""
    counts: Counter[str] = Counter()
    for note in notes:
        counts.update(filter(None, (_host(each.url) for each in note.mentions if each.role is LinkRole.IMAGE)))
    listed = say("comma").join(f"{host} ({count:,})" for host, count in counts.most_common(MOST_HOSTS))
    more = len(counts) - MOST_HOSTS
    return [say("init_hosts_more" if more > 0 else "init_hosts", list=listed, more=more)] if listed else []


def _host(url: str) -> str:
    try:
        return hostname(split(url)) if url.startswith(("http://", "https://")) else ""
    except InvalidURLError:
        return ""


def _below(root: Path, folder: Path) -> str:
    return os.path.relpath(root, folder.resolve())
