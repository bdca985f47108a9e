"""Exceptions that are raised in place of sending a request."""

from scrapy.exceptions import IgnoreRequest


class AddressNotAllowedError(IgnoreRequest):
    """The address guard does not let a request pass; its text says why."""
