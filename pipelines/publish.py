"""Renders every output from the store: after a crawl, and by itself with `scrapy publish`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from crawler import options
from crawler.gallery import open_gallery
from pipelines.outputs import Rendering

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.library import Library
    from crawler.state import Store


def publish(settings: BaseSettings, library: Library, store: Store) -> None:
    """Render the outputs that the settings name."""
    output_dir = Path(settings["OUTPUT_DIR"])
    rendering = Rendering(
        library=library,
        store=store,
        output_dir=output_dir,
        gallery=open_gallery(settings),
        rewrite=options.rewrite(settings),
        webp_width=int(options.number(settings, "IMAGES_WEBP_WIDTH")),
    )
    rendering.gallery.reach()
    for output in settings.getlist("OUTPUTS"):
        import_module(output).render(rendering)
