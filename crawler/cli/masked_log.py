"""Keep secrets in URLs out of the log."""

from __future__ import annotations

import logging

from crawler.links.secrets import masked


class MaskedRecord(logging.LogRecord):
    """A record whose message has no secrets, whoever logs it."""

    def getMessage(self) -> str:  # noqa: N802 - the name of logging
        """Return the message with the secrets in its URLs masked."""
        return masked(super().getMessage())


def install() -> None:
    """Mask all that is logged from now on."""
    logging.setLogRecordFactory(MaskedRecord)
