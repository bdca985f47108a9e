"""Import what a crawl imports and read what it reads only once: crawls of tests are forked from a process that has."""

from __future__ import annotations

import gc
import importlib.metadata
import inspect
import sys
from functools import _lru_cache_wrapper, cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

# A crawl asks for entry points twice, and each time a file of every installed package is read; and for ten versions.
importlib.metadata.entry_points = cache(importlib.metadata.entry_points)  # type: ignore[assignment]
importlib.metadata.version = cache(importlib.metadata.version)

from scrapy.settings import default_settings  # noqa: E402
from scrapy.utils.misc import load_object, walk_modules_iter  # noqa: E402
from scrapy.utils.versions import get_versions  # noqa: E402

import crawler.settings  # noqa: E402
import pipelines  # noqa: E402
from crawler.checks.pages.signatures.lazy_pattern import LazyPattern  # noqa: E402
from crawler.html import parse_html  # noqa: E402
from crawler.links.targets import url_words  # noqa: E402
from crawler.run.program_digest import program_digest  # noqa: E402
from pipelines.reports.html import page  # noqa: E402
from pipelines.reports.planning.early_import import MODULES  # noqa: E402
from pipelines.reports.render import render  # noqa: E402
from tests.support.compiled_statements import share_compiled_statements  # noqa: E402
from tests.support.mending import NOW, STORE, rendering  # noqa: E402

LIBRARIES = (
    *MODULES,
    "aiohttp.web",
    "bs4",
    "cattrs.preconf.json",
    "itemadapter",
    "lxml.etree",
    "PIL.Image",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.WebPImagePlugin",
    "pylatexenc.latexencode._uni2latexmap",
    "rapidfuzz.process",
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers._aiohttp",
    "scrapy.pqueues",
    "scrapy.resolver",
    "scrapy.squeues",
    "sqlalchemy.dialects.sqlite",
)
"""Modules that are imported in functions."""
NOTE = """# 笔记（2022.5.31）

1. [目标检测综述](https://mp.weixin.qq.com/s/A)
   - Paper: [Loops in Sight](https://arxiv.org/pdf/2204.00001)
   - Code: [x](https://github.com/old/loops)

![](https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png)
"""


def _import_program() -> None:
    for package in (crawler, pipelines):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)


def _import_scrapy() -> None:
    """Import Scrapy's commands, and the components that it loads by their names."""
    list(walk_modules_iter("scrapy.commands"))
    stated = [value for name, value in vars(default_settings).items() if name.isupper()]
    names = chain.from_iterable(value if isinstance(value, dict) else [value] for value in stated)
    for name in names:
        if isinstance(name, str) and name.startswith("scrapy."):
            load_object(name)


def _read_tables() -> None:
    """Call every function of the program that reads a table once."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"crawler", "pipelines"}:
            for each in list(vars(module).values()):
                if isinstance(each, _lru_cache_wrapper) and not inspect.signature(each).parameters:
                    each()


def _compile_templates() -> None:
    """Compile the templates of pages."""
    templates = page._environment()
    for name in templates.list_templates(extensions=["html", "j2"]):
        templates.get_template(name)


def _compile_patterns() -> None:
    """Compile the regular expressions of all tables."""
    for table in url_words._tables():
        url_words.names(table)
    parse_html("<a>").select("a.b[c]")
    for each in gc.get_objects():
        if isinstance(each, LazyPattern):
            _ = each.compiled


def _render_once() -> None:
    """Render all outputs of a note: SQLAlchemy, cattrs, pandas and Jinja prepare much when they are first used."""
    modules = [import_module(name) for name in crawler.settings.OUTPUTS]
    with TemporaryDirectory() as folder:
        given = rendering(Path(folder), {"a.md": NOTE}, STORE)
        given.store.start_run(NOW)
        render(given, *modules)
        given.store.close()


share_compiled_statements()
for name in LIBRARIES:
    import_module(name)
_import_scrapy()
_import_program()
_read_tables()
_compile_patterns()
_compile_templates()
_render_once()
importlib.metadata.entry_points(group="scrapy.commands")
get_versions()
program_digest(crawler)
program_digest(crawler, pipelines)
# The settings read the environment, which is another one in each crawl.
del sys.modules["crawler.settings"], crawler.settings
assert "twisted.internet.reactor" not in sys.modules, "each crawl installs its own"
gc.collect()
gc.freeze()  # or each crawl copies all pages of memory that its garbage collection looks at
