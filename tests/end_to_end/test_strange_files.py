"""What lies among notes but is none: nothing of it is published, nothing waits for it, nothing fills the memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.crawling import Desk

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Secret-0123456789"
NOTE = """# Note

[git](.git/config) [env](.env) [link](to-git) [pdf](.gitbook/assets/x.pdf) [out](../secret.txt) [missing](missing.md)
[page](/about/) ![pipe](pipe.png) ![gone](gone.png) ![loop](loop.png) [[A wiki page]]
"""


def make_strange_files(notes: Path) -> None:
    """Fill a folder with a note and with files that hold secrets, have no end or are never answered."""
    secret = notes.parent / "secret.txt"
    for file in (secret, notes / ".git/config", notes / ".env", notes / ".gitbook/assets/x.pdf"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a pdf" if file.suffix == ".pdf" else SECRET)
    (notes / ".obsidian").mkdir()
    for pipe in ("_config.yml", "hugo.toml", ".gitignore", ".obsidian/app.json", "pipe.md", "pipe.png"):
        os.mkfifo(notes / pipe)
    targets = {
        "out.md": str(secret),
        "environ.md": "/proc/self/environ",
        "zero.md": "/dev/zero",
        "git.md": ".git/config",
        "loop.md": "loop.md",
        "loop.png": "loop.png",
        "self": ".",
        "above": "..",
        "to-git": ".git/config",
        "mkdocs.yml": "/dev/zero",
    }
    for name, target in targets.items():
        (notes / name).symlink_to(target)
    with (notes / "large.md").open("wb") as large:
        large.truncate(21_000_000)


def test_only_regular_files_of_the_notes_folder_are_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    desk.write("a.md", NOTE)
    make_strange_files(desk.notes)
    done = desk.crawl("-s", "IMAGES_LAYOUT=tool", NOTEMEND_TEST_TOKEN=SECRET)
    assert done.returncode == 0, done.stderr
    for name, why in {
        "pipe.md": "no regular file",
        "zero.md": "links to /dev/zero, outside the notes folder",
        "environ.md": "links to ",
        "out.md": f"links to {tmp_path}/secret.txt, outside the notes folder",
        "git.md": "inside .git",
        "large.md": "larger than 20 MB (NOTES_MAX_MB)",
        "loop.md": "",
    }.items():
        assert f"{desk.notes}/{name}: {why}" in done.stderr
    outputs = desk.outputs()
    assert [name for name, data in outputs.items() if SECRET.encode() in data] == []
    assert [name for name in outputs if name.startswith("notes/")] == ["notes/.gitbook/assets/x.pdf", "notes/a.md"]
    assert SECRET not in done.stdout + done.stderr
