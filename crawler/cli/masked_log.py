"""Keep secrets in URLs, and what moves the cursor of a terminal, out of the log."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

from crawler.cli.terminal import printable
from crawler.config.setting_readers import SETTING_OF_SECRET
from crawler.links.secrets import MASK, masked
from crawler.text import escaped

_SETTING = re.compile(rf"('{SETTING_OF_SECRET}': )(?!None|''|[{{\[]).+?(?=[,}}]?$)", re.MULTILINE)
"""A secret among the settings that Scrapy logs, one a line."""


class MaskedRecord(logging.LogRecord):
    """A record whose message and traceback have no secrets and no control characters, whoever logs it."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.exc_info and self.exc_info[0] is not None:  # formatters take this text
            self.exc_text = escaped(masked("".join(traceback.format_exception(*self.exc_info)).rstrip()))

    def getMessage(self) -> str:  # noqa: N802 - the name of logging
        """Return the message with the secrets in its URLs and of its settings masked; a warning is one line."""
        message = _SETTING.sub(rf"\1{MASK}", masked(super().getMessage()))
        return printable(message) if self.levelno == logging.WARNING else escaped(message)


def install() -> None:
    """Mask all that is logged from now on."""
    logging.setLogRecordFactory(MaskedRecord)
