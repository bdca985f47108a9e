"""The role of a link by its URL alone. Pure."""

from __future__ import annotations

import re

from crawler.models.notes.note import LinkRole
from crawler.notes.fields import LABEL_TABLE

_HOST_ROLES = {host: LinkRole(role) for host, role in LABEL_TABLE["hosts"].items()}
_HOST = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]{1,253})", re.IGNORECASE)
_MARKDOWN_FILE = re.compile(r"(?![a-z][a-z0-9+.-]*:)[^?#]+\.(?:md|markdown)(?:[?#]|$)", re.IGNORECASE)
_PAPER_PATH = re.compile(
    r"(?:https?:)?//(?:huggingface\.co/papers/|hf\.co/papers/|\S{1,500}\.pdf(?:[?#]|$))", re.IGNORECASE
)


def role_of_url(url: str) -> LinkRole | None:
    """Return the role of a URL by its host or a parent domain; `index` for relative links to Markdown files.

    The home page of a host of papers is no paper.
    """
    match = _HOST.match(url)
    if not match:
        return LinkRole.INDEX if _MARKDOWN_FILE.match(url) else None
    host = match[1].casefold()
    while host:
        if host in _HOST_ROLES:
            role = _HOST_ROLES[host]
            return None if role is LinkRole.PAPER and is_home_page(url) else role
        host = host.partition(".")[2]
    return None


def is_home_page(url: str) -> bool:
    """Return whether a URL has no path."""
    match = _HOST.match(url)
    return match is not None and url[match.end() :].rstrip("/") == ""


def looks_like_paper(url: str) -> bool:
    """Return whether the path of a URL is that of a paper: a PDF file, a paper's page on a site of other things too."""
    return _PAPER_PATH.match(url) is not None
