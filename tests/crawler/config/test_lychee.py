"""What lychee leaves out, as settings: only what says exactly the same is carried over."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.config.beside.lychee import LARGEST, MOST, read_left_out
from crawler.config.beside.regex_globs import LONGEST, NoGlobError, globs_of_regex
from crawler.globs import compile_globs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("regex", "globs"),
    [
        ("", ["*"]),
        ("localhost", ["*localhost*"]),
        (r"^https://example\.com/", ["https://example.com/*"]),
        (r"^https://example\.com/.*$", ["https://example.com/*"]),
        ("^https?://localhost", ["http://localhost*", "https://localhost*"]),
        (r"example.com/a\?b=\*", ["*example?com/a[?]b=[*]*"]),
        (r"\.(?:png|jpe?g)$", ["*.png", "*.jpg", "*.jpeg"]),
        ("(^|/)x", ["x*", "*/x*"]),
        ("a.+?b", ["*a?*b*"]),
        (r"/v\d/[a-f]/[^/]", ["*/v[0-9]/[a-f]/[!/]*"]),
        (r"a\^\$b", ["*a^$b*"]),
        ("[[]x", None),
    ],
)
def test_what_says_the_same(regex: str, globs: list[str] | None) -> None:
    if globs is None:
        with pytest.raises(NoGlobError):
            globs_of_regex(regex)
    else:
        assert globs_of_regex(regex) == globs


@pytest.mark.parametrize(
    ("regex", "reason"),
    [
        ("a+", "repeats something other than a dot"),
        ("(ab)*", "repeats something other than a dot"),
        ("a{2}", "repeats something other than a dot"),
        ("*a", "repeats nothing"),
        (".**", "repeats nothing"),
        (".*+", "repeats nothing"),
        (r"\w", r"\w"),
        (r"\bx", r"\b"),
        ("x\\", "\\"),
        ("(?i)x", "a flag, a name or a look-around"),
        ("x(?=y)", "a flag, a name or a look-around"),
        ("a^b", "an anchor in the middle"),
        ("a$b", "an anchor in the middle"),
        ("(a", "unbalanced parentheses"),
        ("a)", "unbalanced parentheses"),
        ("[]a]", "a set of characters that a glob does not have"),
        ("[a&&b]", "a set of characters that a glob does not have"),
        ("[", "a set of characters that a glob does not have"),
        ("a?" * 5, "more than 16 alternatives"),
        ("|".join("abcdefghijklmnopqrs"), "more than 16 alternatives"),
        ("(" * 100, "nested too deeply"),
        ("a" * (LONGEST + 1), f"longer than {LONGEST} characters"),
    ],
)
def test_what_no_glob_says(regex: str, reason: str) -> None:
    with pytest.raises(NoGlobError, match=f"^{re.escape(reason)}$"):
        globs_of_regex(regex)


PIECES = (
    "a",
    "b",
    r"\.",
    "/",
    ".",
    ".*",
    ".+",
    "?",
    "|",
    "(",
    ")",
    "(?:",
    "^",
    "$",
    "[ab]",
    "[^a]",
    r"\*",
    r"\?",
    r"\[",
    "]",
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.lists(st.text("ab./*?[]^$x", max_size=8)))
@example("a|^b$", ["b", "xb", "xa"])
def test_globs_match_what_the_expression_matches(regex: str, texts: list[str]) -> None:
    try:
        globs = compile_globs(globs_of_regex(regex))
    except NoGlobError:
        return
    expression = re.compile(regex)
    for text in texts:
        assert bool(globs.fullmatch(text)) == bool(expression.search(text)), text


def test_both_files_are_read(tmp_path: Path) -> None:
    (tmp_path / ".lycheeignore").write_bytes(b"\xef\xbb\xbf# mine\r\n\r\n  localhost  \r\na+\r\nlocalhost\r\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "a b.md").touch()
    paths = r"['site/', '^./a b\.md$', '../..', '/etc', '.*', 'gone']"
    config = f"exclude = ['^ftp:', 'x\\w']\nexclude_path = {paths}\n"
    (tmp_path / "lychee.toml").write_text(config)
    found = read_left_out(tmp_path)
    assert found.urls == ("*localhost*", "ftp:*")
    assert found.notes == ("/site/", "/a b.md")
    assert found.problems == (
        ".lycheeignore: 'a+': repeats something other than a dot",
        r"lychee.toml: 'x\\w': \w",
        "lychee.toml: exclude_path '../..': names no file or folder here",
        "lychee.toml: exclude_path '/etc': names no file or folder here",
        "lychee.toml: exclude_path '.*': names no file or folder here",
        "lychee.toml: exclude_path 'gone': names no file or folder here",
    )
    assert read_left_out(tmp_path / "site").problems == ()


@pytest.mark.parametrize(
    ("name", "prepare", "problem"),
    [
        ("lychee.toml", lambda file: file.write_text("exclude = ["), "lychee.toml: no valid TOML"),
        ("lychee.toml", lambda file: file.write_text("exclude = 'x'"), "lychee.toml: exclude is no list of texts"),
        ("lychee.toml", lambda file: file.write_text("exclude = [1]"), "lychee.toml: exclude is no list of texts"),
        ("lychee.toml", lambda file: file.symlink_to("/etc/hostname"), "lychee.toml: links to /etc/hostname"),
        (".lycheeignore", os.mkfifo, ".lycheeignore: no regular file"),
        (".lycheeignore", lambda file: file.write_bytes(b"#" * (LARGEST + 1)), ".lycheeignore: larger than"),
        (".lycheeignore", lambda file: file.write_text("x\n" * (MOST + 1)), f"only the first {MOST} expressions"),
        (".lycheeignore", lambda file: file.write_text("x\u202ey\n"), ".lycheeignore: 'x\\u202ey': characters"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_problem_in_one_line(
    tmp_path: Path, name: str, prepare: Any, problem: str
) -> None:
    prepare(tmp_path / name)
    (said,) = read_left_out(tmp_path).problems
    assert said.startswith(problem)
