from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pipelines.rewriting.in_place.unified_diff import colored_diff, git_diff

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "a.md": (b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n"),
    "crlf.md": (b"one\r\ntwo\r\n", b"one\r\n2\r\n"),
    "mixed ends.md": (b"one\rtwo\x0b\xe2\x80\xa8\r\nthree\n", b"one\rtwo\x0b\xe2\x80\xa8\r\n3\n"),
    "no-end.md": (b"one\ntwo", b"one\n2"),
    "gets-an-end.md": (b"one", b"one\ntwo\n"),
    "五月/a b.markdown": ("\ufeff一\n".encode(), "\ufeff二\n".encode()),
    "long.md": (b"x\n" * 50 + b"old\n" + b"y\n" * 50 + b"old\n", b"x\n" * 50 + b"new\n" + b"y\n" * 50 + b"new\n"),
}


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "--binary", "-s"]], ids=["git", "patch"])
@pytest.mark.parametrize("path", [*CASES, 'quo"te\\.md'])
def test_a_diff_can_be_applied(tmp_path: Path, tool: list[str], path: str) -> None:
    before, after = CASES.get(path, CASES["a.md"])
    note = tmp_path / path
    note.parent.mkdir(exist_ok=True)
    note.write_bytes(before)
    subprocess.run(tool, cwd=tmp_path, input=git_diff(path, before, after).encode(), check=True)
    assert note.read_bytes() == after


def test_what_a_diff_looks_like() -> None:
    assert (
        git_diff("a.md", *CASES["a.md"]) == "--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n three\n+four\n"
    )
    assert git_diff("a.md", b"x", b"x") == ""


def test_colours_end_before_the_line_does() -> None:
    shown = colored_diff(git_diff("a.md", *CASES["crlf.md"]))
    assert "\x1b[31m-two\x1b[m\r\n\x1b[32m+2\x1b[m\r\n" in shown
    assert shown.startswith("\x1b[1m--- a/a.md\x1b[m\n\x1b[1m+++ b/a.md\x1b[m\n\x1b[36m@@")
    assert "\n one\r\n" in shown


def test_a_diff_on_a_terminal_does_not_move_its_cursor() -> None:
    shown = colored_diff(git_diff("a.md", b"\x1b[2Jone\r\n\tx\r\xc2\x9b\n", "\x1b[2Jtwo\r\n\tx\u202e\n".encode()))
    assert "-\\x1b[2Jone\x1b[m\r\n" in shown
    assert "-\tx\\x0d\\x9b\x1b[m\n" in shown
    assert "+\tx\\u202e\x1b[m\n" in shown
