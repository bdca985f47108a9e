"""Settings of some notes only: which notes they hold for, and what cannot hold for some notes only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crawler.config.crawl_options import CrawlOptions, read_options
from crawler.config.plain_settings import PlainSettings
from crawler.config.value_readers import REWRITES
from crawler.errors import UserError
from crawler.globs import first_match
from crawler.kinds.registry import kind_names
from crawler.notes.files.folder import NotesFolder
from tests.support.options import project_options

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.crawling import Desk


def options(*rows: dict[str, Any], **given: object) -> CrawlOptions:
    return project_options(OVERRIDES=list(rows), **given)


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("posts/**", ["posts/a.md", "posts/2024/a.md"], ["posts.md", "a/posts/b.md"]),
        ("posts/*", ["posts/a.md", "posts/2024/a.md"], ["posts.md"]),
        ("posts", ["posts/a.md", "posts/2024/a.md"], ["posts.md", "a/posts/b.md", "posts2/a.md"]),
        ("./posts/", ["posts/a.md"], ["posts.md"]),
        ("/a.md", ["a.md"], ["b/a.md"]),
        ("**/a.md", ["a.md", "b/a.md", "b/c/a.md"], ["b.md", "ba.md"]),
        ("b/**/a.md", ["b/a.md", "b/c/a.md", "b/c/d/a.md"], ["a.md", "ba.md"]),
        ("*.md", ["a.md", "b/a.md"], ["a.mdx"]),
        ("*", ["a.md", "b/a.md"], []),
        ("a[1].md", ["a1.md"], ["a[1].md"]),
    ],
)
def test_which_notes_an_override_is_for(pattern: str, inside: list[str], outside: list[str]) -> None:
    found = options({"paths": [pattern], "entries": "none"}).entry_layouts
    assert [path for path in (*inside, *outside) if found.of(path)] == inside


def test_later_overrides_come_first_and_all_before_the_general_settings() -> None:
    found = options(
        {"paths": ["*"], "rewrite": ["links"], "exclude_urls": ["https://a.example/*"]},
        {"paths": ["posts/**"], "entries": ["table", "front-matter"], "exclude_urls": ["https://b.example/*"]},
        {"paths": ["posts/old"], "rewrite": [], "site_generator": "Hugo"},
        ENTRIES={"posts/*": "none", "*": "none"},
        SITE_GENERATOR={"posts/*": "hexo", "*": "none"},
    )
    rewrites = found.publishing.rewrites
    assert [first_match(path, rewrites) for path in ("a.md", "posts/old/a.md")] == [
        ("*", frozenset(REWRITES["links"])),
        ("posts/old/*", frozenset()),
    ]
    layouts = [found.entry_layouts.of(path) for path in ("a.md", "posts/a.md")]
    assert layouts == [frozenset({"none"}), frozenset({"table", "front_matter"})]
    generators = [found.site_generators.of(path) for path in ("a.md", "posts/a.md", "posts/old/a.md")]
    assert generators == [("none", ""), ("hexo", "posts"), ("hugo", "posts/old")]
    urls = [found.excluded_in_notes.of(path) for path in ("a.md", "posts/a.md")]
    for url, expected in (("https://a.example/x", [True, True]), ("https://b.example/x", [False, True])):
        assert [bool(each and each.fullmatch(url)) for each in urls] == expected
    assert options().excluded_in_notes.of("a.md") is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, '[0].paths: must be a list of globs; write paths = ["posts/**"]'),
        ({"paths": "posts", "rewrite": []}, "[0].paths: must be a list of globs"),
        ({"paths": [], "rewrite": []}, "[0].paths: must be a list of globs"),
        ({"paths": [""], "rewrite": []}, "[0].paths: must be a list of globs"),
        ({"paths": [1], "rewrite": []}, "[0].paths: must be a list of globs"),
        ({"paths": ["!a"], "rewrite": []}, "[0].paths: '!a' cannot begin with !"),
        ({"paths": ["a"]}, "[0]: changes nothing (valid: entries, exclude_urls, rewrite, site_generator)"),
        ({"paths": ["a"], "dead_after": 3}, "[0].dead_after: not a setting of single notes (valid: entries,"),
        ({"paths": ["a"], "output_dir": "x"}, "[0].output_dir: not a setting of single notes"),
        ({"paths": ["a"], "entrys": "table"}, "; did you mean entries?"),
        ({"paths": ["a"], "entries": "tabel"}, "[0].entries: unknown layout 'tabel' (valid: "),
        ({"paths": ["a"], "entries": {"a": "table"}}, "[0].entries: must be a layout or a list of layouts"),
        ({"paths": ["a"], "entries": [1]}, "[0].entries: must be a layout or a list of layouts"),
        ({"paths": ["a"], "rewrite": "links"}, "[0].rewrite: must be a list of texts"),
        ({"paths": ["a"], "rewrite": ["poems"]}, "[0].rewrite: invalid value 'poems' (valid: links,"),
        ({"paths": ["a"], "site_generator": ["hugo"]}, "[0].site_generator: must be a text"),
        ({"paths": ["a"], "site_generator": "hugoo"}, "[0].site_generator: unknown generator 'hugoo'"),
        ({"paths": ["a"], "exclude_urls": True}, "[0].exclude_urls: must be a list of texts"),
    ],
)
def test_what_cannot_hold_is_refused(row: dict[str, Any], says: str, tmp_path: Path, monkeypatch: Any) -> None:
    with pytest.raises(UserError) as error:
        options(row)
    assert str(error.value).startswith("OVERRIDES[0]")
    assert says in str(error.value)
    with pytest.raises(UserError) as as_json:
        project_options(OVERRIDES=json.dumps([row]))
    assert str(as_json.value) == str(error.value)


@pytest.mark.parametrize("value", ["x", "{}", "[1]", '"x"', "null", {"a": 1}, 7])
def test_what_is_no_list_of_tables_is_refused(value: object) -> None:
    with pytest.raises(UserError, match="^OVERRIDES: not a (JSON list|list of tables)"):
        project_options(OVERRIDES=value)


def read(text: str, folder: Path, **given: str) -> CrawlOptions:
    (folder / "notemend.toml").write_text(text, "utf-8")
    return read_options(PlainSettings.of_project({"NOTES_DIR": str(folder / "docs"), **given}), kind_names())


def test_in_the_file_paths_begin_at_the_notes_or_at_the_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    rows = '[[overrides]]\npaths = ["./docs/posts/**"]\nentries = "none"\n[[overrides]]\npaths = ["drafts/**"]\n'
    found = read(f'{rows}entries = "table"', tmp_path).entry_layouts
    assert [found.of(path) for path in ("posts/a.md", "drafts/a.md", "a.md")] == [{"none"}, {"table"}, None]
    with pytest.raises(UserError, match=r"notemend.toml:6: overrides\[1\].entris: not a setting of single notes"):
        read(f'{rows}entris = "table"', tmp_path)
    with pytest.raises(UserError, match=r"notemend.toml:6: overrides\[1\].entries: unknown layout 'x'"):
        read(f'{rows}entries = "x"', tmp_path)
    with pytest.raises(UserError, match=r"notemend.toml:1: overrides: must be a list of tables, not a table; \[\["):
        read('[overrides]\npaths = ["a"]', tmp_path)


def test_excluded_urls_are_ignored_in_these_notes_only(tmp_path: Path) -> None:
    text = (
        "[a](https://A.example/x) <https://b.example/> ![i](https://a.example/i.png)\n\n[r]: https://a.example/r\n\n"
        "[r] [[Other]] [local](../x.md) <img srcset='https://b.example/1 1x, https://a.example/2 2x'>\n"
    )
    for name in ("old/a.md", "a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    excluded = options({"paths": ["old"], "exclude_urls": ["https://a.example/*", "*Other*", "*.md"]}).excluded_in_notes
    notes = {note.path: note for note in NotesFolder(tmp_path, excluded=excluded)}
    assert len(notes["a.md"].mentions) == 8
    assert [mention.url for mention in notes["old/a.md"].mentions] == ["https://b.example/"]
    assert len(notes["old/a.md"].ignored) == 6
    assert not notes["a.md"].ignored


def test_a_crawl_follows_them(desk: Desk) -> None:
    for folder in ("old", "kept"):
        desk.write(f"{folder}/a.md", "[gone](gone.md)\n")
    (desk.notes / "notemend.toml").write_text('[[overrides]]\npaths = ["old"]\nexclude_urls = ["gone.md"]\n')
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    assert desk.verdicts() == {"kept/gone.md": "dead"}
