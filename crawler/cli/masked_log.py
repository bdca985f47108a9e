"""Keep secrets in URLs out of the log."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

from crawler.config.setting_readers import SETTING_OF_SECRET
from crawler.links.secrets import MASK, masked

_SETTING = re.compile(rf"('{SETTING_OF_SECRET}': )(?!None|''|[{{\[]).+?(?=[,}}]?$)", re.MULTILINE)
"""A secret among the settings that Scrapy logs, one a line."""


class MaskedRecord(logging.LogRecord):
    """A record whose message and traceback have no secrets, whoever logs it."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.exc_info and self.exc_info[0] is not None:  # formatters take this text
            self.exc_text = masked("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:  # noqa: N802 - the name of logging
        """Return the message with the secrets in its URLs masked."""
        return _SETTING.sub(rf"\1{MASK}", masked(super().getMessage()))


def install() -> None:
    """Mask all that is logged from now on."""
    logging.setLogRecordFactory(MaskedRecord)
