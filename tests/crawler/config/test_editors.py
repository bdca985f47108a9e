"""REPORT_EDITOR: a name or a URL."""

from __future__ import annotations

import pytest
from scrapy.settings import Settings

from crawler.config.editors import editor_url, editors
from crawler.errors import UserError

NAME = "REPORT_EDITOR"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("vscode", "vscode://file{path}:{line}:{column}"),
        (" Obsidian ", "obsidian://open?path={path}"),
        ("none", ""),
        ("", ""),
        ("my-editor:{path}#{line}", "my-editor:{path}#{line}"),
    ],
)
def test_a_name_or_a_url(given: str, url: str) -> None:
    assert editor_url(Settings({NAME: given}), NAME) == url


@pytest.mark.parametrize(
    "given", ["vscod", "javascript:alert('{path}')", "JavaScript://%0aalert({path})", "data:text/html,{path}", "x://y"]
)
def test_what_is_no_editor(given: str) -> None:
    with pytest.raises(UserError, match="^REPORT_EDITOR: invalid value"):
        editor_url(Settings({NAME: given}), NAME)


def test_every_editor_is_given_the_path() -> None:
    assert [name for name, url in editors().items() if ("{path}" in url) != (name != "none")] == []
