"""The URL that a browser requests for a URL in a note. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

from crawler.links.canonical_url import InvalidURLError, canonicalize_url

_REMOVED = str.maketrans("", "", "\t\r\n")
_ENDS = "".join(map(chr, range(0x21)))  # C0 controls and the blank
_WEB = re.compile(r"(https?):[/\\]*([^/\\?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_USER_SAFE = "%:@!$&'()*+,;=~"


def browser_url(url: str) -> str:
    """Return an absolute web URL as a browser requests it (URL Living Standard, 4.4), without its fragment.

    Scheme and host are in lower case, the host in ASCII, backslashes are slashes, there are no dot segments, and what
    cannot be sent is percent-encoded. All else is as written, byte for byte: a server may tell apart `%7E` and `~`, and
    a signature depends on each byte. An empty port stays (`https://example.com:/`). Raises InvalidURLError for other
    schemes and for a missing or invalid host.
    """
    match = _WEB.match(url.translate(_REMOVED).strip(_ENDS))
    if match is None:
        raise InvalidURLError("not a web URL")
    scheme, authority, path, query = match[1].lower(), match[2], match[3].replace("\\", "/"), match[4] or ""
    user, at, host = authority.rpartition("@")
    authority = f"{quote(user, safe=_USER_SAFE)}{at}{host}"
    url = canonicalize_url(f"{scheme}://{authority}{path}{query}", keep_tracking=True)
    return _with_port_mark(url, authority)


def _with_port_mark(url: str, authority: str) -> str:
    """Return a URL with the colon of a port that is not given, if the written authority ends with one."""
    if not authority.endswith(":"):
        return url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}:{slash}{path}"
