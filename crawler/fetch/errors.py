"""Exceptions that are raised in place of sending a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from crawler.models.reason import Reason


class AddressNotAllowedError(IgnoreRequest):
    """The address guard does not let a request pass."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason
