"""Render all outputs from the link database, after a crawl or with `publish`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from crawler.config.setting_names import nearest_hint
from crawler.errors import UserError
from crawler.messages import say
from crawler.settings import OUTPUTS
from pipelines.reports.contract import Rendering
from pipelines.reports.planning.plans import Ahead
from pipelines.reports.render import render

if TYPE_CHECKING:
    from crawler.config.crawl_options import CrawlOptions
    from crawler.run.workspace import Workspace

MIRROR = "pipelines.reports.notes_mirror"
"""The output with the updated notes."""


def check_outputs(options: CrawlOptions) -> None:
    """Raise UserError if an output does not exist, or if updated notes would overwrite the originals.

    This comes before anything is requested or written.
    """
    for name in options.publishing.outputs:
        if name not in OUTPUTS and not _is_module(name):
            raise UserError(say("error.output_module", name=name, meant=nearest_hint(name, OUTPUTS)))
    if MIRROR in options.publishing.outputs and options.notes_dir is not None:
        import_module(MIRROR).check_folders(options.notes_dir, options.output_dir, options.output_dir)


def publish(options: CrawlOptions, workspace: Workspace) -> None:
    """Render the outputs in OUTPUTS."""
    rendering = Rendering.open(options, workspace)
    workspace.image_store.send_unsent()
    render(rendering, *options.publishing.outputs, ahead=Ahead(options))


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # of a package above it, or of a name that no module can have
        return False
