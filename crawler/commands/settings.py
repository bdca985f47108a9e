"""`scrapy settings --ours`: Scrapy's own command, and this project's settings with where each value came from."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scrapy.commands import settings as scrapys

from crawler.cli.exit_codes import EXIT_ERROR
from crawler.cli.terminal import print_error, print_parts
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

_PASSWORD = re.compile(r"(?<=//)([^/@:]*):[^/@]*@")


class Command(scrapys.Command):
    """Shows settings."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take whose settings are wanted."""
        super().add_options(parser)
        parser.add_argument("--ours", action="store_true", help="list this project's settings with their sources")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List the settings; exit with 2 and one line where one of them makes no sense."""
        super().run(args, opts)
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
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

    value, usual, giver = (
        format_value(name, settings[name]),
        format_value(name, default(name)),
        value_source(settings, name),
    )
    return f"{name}={value}  [{giver}]" if value == usual else f"{name}={value}  [{giver}; default: {usual or 'none'}]"


def format_value(name: str, value: Any) -> str:
    """Return a setting's value as it would be given on the command line, without what nobody else should see."""
    from crawler.config.setting_readers import READERS, secret

    if READERS[name] is secret:
        return "(not shown)" if value else ""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if not isinstance(value, dict) and not hasattr(value, "copy_to_dict"):
        return _PASSWORD.sub(r"\1:(not shown)@", str(value))
    return json.dumps(dict(value), ensure_ascii=False)
