"""The project's settings and options, with some values of a test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.config.crawl_options import CrawlOptions
from crawler.config.setting_readers import READERS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def project_settings(priority: str = "project", /, **given: object) -> Settings:
    """Return the settings of `crawler/settings.py`, with others given with that priority."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(given, priority=priority)
    return settings


def project_options(**given: object) -> CrawlOptions:
    """Return the options that these settings make."""
    return CrawlOptions.from_settings(project_settings(**given))


def project_crawler(**given: object) -> Crawler:
    """Return a crawler with the user's settings, and Scrapy's own ones for the rest."""
    settings = project_settings(**given)
    return get_crawler(settings_dict={name: settings[name] for name in (*READERS, *given)})
