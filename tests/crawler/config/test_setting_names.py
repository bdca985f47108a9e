"""Settings that were renamed: the old names work for one release, with one warning."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from crawler.config import setting_readers
from crawler.config.crawl_options import read_options
from crawler.config.setting_names import REMOVED, RENAMED, RENAMED_OUTPUTS, apply_old_names
from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from tests.support.options import project_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.settings import Settings

    from tests.support.crawling import Desk

WARNING = "{}: renamed to {}; the old name works in this release"


def given(priority: str = "cmdline", /, **values: object) -> Settings:
    """Return the project's settings, with others given with that priority."""
    return project_settings(priority, **values)


def test_each_old_name_stands_for_one_of_the_settings() -> None:
    assert set(RENAMED.values()) <= set(setting_readers.READERS)
    assert not set(RENAMED) & set(setting_readers.READERS)


@pytest.mark.parametrize("priority", ["project", "cmdline"])
@pytest.mark.parametrize("name", REMOVED)
def test_a_setting_that_nothing_needs_any_more_stops_nobody(
    name: str, priority: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = given(priority, **{name: 60})
    with caplog.at_level(logging.WARNING):
        read_options(settings, kind_names())
    assert caplog.messages == [f"{name}: not used any more; remove it"]
    assert name not in settings


@pytest.mark.parametrize("priority", ["project", "cmdline"])
@pytest.mark.parametrize(
    ("old", "value"),
    [
        ("ACCEPT", {"a.example": [403]}),
        ("DEAD_SPACING", 2),
        ("EXCLUDE", ["*://a.example/*"]),
        ("IMAGES_RUN_MB", 7),
        ("PACE", {"*": 3}),
        ("TIME_BUDGET", 60),
    ],
)
def test_an_old_name_works_with_one_warning(
    old: str, value: object, priority: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = given(priority, **{old: value})
    with caplog.at_level(logging.WARNING):
        read_options(settings, kind_names())
        read_options(settings, kind_names())
    assert caplog.messages == [WARNING.format(old, RENAMED[old])]
    assert settings[RENAMED[old]] == value
    assert old not in settings


@pytest.mark.parametrize("form", [list, ",".join])
def test_an_old_output_works_with_one_warning(
    form: Callable[[list[str]], object], caplog: pytest.LogCaptureFixture
) -> None:
    ((old, new),), health = RENAMED_OUTPUTS.items(), "pipelines.reports.csv.link_health"
    settings = given(OUTPUTS=form([health, old]))
    with caplog.at_level(logging.WARNING):
        options = read_options(settings, kind_names())
        read_options(settings, kind_names())
    assert caplog.messages == [WARNING.format(old, new)]
    assert options.publishing.outputs == (health, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("project", "project", 2), ("project", "cmdline", 2), ("cmdline", "project", 1), ("cmdline", "cmdline", 2)],
)
def test_the_new_name_wins_unless_the_old_one_has_priority(old: str, new: str, expected: int) -> None:
    settings = given(old, TIME_BUDGET=1)
    settings.set("RUN_TIMEOUT", 2, priority=new)
    apply_old_names(settings)
    assert settings["RUN_TIMEOUT"] == expected


def test_a_value_that_makes_no_sense_is_refused_under_the_new_name() -> None:
    with pytest.raises(UserError, match="^RUN_TIMEOUT: not a number: 'soon'$"):
        read_options(given(TIME_BUDGET="soon"), kind_names())


def test_commands_warn_once(desk: Desk) -> None:
    desk.write("a.md", "nothing")
    warning = WARNING.format("TIME_BUDGET", "RUN_TIMEOUT")
    for words in (("crawl", "notes", "-s", "WORKERS=2"), ("publish",), ("status",), ("settings", "--ours")):
        done = desk.run(*words, "-s", "TIME_BUDGET=60")
        assert (done.returncode, done.stderr.count(warning), done.stderr.count("\n")) == (0, 1, 1), done.stderr
    assert "RUN_TIMEOUT=60  [command line; default: 0]" in done.stdout.splitlines()
