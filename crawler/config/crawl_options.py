"""The settings of one run or command as typed values, read once at its start."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import WeakKeyDictionary

from crawler.config.setting_names import apply_old_names, refuse_unknown
from crawler.config.setting_readers import READERS
from crawler.config.sources import apply_sources, located_error
from crawler.config.value_readers import OBEY, REWRITES, check_recheck_names, whole_number
from crawler.errors import UserError
from crawler.images.layout.pattern import Layout
from crawler.messages import say
from crawler.models.policy import Policy
from crawler.notes.files.excluded_by_path import ExcludedByPath
from crawler.notes.files.layouts_by_path import LayoutsByPath
from crawler.sites.generators_by_path import GeneratorsByPath

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Mapping

    from scrapy.crawler import Crawler

    from crawler.config.overrides import NoteOverrides
    from crawler.config.plain_settings import SettingsSource
    from crawler.images.stores.s3_services import S3Options

_Value = TypeVar("_Value")

MB = 1_000_000

STORE_SETTINGS = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION_NAME"),
    *("AWS_USE_SSL", "AWS_VERIFY", "AWS_MAX_POOL_CONNECTIONS", "IMAGES_STORE_S3_ACL"),
    *("GCS_PROJECT_ID", "IMAGES_STORE_GCS_ACL"),
    *("FTP_USER", "FTP_PASSWORD", "FEED_STORAGE_FTP_ACTIVE"),
    *("WEBDAV_USER", "WEBDAV_PASSWORD", "PICGO_KEY"),
)
"""Scrapy's settings for S3, Google Cloud Storage and FTP, and those of this project for other stores."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Options of requests: which URLs, how often, with which User-Agent."""

    user_agent: str
    """The User-Agent, with the user's contact."""
    contact: str
    """A URL or an email address; empty for none."""
    delays: Mapping[str, float]
    """Seconds between two requests, by host; `*` for all others."""
    concurrency_per_host: int
    accepted_statuses: Mapping[str, frozenset[int]]
    """HTTP statuses that count as working, by host glob."""
    excluded_urls: re.Pattern[str]
    """Matches whole URLs that are not checked."""
    allow_private_addresses: bool
    obey_robots: bool

    def delay(self, host: str) -> float:
        """Return the seconds between two requests to a host."""
        return self.delays.get(host, self.delays.get("*", 0))


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Options of API requests."""

    cache_file: Path
    timeout: float
    """Seconds to wait for a connection, and for the next bytes of a response."""
    github_token: str = field(repr=False)
    semantic_scholar_api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """Where images and videos are saved, and their maximum sizes."""

    location: str
    """A folder, or a URL whose scheme is one of `images.stores.SCHEMES`."""
    folder: Path
    """The folder in OUTPUT_DIR, where images are that a store without files of its own sends on."""
    base_url: str
    """The URL of `location` in the notes; empty: relative paths."""
    s3: S3Options
    """How the bucket is addressed, and what images get there."""
    layout: Layout
    """Where the images stand that notes show, and what their files are called."""
    store_settings: Mapping[str, Any] = field(repr=False)
    """The values of those `STORE_SETTINGS` that are set, secrets included."""
    size_limits: Mapping[str, int]
    """Maximum size of a saved body in bytes, by name of the setting."""
    run_limit: int
    """Maximum size of all bodies fetched in one run, in bytes; 0: no limit."""
    referers: Mapping[str, str]
    """Referers by host glob, "" for none, before those of the table."""
    keep_away: re.Pattern[str]
    """Matches the hosts whose images are not saved."""
    shown: frozenset[str]
    """Which copies notes show: words of `shown.names.SHOWN`."""
    webp_width: int
    """Width in pixels of the WebP copies that notes show of wider images; 0: no copies."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """Options of the processes that share a run."""

    count: int
    """Number of processes that check links at the same time on this machine."""
    scheduler: str
    """URL of the scheduler of a Dask cluster; empty for none."""
    shard_seconds: float
    """CPU time in seconds at which a shard is large enough."""

    @property
    def is_shared(self) -> bool:
        """Return whether other processes than that of the run check links."""
        return self.count > 1 or bool(self.scheduler)


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """Options of publishing."""

    outputs: tuple[str, ...]
    """Module names, each of one output."""
    rewrite: frozenset[str]
    """Which edits are made in notes: names from `value_readers.REWRITES`, with groups expanded."""
    rewrites: Mapping[str, frozenset[str]]
    """The same for some notes, by glob of their paths: the first that matches counts."""
    editor: str
    """The URL with which the report opens a note at a line; empty for none."""
    webhook_url: str = field(repr=False)
    """The webhook that is told what changed; empty for none."""


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """All settings of one run or command."""

    notes_dir: Path | None
    """The notes folder; None if none is given."""
    notes_ignore: tuple[str, ...]
    """Patterns of files that are not read as notes."""
    notes_max_bytes: int
    output_dir: Path
    database_url: str = field(repr=False)
    """URL of the link database, which may contain a password; empty: SQLite in `output_dir`."""
    run_timeout: float
    """Seconds after which no more requests are sent; infinite: no limit."""
    fail_on: tuple[str, ...]
    """Verdicts: the exit code is 1 if a link newly has one of them."""
    requests: RequestOptions
    apis: ApiOptions
    images: ImageOptions
    policy: Policy
    entry_layouts: LayoutsByPath
    """Layouts of lists, by glob of paths of notes."""
    site_generators: GeneratorsByPath
    """Generators of sites, by glob of paths of notes."""
    excluded_in_notes: ExcludedByPath
    """URLs that are ignored in some notes, by glob of their paths."""
    workers: WorkerOptions
    publishing: PublishOptions

    def require_notes_dir(self) -> Path:
        """Return the notes folder; raise UserError if none is given."""
        if self.notes_dir is None:
            raise UserError(say("error.no_notes"))
        return self.notes_dir

    @classmethod
    def from_settings(cls, settings: SettingsSource) -> Self:
        """Return the options from settings; raise UserError for the first invalid value."""
        given: dict[str, Any] = {name: read(settings, name) for name, read in READERS.items()}
        overrides: NoteOverrides = given["OVERRIDES"]
        output_dir = Path(given["OUTPUT_DIR"])
        return cls(
            notes_dir=Path(given["NOTES_DIR"]).expanduser() if given["NOTES_DIR"] else None,
            notes_ignore=tuple(given["NOTES_IGNORE"]),
            notes_max_bytes=int(given["NOTES_MAX_MB"] * MB),
            output_dir=output_dir,
            database_url=given["DATABASE_URL"],
            run_timeout=given["RUN_TIMEOUT"] or math.inf,
            fail_on=tuple(given["FAIL_ON"]),
            requests=_request_options(settings, given),
            apis=ApiOptions(
                cache_file=Path(given["HTTP_CACHE"] or output_dir / "http_cache.sqlite"),
                timeout=given["API_TIMEOUT"],
                github_token=given["GITHUB_TOKEN"],
                semantic_scholar_api_key=given["SEMANTIC_SCHOLAR_API_KEY"],
            ),
            images=_image_options(settings, given, output_dir),
            policy=Policy(
                dead_after=given["DEAD_AFTER"],
                dead_interval=timedelta(days=given["DEAD_MIN_INTERVAL_DAYS"]),
                recheck_after={name: timedelta(days=days) for name, days in given["RECHECK_AFTER"].items()},
                unreachable_after=timedelta(days=given["UNREACHABLE_AFTER"]),
            ),
            entry_layouts=LayoutsByPath(_first(overrides.layouts, given["ENTRIES"].globs)),
            site_generators=GeneratorsByPath(_first(overrides.generators, given["SITE_GENERATOR"].globs)),
            excluded_in_notes=ExcludedByPath(overrides.excluded),
            workers=WorkerOptions(
                count=given["WORKERS"],
                scheduler=given["DASK_SCHEDULER"],
                shard_seconds=given["SHARD_SECONDS"],
            ),
            publishing=PublishOptions(
                outputs=tuple(given["OUTPUTS"]),
                rewrite=frozenset(each for name in given["REWRITE"] for each in REWRITES[name]),
                rewrites=overrides.rewrites,
                editor=given["REPORT_EDITOR"],
                webhook_url=given["WEBHOOK_URL"],
            ),
        )


def _first(overrides: Mapping[str, _Value], general: Mapping[str, _Value]) -> dict[str, _Value]:
    """Return values by glob, with those of the overrides in front of all others."""
    return {**overrides, **{glob: value for glob, value in general.items() if glob not in overrides}}


def _request_options(settings: SettingsSource, given: Mapping[str, Any]) -> RequestOptions:
    contact = given["USER_AGENT_CONTACT"]
    return RequestOptions(
        user_agent=_with_contact(str(settings["USER_AGENT"]), contact),
        contact=contact,
        delays=given["DOWNLOAD_DELAYS"],
        concurrency_per_host=whole_number(settings, "CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        accepted_statuses=given["ACCEPTED_STATUSES"],
        excluded_urls=given["EXCLUDE_URLS"],
        allow_private_addresses=given["ALLOW_PRIVATE_ADDRESSES"],
        obey_robots=given["ROBOTS"] == OBEY,
    )


def _image_options(settings: SettingsSource, given: Mapping[str, Any], output_dir: Path) -> ImageOptions:
    return ImageOptions(
        location=given["IMAGES_STORE"].removeprefix("file://") or str(output_dir / "images"),
        folder=output_dir / "images",
        s3=given["IMAGES_S3"],
        base_url=given["IMAGES_BASE_URL"],
        layout=Layout(given["IMAGES_LAYOUT"], given["IMAGES_NAMES"]),
        store_settings={name: settings[name] for name in STORE_SETTINGS if settings[name] is not None},
        size_limits={name: int(given[name] * MB) for name in ("IMAGES_MAX_MB", "VIDEOS_MAX_MB")},
        run_limit=int(given["IMAGES_MAX_RUN_MB"] * MB),
        referers=given["IMAGES_REFERERS"],
        keep_away=given["IMAGES_KEEP_AWAY"],
        shown=frozenset(given["IMAGES_SHOW"]),
        webp_width=given["IMAGES_WEBP_WIDTH"],
    )


def _with_contact(user_agent: str, contact: str) -> str:
    """Return a User-Agent with the contact at the end of its comment; unchanged if it is already there."""
    end = f"; +{contact})"
    return user_agent if not contact or user_agent.endswith(end) else f"{user_agent.removesuffix(')')}{end}"


def read_options(settings: SettingsSource, kinds: Collection[str]) -> CrawlOptions:
    """Apply the sources and old names of settings, check all names and values, and return the options.

    `kinds` are the names of all kinds of links. Raises UserError for the first unknown setting or invalid value.
    """
    apply_sources(settings)
    apply_old_names(settings)
    refuse_unknown(settings, READERS)
    try:
        options = CrawlOptions.from_settings(settings)
        check_recheck_names(options.policy.recheck_after, kinds)
    except UserError as error:
        raise located_error(settings, error) from error
    return options


_of_crawlers: WeakKeyDictionary[Crawler, CrawlOptions] = WeakKeyDictionary()


def options_of(crawler: Crawler) -> CrawlOptions:
    """Return the options of a crawler, read from its settings once; call it only after the spider was created."""
    if crawler not in _of_crawlers:
        _of_crawlers[crawler] = CrawlOptions.from_settings(crawler.settings)
    return _of_crawlers[crawler]
