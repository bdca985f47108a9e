"""The reader of each setting: it returns the typed value, or raises UserError with the name of the setting in front."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crawler.config.editors import editor_url
from crawler.config.entry_layouts import entry_layouts
from crawler.config.image_layouts import image_layout
from crawler.config.overrides import note_overrides
from crawler.config.value_readers import (
    FAIL_ON,
    REWRITES,
    ROBOTS,
    choice,
    contact,
    days,
    download_delays,
    flag,
    folder,
    globs,
    hosts,
    names,
    number,
    patterns,
    referers,
    s3_options,
    secret,
    site_generators,
    statuses,
    store_location,
    text,
    whole_number,
    width,
    word_list,
    workers,
)
from crawler.images.layout.pattern import NAMES
from crawler.images.shown.words import SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crawler.config.plain_settings import SettingsSource


SETTING_OF_SECRET = "[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASS|CREDENTIALS|WEBHOOK_URL)"  # noqa: S105 - a pattern of names
"""Matches the names of settings whose values are shown nowhere: those of this project, of Scrapy and of its plugins."""

READERS: Mapping[str, Callable[[SettingsSource, str], object]] = {
    "NOTES_DIR": folder,
    "NOTES_IGNORE": patterns,
    "NOTES_MAX_MB": number,
    "OUTPUT_DIR": text,
    "DATABASE_URL": text,
    "HTTP_CACHE": text,
    "IMAGES_STORE": store_location,
    "IMAGES_BASE_URL": text,
    "IMAGES_S3": s3_options,
    "IMAGES_LAYOUT": image_layout,
    "IMAGES_NAMES": partial(choice, known=NAMES),
    "IMAGES_SHOW": partial(word_list, known=SHOWN),
    "IMAGES_WEBP_WIDTH": width,
    "IMAGES_REFERERS": referers,
    "IMAGES_KEEP_AWAY": hosts,
    "IMAGES_MAX_MB": number,
    "VIDEOS_MAX_MB": number,
    "IMAGES_MAX_RUN_MB": number,
    "REWRITE": partial(word_list, known=REWRITES),
    "ENTRIES": entry_layouts,
    "SITE_GENERATOR": site_generators,
    "OVERRIDES": note_overrides,
    "REPORT_EDITOR": editor_url,
    "OUTPUTS": names,
    "ALLOW_PRIVATE_ADDRESSES": flag,
    "EXCLUDE_URLS": globs,
    "ACCEPTED_STATUSES": statuses,
    "ROBOTS": partial(choice, known=ROBOTS),
    "RUN_TIMEOUT": number,
    "WORKERS": workers,
    "DASK_SCHEDULER": text,
    "SHARD_SECONDS": number,
    "FAIL_ON": partial(word_list, known=FAIL_ON),
    "USER_AGENT_CONTACT": contact,
    "WEBDAV_USER": text,
    "WEBDAV_PASSWORD": secret,
    "PICGO_KEY": secret,
    "GITHUB_TOKEN": secret,
    "SEMANTIC_SCHOLAR_API_KEY": secret,
    "WEBHOOK_URL": secret,
    "RECHECK_AFTER": days,
    "DEAD_AFTER": partial(whole_number, minimum=1),
    "DEAD_MIN_INTERVAL_DAYS": number,
    "UNREACHABLE_AFTER": number,
    "DOWNLOAD_DELAYS": download_delays,
    "API_TIMEOUT": partial(number, minimum=0.1),
}
"""The reader of each setting of this project."""
