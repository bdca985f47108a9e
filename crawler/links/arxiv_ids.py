"""Recognize URLs of papers on arXiv, and read id and version from them. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.links.canonical_url import InvalidURLError, hostname, split
from crawler.models.link import Link

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 YYMM.NNNN, five digits since 2015; before that
# archive(.SC)/YYMMNNN.
_YYMM = r"\d\d(?:0[1-9]|1[0-2])"
_ID = rf"(?P<id>{_YYMM}\.\d{{4,5}}|[a-z][a-z-]*(?:\.[A-Za-z]{{2}})?/{_YYMM}\d{{3}})(?P<version>v[1-9]\d?)?"
_PAGES = "abs|pdf|html|format|ps|e-print|src|tb|papers|overview|arxiv"  # the last three are those of readers
_PAGE = re.compile(rf"/+(?:{_PAGES})/(?:arXiv:|arxiv:)?{_ID}(?:\.pdf|\.ps\.gz|\.html)?/?")
_FTP = re.compile(
    r"/ftp/(?:arxiv/papers/\d{4}/(?P<new>\d{4}\.\d{4,5})|(?P<archive>[a-z-]+)/papers/\d{4}/(?P<old>\d{7}))"
    r"(?P<version>v[1-9]\d?)?(?:\.pdf|\.ps\.gz)?"
)
_DOI = re.compile(rf"/10\.48550/arxiv\.{_ID}/?", re.IGNORECASE)
_DOI_HOSTS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})
_WELL_FORMED = re.compile(
    r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.[0-9]{4}|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.[0-9]{5}"
    r"|[a-z]+(?:-[a-z]+)?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}"
)
_SUBJECT_CLASS = re.compile(r"\.[A-Za-z]{2}(?=/)")  # math.GT/0309136 is math/0309136


@cache
def _hosts(group: str) -> re.Pattern[str]:
    """Return an expression for the hosts of a group in `crawler/data/arxiv_hosts.toml`."""
    table = tomllib.loads(files("crawler").joinpath("data/arxiv_hosts.toml").read_text("utf-8"))
    return re.compile("|".join(re.escape(host).replace(r"\*", "[a-z0-9-]+") for host in table[group]))


def is_reader(host: str) -> bool:
    """Return whether a host belongs to others that show the papers of arXiv in a form of their own."""
    return _hosts("readers").fullmatch(host) is not None


def _shows_papers(host: str) -> bool:
    return _hosts("mirrors").fullmatch(host) is not None or is_reader(host)


def paper_url(arxiv_id: str) -> str:
    """Return the URL of a paper's abstract page; the newest version if the id has none."""
    return f"https://arxiv.org/abs/{arxiv_id}"


def arxiv_link(parts: SplitResult) -> Link | None:
    """Return the link to the paper at a URL, None for other URLs; all versions and formats of a paper are one link.

    The DOI that arXiv gives each of its papers is one of them: https://info.arxiv.org/help/doi.html
    """
    host = hostname(parts)
    if host in _DOI_HOSTS and (doi := _DOI.fullmatch(parts.path)) is not None:
        arxiv_id = _SUBJECT_CLASS.sub("", doi["id"])
    elif _shows_papers(host) and (paper := arxiv_id_in_path(parts.path)) is not None:
        arxiv_id, _ = paper
    else:
        return None
    return Link(paper_url(arxiv_id), "arxiv", arxiv_id, "arxiv.org")


def arxiv_id_of(url: str) -> str | None:
    """Return the id of the paper at a URL on arXiv; None for any other URL."""
    try:
        link = arxiv_link(split(url))
    except InvalidURLError:
        return None
    return None if link is None else link.identity


def pinned_version(url: str) -> int | None:
    """Return the version in the URL of a paper; None if it leads to the newest version, or to no paper.

    It is an old version if it is less than `Paper.version`.
    """
    try:
        parts = split(url)
        paper = arxiv_id_in_path(parts.path) if _shows_papers(hostname(parts)) else None
    except InvalidURLError:
        return None
    return int(paper[1].removeprefix("v")) if paper is not None and paper[1] else None


def arxiv_id_in_path(path: str) -> tuple[str, str] | None:
    """Return id and version ("" or "v2") from a path on an arXiv host; None if the path is not that of a paper."""
    if (match := _PAGE.fullmatch(path)) is not None:
        return _SUBJECT_CLASS.sub("", match["id"]), match["version"] or ""
    if (match := _FTP.fullmatch(path)) is not None:
        return match["new"] or f"{match['archive']}/{match['old']}", match["version"] or ""
    return None


def is_well_formed(arxiv_id: str) -> bool:
    """Return whether an id has a form that arXiv assigns: four digits up to 2014, five since, archive/YYMMNNN before.

    https://info.arxiv.org/help/arxiv_identifier.html
    """
    return _WELL_FORMED.fullmatch(arxiv_id) is not None
