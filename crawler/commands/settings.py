"""`notemend settings --ours`: Scrapy's command, extended by a list of this project's settings and their sources."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

from scrapy.commands import settings as scrapy_settings

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import print_error, print_parts
from crawler.config.setting_readers import SETTING_OF_SECRET
from crawler.errors import UserError
from crawler.links.secrets import masked, masked_json

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

_HIDDEN = "(not shown)"


class Command(scrapy_settings.Command):
    """Prints settings."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --ours."""
        super().add_options(parser)
        parser.add_argument("--ours", action="store_true", help="list this project's settings with their sources")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the settings; exit with 2 and one line if one of them is invalid."""
        assert self.settings is not None  # noqa: S101 - set by Scrapy
        asked = next(filter(None, (opts.get, opts.getbool, opts.getint, opts.getfloat, opts.getlist)), "")
        if re.fullmatch(SETTING_OF_SECRET, asked):
            print(_HIDDEN if self.settings[asked] else "")
        else:
            with redirect_stdout(StringIO()) as printed:
                super().run(args, opts)
            print(masked(printed.getvalue()), end="")
        if not opts.ours:
            return
        from crawler.config.crawl_options import read_options
        from crawler.config.setting_names import apply_old_names
        from crawler.config.setting_readers import READERS
        from crawler.kinds.registry import kind_names

        apply_old_names(self.settings)
        print_parts(_line(self.settings, name) for name in READERS)
        try:
            read_options(self.settings, kind_names())
        except UserError as error:
            print_error(str(error))
            self.exitcode = EXIT_ERROR


def _line(settings: BaseSettings, name: str) -> str:
    from crawler.config.setting_names import default, value_source

    value, default_value = format_value(name, settings[name]), format_value(name, default(name))
    source = value_source(settings, name)
    if value != default_value:
        source += f"; default: {default_value or 'none'}"
    return f"{name}={value}  [{source}]"


def format_value(name: str, value: Any) -> str:
    """Return the value of a setting as on the command line, with secrets and passwords hidden."""
    if re.fullmatch(SETTING_OF_SECRET, name):
        return _HIDDEN if value else ""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if not isinstance(value, dict) and not hasattr(value, "copy_to_dict"):
        return masked(str(value))
    return masked_json(dict(value))
