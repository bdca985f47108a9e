"""`notemend settings --ours`: Scrapy's command, extended by a list of this project's settings and their sources."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING

from scrapy.commands import settings as scrapy_settings

from crawler.actions.settings import HIDDEN, list_settings
from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import print_error
from crawler.config.setting_readers import SETTING_OF_SECRET
from crawler.config.sources import apply_sources
from crawler.errors import UserError
from crawler.links.secrets import masked

if TYPE_CHECKING:
    import argparse


class Command(scrapy_settings.Command):
    """Prints settings."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --ours."""
        super().add_options(parser)
        parser.add_argument("--ours", action="store_true", help="list this project's settings with their sources")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the settings; exit with 2 and one line if one of them is invalid."""
        assert self.settings is not None  # noqa: S101 - set by Scrapy
        try:
            apply_sources(self.settings)
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR
            return
        asked = next(filter(None, (opts.get, opts.getbool, opts.getint, opts.getfloat, opts.getlist)), "")
        if re.fullmatch(SETTING_OF_SECRET, asked):
            print(HIDDEN if self.settings[asked] else "")
        else:
            with redirect_stdout(StringIO()) as printed:
                super().run(args, opts)
            print(masked(printed.getvalue()), end="")
        if opts.ours:
            self.exitcode = list_settings(self.settings)
