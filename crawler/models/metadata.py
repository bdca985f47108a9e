"""What a bibliography says of a paper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publication:
    """What a bibliography says of a paper that it was asked about by its arXiv id.

    `venues` are its names for the place where it appeared, the most telling first; without any it knows of none.
    `title`, `authors` and `arxiv_id` are those of its own record: it may be another paper's.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    venues: tuple[str, ...] = ()
    year: int | None = None
