"""Settings as typed values: what each becomes, and that they are read once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Any, get_origin, get_type_hints

import pytest

from crawler.config import crawl_options
from crawler.config.crawl_options import CrawlOptions, options_of
from crawler.errors import UserError
from crawler.images.stores.s3_services import S3Options
from crawler.notes.files.layouts_by_path import LayoutsByPath
from crawler.sites.generators_by_path import GeneratorsByPath
from tests.support.options import project_crawler, project_options, project_settings

NAMES = {
    "re": re,
    "Mapping": Mapping,
    "Path": Path,
    "LayoutsByPath": LayoutsByPath,
    "GeneratorsByPath": GeneratorsByPath,
    "S3Options": S3Options,
}


def check_types(options: Any) -> None:
    hints = get_type_hints(type(options), vars(crawl_options) | NAMES)
    for each in fields(options):
        value, hint = getattr(options, each.name), hints[each.name]
        if is_dataclass(value):
            check_types(value)
        elif hint is float:
            assert isinstance(value, int | float), each.name
        else:
            assert isinstance(value, hint if isinstance(hint, UnionType) else get_origin(hint) or hint), each.name


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "DEAD_AFTER": "5",
            "DOWNLOAD_DELAYS": '{"*": 0}',
            "FAIL_ON": "dead",
            "IMAGES_MAX_RUN_MB": "0.5",
            "LEASE_SECONDS": "9",
            "NOTES_DIR": "",
            "RECHECK_AFTER": '{"*": 2}',
            "RUN_TIMEOUT": "60",
        },
    ],
)
def test_each_value_has_the_type_of_its_field(given: dict[str, object]) -> None:
    check_types(project_options(**given))


def test_units_and_defaults() -> None:
    options = project_options(OUTPUT_DIR="out", RUN_TIMEOUT=0, REWRITE="facts", IMAGES_MAX_RUN_MB="0.5")
    assert options.run_timeout == math.inf
    assert options.apis.cache_file == Path("out/http_cache.sqlite")
    assert options.images.location == "out/images"
    assert options.images.run_limit == 500_000
    assert options.images.size_limits == {"IMAGES_MAX_MB": 50_000_000, "VIDEOS_MAX_MB": 50_000_000}
    assert options.policy.dead_interval == timedelta(days=0.8)
    assert options.publishing.rewrite == {"authors", "venue", "withdrawn", "stars", "archived"}
    assert options.requests.delay("arxiv.org") == options.requests.delays["*"]


def test_the_first_glob_of_entries_counts() -> None:
    layouts = project_options(ENTRIES='{"weekly/*.md": "table, front-matter", "*.md": "none"}').entry_layouts
    assert layouts.of("weekly/2024/1.md") == frozenset({"table", "front_matter"})
    assert layouts.of("README.md") == frozenset({"none"})
    assert layouts.of("notes.markdown") is None


def test_the_first_glob_of_generators_counts() -> None:
    generators = project_options(SITE_GENERATOR='{"blog/*.md": "Hugo", "blog/*": "none", "*/x[12].md": "hexo"}')
    assert generators.site_generators.of("blog/2024/1.md") == ("hugo", "blog")
    assert generators.site_generators.of("blog/a.mdx") == ("none", "blog")
    assert generators.site_generators.of("a/x1.md") == ("hexo", "")
    assert generators.site_generators.of("notes.md") is None


@pytest.mark.parametrize(
    ("given", "location"),
    [
        ("", "out/images"),
        ("file://", "out/images"),
        ("file:///kept", "/kept"),
        ("kept", "kept"),
        ("s3://b/f", "s3://b/f"),
    ],
)
def test_where_images_are_kept(given: str, location: str) -> None:
    options = project_options(OUTPUT_DIR="out", IMAGES_STORE=given, IMAGES_BASE_URL="https://i.example")
    assert options.images.location == location


def test_the_contact_stands_once_in_the_user_agent() -> None:
    settings = project_settings(USER_AGENT_CONTACT="me@example.org")
    once = CrawlOptions.from_settings(settings).requests.user_agent
    assert once.endswith("notes; +me@example.org)")
    settings["USER_AGENT"] = once
    assert CrawlOptions.from_settings(settings).requests.user_agent == once


def test_a_folder_of_notes_is_named() -> None:
    assert project_options(NOTES_DIR="~/n").require_notes_dir() == Path("~/n").expanduser()
    with pytest.raises(UserError, match="^NOTES_DIR: no folder given$"):
        project_options(NOTES_DIR="").require_notes_dir()


def test_no_secret_is_shown() -> None:
    secrets = {"GITHUB_TOKEN", "SEMANTIC_SCHOLAR_API_KEY", "AWS_SECRET_ACCESS_KEY", "FTP_PASSWORD"}
    secrets |= {"WEBDAV_PASSWORD", "PICGO_KEY"}
    options = project_options(DATABASE_URL="postgresql://me:s3cret@db/notes", **dict.fromkeys(secrets, "s3cret"))
    assert options.images.store_settings["AWS_SECRET_ACCESS_KEY"] == "s3cret"
    assert "s3cret" not in repr(options)


def test_a_crawler_s_settings_are_read_once() -> None:
    crawler = project_crawler(DEAD_AFTER=2)
    options = options_of(crawler)
    assert options_of(crawler) is options
    assert options.policy.dead_after == 2
    with pytest.raises(FrozenInstanceError):
        options.run_timeout = 3  # type: ignore[misc]
