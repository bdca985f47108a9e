"""Names and passwords in URLs, sent as browsers send them. Pure."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import unquote_to_bytes, urlsplit


def without_credentials(url: str) -> tuple[str, bytes | None]:
    """Return a URL without what is before `@` in its authority, and that as the value of an Authorization header.

    None if there is nothing. The bytes are those that the percent-encoding stands for: UTF-8, as browsers write it.
    """
    netloc = urlsplit(url).netloc
    user, at, host = netloc.rpartition("@")
    if not at:
        return url, None
    name, _, password = user.partition(":")
    encoded = b64encode(unquote_to_bytes(name) + b":" + unquote_to_bytes(password))
    return url.replace(netloc, host, 1), b"Basic " + encoded
