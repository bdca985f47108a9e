"""arXiv papers: those of `papers.toml`, and an invention for any other id that arXiv could have given."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

NEW_STYLE = re.compile(r"(\d\d)(\d\d)\.(\d{4,5})")
OLD_STYLE = re.compile(r"([a-z-]+(?:\.[A-Z]{2})?)/(\d\d)(\d\d)(\d{3})")
SPECIAL = {"alive": "00042", "absent": "99999", "withdrawn": "99998"}
# From January 2015 on numbers have five digits instead of four (info.arxiv.org/help/arxiv_identifier).
FIVE_DIGITS_SINCE = 1501


@dataclass(frozen=True, slots=True)
class Paper:
    """What arXiv and Semantic Scholar know of a paper; `venue` and `year` are where it was published.

    `notices` are pairs of type and DOI: what Crossref knows was published since about the paper with this `doi`.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    summary: str
    categories: tuple[str, ...]
    published: date
    updated: date
    version: int = 1
    affiliation: str | None = None
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    venue: str = ""
    year: int | None = None
    withdrawn: bool = False
    notices: tuple[tuple[str, str], ...] = ()


def well_formed(arxiv_id: str) -> bool:
    """Say whether the API takes the id, with or without its version, or calls its format incorrect."""
    bare = re.sub(r"v\d+$", "", arxiv_id)
    return bool(NEW_STYLE.fullmatch(bare) or OLD_STYLE.fullmatch(bare))


def split_version(arxiv_id: str) -> tuple[str, int | None]:
    """Return the id and the version it asks for."""
    match = re.fullmatch(r"(.+?)(?:v(\d+))?", arxiv_id)
    assert match is not None
    return match[1], int(match[2]) if match[2] else None


def special_id(state: str, number: int) -> str:
    """Return the id of a paper in that state; there are as many as months from 2016 to 2099."""
    year, month = divmod(number, 12)
    return f"{16 + year % 84:02}{month + 1:02}.{SPECIAL[state]}"


@cache
def find_paper(bare_id: str) -> Paper | None:
    """Return the paper of an id without version; None when there is none."""
    if known := table().get(bare_id):
        return known
    if match := NEW_STYLE.fullmatch(bare_id):
        year, month, digits = match.groups()
        if (int(year + month) >= FIVE_DIGITS_SINCE) != (len(digits) == 5):
            return None
        century, archive = 2000, ""
    elif match := OLD_STYLE.fullmatch(bare_id):
        archive, year, month, digits = match.groups()
        century = 1900 if int(year) > 90 else 2000
    else:
        return None
    if not 1 <= int(month) <= 12 or digits in {SPECIAL["absent"], "9999", "000", "0000", "00000"}:
        return None
    return invent(bare_id, date(century + int(year), int(month), 1), archive, withdrawn=digits == SPECIAL["withdrawn"])


def invent(bare_id: str, month: date, archive: str, *, withdrawn: bool) -> Paper:
    """Make up a paper from its id."""
    random = Random(f"paper {bare_id}")
    words = vocabulary()
    published = month + timedelta(days=random.randrange(28))
    venue = random.choice(words["venues"])
    comment, where, year = random.choice(
        [
            (f"Accepted to {venue} {published.year + 1}", "", None),
            (f"{random.randrange(8, 30)} pages, {random.randrange(2, 12)} figures", venue, published.year + 1),
            (f"Submitted to {venue} {published.year + 1}", "", None),
            (None, venue, published.year + 1),
            (None, "", None),
        ]
    )
    title = (
        f"{random.choice(words['adjectives'])} {random.choice(words['methods'])} for {random.choice(words['tasks'])}"
    )
    version = random.choice((1, 1, 2, 3))
    return Paper(
        id=bare_id,
        title=title,
        authors=tuple(
            f"{random.choice(words['given'])} {random.choice(words['family'])}" for _ in range(random.randrange(1, 7))
        ),
        summary=f"An invented paper, number {bare_id}: {title.lower()}, with results on an invented data set.",
        categories=(archive or random.choice(words["categories"]),),
        published=published,
        updated=published + timedelta(days=90 * (version - 1)),
        version=version,
        comment="This paper has been withdrawn by the authors due to an error in the proof" if withdrawn else comment,
        venue="" if withdrawn else where,
        year=None if withdrawn else year,
        withdrawn=withdrawn,
    )


@cache
def table() -> dict[str, Paper]:
    """Return the papers of `papers.toml` by id."""
    rows: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["paper"]
    return {row["id"]: Paper(**tuples(row)) for row in rows}


def tuples(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table with its lists frozen."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


@cache
def vocabulary() -> dict[str, list[str]]:
    """Return the words that inventions are made of."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
