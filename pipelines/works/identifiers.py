"""The identifiers of a paper, each in one form: `doi:10.48550/arXiv.2110.15352` is `arxiv:2110.15352`. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMES = ("arxiv", "doi", "acl", "openreview", "cvf", "pmlr", "neurips", "dblp")
"""Schemes of identifiers; the first that a work has names it."""

_DOI = re.compile(r"10(?:\.\d{1,9}){1,4}/[^\s{}\\\"]+")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ACL_DOI = re.compile(r"10\.(?:18653/v1|3115/v1)/([a-z]\d\d-\d+|\d{4}\.[a-z0-9_]+-[a-z0-9]+\.\d+)", re.IGNORECASE)
_VERSION = re.compile(r"v\d+$", re.IGNORECASE)


def dois_in(text: str) -> list[str]:
    """Return the DOIs in what authors or publishers wrote as one, without punctuation behind them."""
    return [found.rstrip(".,;") for found in _DOI.findall(text)]


def identifiers(ids: Mapping[str, str], *more: Mapping[str, str]) -> Iterator[str]:
    """Yield the identifiers of a paper as `scheme:value`, in lower case but for ids that have case."""
    for each in (ids, *more):
        for scheme, value in each.items():
            if scheme == "doi":
                yield from map(_of_doi, dois_in(value))
            elif value := value.strip():
                yield _identifier(scheme, value)


def _of_doi(doi: str) -> str:
    """Return the identifier of a DOI: that of the paper on arXiv or in the ACL Anthology if the DOI names it."""
    if match := _ARXIV_DOI.fullmatch(doi):
        return _identifier("arxiv", match[1])
    if match := _ACL_DOI.fullmatch(doi):
        return _identifier("acl", match[1])
    return _identifier("doi", doi)


def _identifier(scheme: str, value: str) -> str:
    if scheme == "arxiv":
        value = _VERSION.sub("", value)
    if scheme == "acl":
        return f"acl:{value[:1].upper()}{value[1:].lower()}"
    return f"{scheme}:{value if scheme == 'openreview' else value.lower()}"


def work_id_of(found: frozenset[str]) -> str:
    """Return the identifier by which a work is called: that of the first scheme, the least of several."""
    rank = {scheme: at for at, scheme in enumerate(SCHEMES)}
    return min(found, key=lambda each: (rank.get(each.partition(":")[0], len(rank)), each))
