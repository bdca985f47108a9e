"""What stands beside notes: configurations of site generators, `.gitignore`, and the front matter of Typora."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.errors import UserError
from crawler.notes.files.folder import NotesFolder
from crawler.sites.generators import find_sites
from crawler.sites.typora import image_root

FILES = ("hugo.toml", "_config.yml", "mkdocs.yml", "docusaurus.config.js", ".vitepress/config.ts", ".gitignore")
TOKENS = (
    *(b"baseURL = ", b"contentDir: ", b"post_asset_folder: true", b"docs_dir: ", b"plugins:", b"url: ", b"root: "),
    *(b"---\n", b"typora-root-url: ", b"!**/a.md", b"[a-", b"/*", b"\\", b"**/", b"base: '", b"theme: ", b"srcDir"),
)


def one_input(data: bytes) -> None:
    image_root(data)
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder, file = Path(name), Path(name, FILES[data[0] % len(FILES) if data else 0])
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data[1:])
        (folder / "a.md").write_bytes(b"[x](b.md)")
        find_sites(folder)
        with suppress(UserError):
            list(NotesFolder(folder).files())
