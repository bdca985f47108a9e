"""A journal of edits that anybody may have changed: undo restores the notes of its runs, or says why not."""

from __future__ import annotations

import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.errors import UserError
from pipelines.rewriting.in_place.editor import undo
from pipelines.rewriting.in_place.journal import Journal

BEFORE, AFTER, OTHER = b"before\n", b"after\n", b"of somebody else\n"
HASHES = [sha256(data).hexdigest().encode() for data in (BEFORE, AFTER, OTHER)]
TOKENS = (
    *HASHES,
    *(b'{"note": "a.md", "folder": "/notes", "before": "', b'"edits": []', b'"made": true}', b"../b.md", b"link/a.md"),
    *(b'"start": 0, "end": 1, "old": "a", "new": "b"', b"\n", b"\\ud800", b'"reason": "moved"', b"null", b"\\u0000"),
)


def one_input(data: bytes) -> None:
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        notes, originals, outside = folder / "notes", folder / "output/in_place/1/notes", folder / "b.md"
        for place, content in ((notes / "a.md", AFTER), (originals / "a.md", BEFORE), (outside, OTHER)):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        shutil.copy(outside, originals / "b.md")
        (notes / "link").symlink_to(folder)
        (folder / "output/in_place/1/journal.jsonl").write_bytes(data.replace(b"/notes", str(notes).encode()))
        with suppress(UserError):
            undo(folder / "output", notes)
        with suppress(UserError):
            Journal(folder / "output").past_edits()
        assert outside.read_bytes() == OTHER
        assert (notes / "a.md").read_bytes() in {BEFORE, AFTER}
        assert sorted(each.name for each in notes.iterdir()) == ["a.md", "link"]
