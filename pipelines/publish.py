"""Renders every output from the store: after a crawl, and by itself with `scrapy publish`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from crawler import options
from crawler.workspace import images_folder
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
        images_base=settings["IMAGES_BASE_URL"] or None,
        images_dir=images_folder(settings),
        rewrite=options.rewrite(settings),
    )
    for output in settings.getlist("OUTPUTS"):
        import_module(output).render(rendering)
