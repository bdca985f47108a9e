"""The recorded terminal run is what the commands print now."""

from __future__ import annotations

from tests.terminal_run import PAGES, commands, filled, record, timeless


def test_the_recorded_run_is_what_the_commands_print() -> None:
    english, chinese = (page.read_text("utf-8") for page in PAGES)
    words = commands(english)
    assert len(words) == 6
    assert commands(chinese) == words
    printed = record(words)
    for page in (english, chinese):
        assert timeless(page) == timeless(filled(page, printed)), "run python -m tests.terminal_run"
