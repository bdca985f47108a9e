"""Which folders are the source of a site: configuration in the folder, below it, or in the repository around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.sites.generators import find_sites


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "1/2/3/notes"
    for path in ("a.md", "sub/b.md", ".hidden/c.md", ".git/config"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / ".git/config").unlink()
    (folder / ".git").rmdir()
    return folder


@pytest.mark.parametrize(
    ("sign", "is_source"),
    [
        ("mkdocs.yml", True),
        ("sub/docusaurus.config.ts", True),
        ("sub/deeper/conf.py", True),
        (".vitepress/", True),
        ("sub/.obsidian/", True),
        ("my-mkdocs.yml", False),
        ("mkdocs.yml.md", False),
        ("mkdocs.yml/", False),
        (".vitepress", False),  # a file of that name
        (".hidden/mkdocs.yml", False),
        ("node_modules/x/package.json", False),
        ("output/package.json", False),
        ("../mkdocs.yml", True),
        ("../../.obsidian/", True),
        ("../../../mkdocs.yml", False),
        ("../sibling/mkdocs.yml", False),
    ],
)
def test_signs_of_a_generator(notes: Path, sign: str, *, is_source: bool) -> None:
    path = notes / sign
    (path if sign.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
    if not sign.endswith("/"):
        path.touch()
    assert bool(find_sites(notes, skip=notes / "output")) is is_source


def test_a_folder_without_signs(notes: Path) -> None:
    assert not bool(find_sites(notes))
    (notes / "output").mkdir()
    (notes / "output/package.json").touch()
    assert bool(find_sites(notes))
    (notes.parent / "link").symlink_to(notes / "output")
    assert not bool(find_sites(notes, skip=notes.parent / "link"))


@pytest.mark.parametrize(
    ("repository", "is_source"), [("", False), ("..", False), ("../..", False), ("../../..", True)]
)
def test_the_repository_is_looked_through(notes: Path, repository: str, *, is_source: bool) -> None:
    (notes / "../../../mkdocs.yml").touch()
    (notes / repository / ".git").mkdir()
    assert bool(find_sites(notes)) is is_source


def test_the_home_folder_is_nobody_s_site(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (notes.parent / "package.json").touch()
    assert bool(find_sites(notes))
    monkeypatch.setattr(Path, "home", lambda: notes.parent)
    assert not bool(find_sites(notes))
