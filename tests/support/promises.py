"""What the program promises at any time, whatever happened: looked up in the files that it has written."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.models.policy import Policy
from crawler.store.database import sqlite_url
from crawler.store.inspector import StoreInspector
from crawler.store.schema.migrations import MIGRATIONS
from crawler.verdicts.fold import fold_checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.crawling import Desk

POLICY = Policy(3, timedelta(0), {})
NOTES = (".md", ".markdown")
_IMAGE = re.compile(rb'!\[[^\]]*\]\(([^)\s]+)|<img [^>]*?src="([^"]+)"')


def notes_below(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the notes below a folder, by path."""
    files = (file for file in folder.rglob("*") if file.suffix in NOTES)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def broken_promises(desk: Desk, written: dict[str, bytes], old_hosts: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong at a desk; `written` has the notes as the person wrote them last."""
    notes = notes_below(desk.notes)
    wrong = [f"{path}: lost" for path in written.keys() - notes.keys()]
    wrong += [f"{path}: came from nowhere" for path in notes.keys() - written.keys()]
    wrong += [
        f"{path}: cannot be restored" for path in written if path in notes and not _leads_back(desk, path, written)
    ]
    for folder in (desk.notes, desk.output / "notes"):
        for path, body in notes_below(folder).items():
            wrong += [
                f"{folder.name}/{path}: shows {file}, which is not there"
                for file in _images_of(folder / path, body)
                if not file.is_file() or not file.stat().st_size
            ]
    return wrong + _wrong_store(desk, old_hosts)


def drafts(desk: Desk) -> list[Path]:
    """Return what a command leaves that did not come to its end."""
    return list(desk.folder.rglob("*.part"))


def _leads_back(desk: Desk, path: str, written: dict[str, bytes]) -> bool:
    """Return whether a note is as the person wrote it, or the journal has the way back to that."""
    body = (desk.notes / path).read_bytes()
    for number, plan in _plans(desk, path):
        if body == written[path]:
            return True
        if sha256(body).hexdigest() == plan["after"]:
            original = desk.output / "in_place" / number / "notes" / path
            if not original.is_file():
                return False
            body = original.read_bytes()
            if sha256(body).hexdigest() != plan["before"]:
                return False
    return body == written[path]


def _plans(desk: Desk, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the plans of a note in the journals, with the number of the run, newest first."""
    for folder in sorted((desk.output / "in_place").glob("*/"), key=lambda each: -int(each.name)):
        journal = folder / "journal.jsonl"
        for line in journal.read_text("utf-8").splitlines() if journal.exists() else []:
            try:
                plan = json.loads(line)
            except ValueError:  # the last line of a killed run
                continue
            if plan.get("note") == path and "after" in plan:
                yield folder.name, plan


def _images_of(note: Path, body: bytes) -> Iterator[Path]:
    """Yield the files that a note shows."""
    for found in _IMAGE.finditer(body):
        url = (found[1] or found[2]).decode("utf-8", "replace")
        if ":" not in url:
            yield note.parent / unquote(url)


def _wrong_store(desk: Desk, old_hosts: frozenset[str]) -> list[str]:
    """Return what is wrong with the store: damage, and verdicts that do not follow from the checks."""
    file = desk.output / "notemend.sqlite"
    if not file.exists() or not file.stat().st_size:
        return []
    with closing(sqlite3.connect(file)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            return [f"store: {sound}"]
        try:
            (version,) = connection.execute("SELECT version FROM schema_version").fetchone() or (0,)
        except sqlite3.OperationalError:
            return []
    if version != len(MIGRATIONS):
        return []
    with closing(StoreInspector.open_to_read(sqlite_url(file))) as store:
        found = [store.history(url) for url in store.urls()]
    wrong = []
    for each in found:
        steps = list(fold_checks(each.checks, POLICY))
        if steps and each.state.link.host not in old_hosts and steps[-1].evidence != each.state.verdict:
            seen = [str(check.outcome) for check in each.checks]
            wrong.append(f"{each.state.link.url}: {each.state.verdict}, but {steps[-1].evidence} follows from {seen}")
    return wrong
