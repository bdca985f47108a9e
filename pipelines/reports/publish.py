"""Render all outputs from the link database, after a crawl or with `publish`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pipelines.reports.contract import Rendering
from pipelines.reports.planning.plans import Ahead
from pipelines.reports.render import render

if TYPE_CHECKING:
    from crawler.config.crawl_options import CrawlOptions
    from crawler.run.workspace import Workspace

MIRROR = "pipelines.reports.notes_mirror"
"""The output with the updated notes."""


def check_outputs(options: CrawlOptions) -> None:
    """Raise UserError if updated notes would overwrite the originals: before anything is requested or written."""
    if MIRROR in options.publishing.outputs and options.notes_dir is not None:
        import_module(MIRROR).check_folders(options.notes_dir, options.output_dir, options.output_dir)


def publish(options: CrawlOptions, workspace: Workspace) -> None:
    """Render the outputs in OUTPUTS."""
    rendering = Rendering.open(options, workspace)
    workspace.image_store.send_unsent()
    render(rendering, *options.publishing.outputs, ahead=Ahead(options))
