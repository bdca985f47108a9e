"""Exceptions that are raised instead of sending a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from crawler.models.reason import Reason


class AddressNotAllowedError(IgnoreRequest):
    """A URL must not be requested, for `reason`: a private address, another scheme, robots.txt."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason
