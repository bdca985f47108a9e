"""Import what a crawl imports and read what it reads only once: crawls of tests are forked from a process that has."""

from __future__ import annotations

import inspect
import sys
from functools import _lru_cache_wrapper
from importlib import import_module

import crawler
import pipelines
from crawler.run.program_digest import program_digest
from crawler.settings import OUTPUTS

MODULES = (
    "bs4",
    "cattrs.preconf.json",
    "crawler.fetch.early_stop",
    "crawler.lookups.arxiv",
    "crawler.lookups.github.client",
    "crawler.lookups.wayback",
    "crawler.run.context",
    "crawler.spiders.check",
    "lxml.etree",
    "pandas",
    "PIL.Image",
    "pipelines.reports.explain",
    "pipelines.reports.frames.links",
    "pipelines.reports.images.stored_images",
    "pipelines.reports.publish",
    "pyarrow.compute",
    "pyarrow.parquet",
    "rapidfuzz.process",
    "scrapy.cmdline",
    "sqlalchemy.dialects.sqlite",
    *OUTPUTS,
)


def _read_tables() -> None:
    """Call every function of the program that reads a table once."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"crawler", "pipelines"}:
            for each in list(vars(module).values()):
                if isinstance(each, _lru_cache_wrapper) and not inspect.signature(each).parameters:
                    each()


for name in MODULES:
    import_module(name)
_read_tables()
program_digest(crawler)
program_digest(crawler, pipelines)
# The settings read the environment, which is another one in each crawl.
del sys.modules["crawler.settings"], crawler.settings
