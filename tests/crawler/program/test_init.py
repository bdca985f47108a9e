"""`notemend init`: what it finds in a folder, and that the program reads what it writes."""

from __future__ import annotations

import logging
import re
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.actions.initializing import look_at, web_address
from crawler.config.beside.keys import allowed_keys
from crawler.config.beside.lychee import LeftOut
from crawler.config.beside.settings_file import NAME
from crawler.config.beside.template import FolderFacts, settings_template
from crawler.config.crawl_options import CrawlOptions, read_options
from crawler.config.plain_settings import PlainSettings
from crawler.kinds.registry import kind_names
from crawler.program.main import run
from tests.support.options import project_options

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a note, which is the working directory."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("# 笔记\n\n![](https://i.example/1.png) ![](https://I.example/2.png) text\n", "utf-8")
    monkeypatch.chdir(folder)
    return folder


def read() -> CrawlOptions:
    return read_options(PlainSettings.of_project({}), kind_names())


def test_it_names_what_it_finds_and_makes_nothing_hold_that_is_not_sure(
    notes: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://me:s3cret@git.example/me/notes.git"], check=True)
    (notes / "site").mkdir()
    (notes / "site/hugo.toml").touch()
    (notes / ".lycheeignore").write_text("localhost\n\\w\n")
    assert run(["init"]) == 0
    out, err = capsys.readouterr()
    assert (out.splitlines()[-1], err) == ("next: edit it, then run notemend .", "")
    assert out.startswith("notemend.toml: written; it excludes what lychee's files exclude")
    text = (notes / NAME).read_text("utf-8")
    assert re.search(r"^# 1 note \(Latin \d+%, Chinese \d+%\)\n# site: hugo in site\n", text, re.MULTILINE)
    assert "# git remote: https://git.example/me/notes\n" in text
    assert "# images of i.example (2)\n" in text
    assert '# user_agent_contact = "https://git.example/me/notes"' in text
    assert '# site_generator = { "*" = "hugo" }' in text
    assert "#     .lycheeignore: '\\\\w': \\w" in text
    assert "s3cret" not in text
    assert tomllib.loads(text) == {"notes_dir": ".", "exclude_urls": ["*localhost*"]}
    assert all(re.search(rf"^(# )?{key} = |^# \[\[{key}\]\]", text, re.MULTILINE) for key in allowed_keys())
    with caplog.at_level(logging.WARNING):
        assert read() == project_options(NOTES_DIR=".", EXCLUDE_URLS=["*localhost*"])
    assert caplog.messages == []
    before = (notes / NAME).stat()
    assert run(["init", "."]) == 2
    assert capsys.readouterr().err == "notemend: notemend.toml: exists already; edit it, or remove it first\n"
    assert (notes / NAME).stat() == before


def test_all_that_is_commented_out_can_be_used(notes: Path) -> None:
    text = settings_template(look_at(notes))
    assert max(len(line) for line in text.splitlines() if " = " not in line) <= 110
    used = re.sub(r"^# (?=(?:\w+ = |\[\[))", "", text, flags=re.MULTILINE)
    table = tomllib.loads(used)
    assert sorted(table) == sorted(allowed_keys())
    (notes / NAME).write_text(used, "utf-8")
    assert read() == project_options(NOTES_DIR=".", OVERRIDES=table["overrides"])


@pytest.mark.parametrize(
    ("prepare", "words", "says"),
    [
        (lambda folder: (folder / NAME).symlink_to("nowhere"), ["."], "notemend.toml: exists already"),
        (lambda here: (here / "pyproject.toml").write_text("[tool.notemend]"), [], "pyproject.toml: exists already"),
        (lambda folder: (folder / NAME).mkdir(), [], "notemend.toml: exists already"),
        (lambda folder: (folder / "empty").mkdir(), ["empty"], "empty: no Markdown file"),
        (str, ["gone"], "gone: no such folder"),
        (str, ["a", "b"], "notemend init: unexpected argument 'b'"),
    ],
)  # fmt: skip
def test_it_writes_nothing_where_it_must_not(
    notes: Path, prepare: object, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(notes)  # type: ignore[operator]
    before = {path: path.lstat().st_mtime_ns for path in notes.rglob("*")}
    assert run(["init", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"notemend: {says}")
    assert said.count("\n") == 1
    assert {path: path.lstat().st_mtime_ns for path in notes.rglob("*")} == before


def test_a_file_above_is_named(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (notes.parent / NAME).write_text("")
    assert run(["init"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("notemend.toml: written; all settings in it are comments")
    assert f"{notes.parent}/notemend.toml does not count for these notes any more" in out


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/me/notes.git\n", "https://github.com/me/notes"),
        ("https://me:token@git.example:8443/a/b/c", "https://git.example/a/b/c"),
        ("git@github.com:me/notes.git", "https://github.com/me/notes"),
        ("ssh://git@git.example:22/me/notes/", "https://git.example/me/notes"),
        ("/srv/git/notes.git", ""),
        ("../notes", ""),
        ("", ""),
        ("https://git.example/a b", ""),
    ],
)
def test_the_web_address_of_a_remote(remote: str, address: str) -> None:
    assert web_address(remote) == address


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
GLOBS = st.lists(TEXTS.filter(str.isprintable).filter(str.strip), max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(TEXTS, max_size=3), GLOBS, GLOBS, st.lists(TEXTS, max_size=3), TEXTS)
def test_whatever_is_found_the_file_is_read_without_a_warning(
    notes: Path,
    caplog: pytest.LogCaptureFixture,
    lines: list[str],
    urls: list[str],
    ignored: list[str],
    problems: list[str],
    contact: str,
) -> None:
    caplog.clear()
    left_out = LeftOut(tuple(urls), tuple(ignored), tuple(problems))
    text = settings_template(FolderFacts(lines, left_out, {"user_agent_contact": contact}))
    (notes / NAME).write_text(text, "utf-8", newline="\n")
    with caplog.at_level(logging.WARNING):
        options = read()
    assert options == project_options(NOTES_DIR=".", EXCLUDE_URLS=urls, NOTES_IGNORE=ignored)
    assert caplog.messages == []
