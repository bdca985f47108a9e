"""Write `papers.bib`: one BibTeX entry for each paper with metadata, with the entry type of its venue."""

from __future__ import annotations

import logging
import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexEncodingMiddleware
from bibtexparser.middlewares.parsestack import default_unparse_stack
from bibtexparser.model import Entry, Field
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]
from pylatexenc.latexencode import (  # type: ignore[import-untyped]
    RULE_REGEX,
    UnicodeToLatexConversionRule,
    UnicodeToLatexEncoder,
)

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.authors import is_collaboration
from crawler.models.link import key_of
from crawler.models.metadata import Paper
from crawler.text import collapse_whitespace, visible
from pipelines.reports.contract import PAPERS
from pipelines.venues.citation_stage import with_known_venues
from pipelines.venues.model import without_track
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bibtexparser.middlewares.middleware import Middleware

    from crawler.store.link_store import LinkStore
    from pipelines.reports.contract import Rendering
    from pipelines.venues.table import VenueSeries

MAX_LENGTH = 500
"""Maximum characters of a field; longer ones are cut."""

MAX_AUTHORS = 200
"""Maximum authors before `others`, which BibTeX prints as et al."""

BATCH = 500
"""Papers whose venues are read at a time."""

_SMALL_WORDS = frozenset(
    {"a", "an", "and", "are", "can", "do", "does", "for", "how", "in", "is", "of", "on", "the", "to", "what"}
)
_MATH = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$")
_MACRO = re.compile(r"\\([a-zA-Z]+|.|$)", re.DOTALL)
_UNESCAPED = re.compile(r"(?<!\\)[%&]")
_UNESCAPED_IN_MATH = re.compile(r"(?<!\\)[%&#]")
_CONTROLS = {"Cc": " ", "Cf": "", "Cs": ""}
"""What replaces control characters, format characters that do not deceive, and lone surrogates, by Unicode category."""
_KEPT = re.compile(r"(?<!\\)\$.*[^\\]\$|[A-Za-z0-9 ,.:()/-]+")
"""Math, and text without anything that LaTeX reads otherwise."""

_tex = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=False)
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # of titles: what cannot be read is written as it is

INPUTS, FILES = (PAPERS,), ("papers.bib",)


def render(rendering: Rendering) -> None:
    """Write all papers, sorted by kind and identity."""
    keys: set[str] = set()
    with (
        replace_atomically(rendering.output_dir / "papers.bib") as draft,
        draft.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for kind, identity, paper in _papers(rendering.store):
            keys.add(key := _unused_key(_key(paper), identity, keys))
            file.write(_format_entry(key, paper, all_kinds()[kind].url_of(identity)) + "\n")


def _papers(store: LinkStore) -> Iterator[tuple[str, str, Paper]]:
    """Yield (kind, identity, paper with venue) of all papers."""
    known = store.metadata(with_metadata(Paper))
    papers = (((kind, identity), paper) for kind, identity, paper in known if isinstance(paper, Paper))
    while batch := dict(islice(papers, BATCH)):
        resolved = with_known_venues(store, {key_of(*thing): paper for thing, paper in batch.items()})
        yield from ((*thing, resolved[key_of(*thing)]) for thing in batch)


def _format_entry(key: str, paper: Paper, url: str) -> str:
    """Return the BibTeX entry of a paper at a URL, with external text escaped for BibTeX and LaTeX."""
    series = _by_name().get(without_track(paper))
    kind, where = _place(paper, series)
    values = {
        "title": _plain(paper.title),
        "author": _authors(paper.authors),
        **where,
        "year": str(paper.venue_year or (paper.published.year if paper.published else "")),
        **_eprint(paper),
        "doi": _plain(paper.doi or ""),
        "url": url,
        "note": "Withdrawn" if paper.withdrawn else "",
    }
    fields = [Field(name, value) for name, value in values.items() if value]
    text: str = write_string(Library([Entry(kind, key, fields)]), unparse_stack=_middlewares())
    # A second pair of braces keeps the capitals of the title: styles print it in lower case otherwise.
    return re.sub(r"(?m)^(\ttitle = )(\{.*\})(,?)$", r"\1{\2}\3", text)


@cache
def _middlewares() -> tuple[Middleware, ...]:
    """Return what escapes and encloses the fields of an entry, in place: copies take as long as all else.

    The default encoder asks its rules about each character, in a tenth of the speed of runs of plain text.
    """
    kept = UnicodeToLatexConversionRule(RULE_REGEX, [(_KEPT, re.Match.group)])
    encoder = UnicodeToLatexEncoder(conversion_rules=[kept, "defaults"])
    return LatexEncodingMiddleware(encoder=encoder), *default_unparse_stack(allow_inplace_modification=True)


def _eprint(paper: Paper) -> dict[str, str]:
    """Return the fields for arXiv: eprint, archiveprefix, primaryclass; none if the paper is not on arXiv."""
    if paper.arxiv_id is None:
        return {}
    category = _plain("".join(paper.categories[:1]))
    return {"eprint": paper.arxiv_id, "archiveprefix": "arXiv", "primaryclass": category}


def _place(paper: Paper, series: VenueSeries | None) -> tuple[str, dict[str, str]]:
    """Return the entry type, and the field with the venue."""
    venue = paper.venue or ""
    if series is None:
        return "misc", {"howpublished": _plain(venue)}
    name = _plain(series.full_name + venue.removeprefix(series.name))
    return ("article", {"journal": name}) if series.kind == "journal" else ("inproceedings", {"booktitle": name})


@cache
def _by_name() -> dict[str, VenueSeries]:
    return {series.name: series for series in venue_table().series}


def _authors(names: Iterable[str]) -> str:
    """Return names joined by `and`, without commas and `and` within a name, which would split it.

    Collaborations are in braces, which keep their last word from being taken for a family name.
    """
    whole = (collapse_whitespace(re.sub(r"\band\b|,", " ", _plain(name), flags=re.IGNORECASE)) for name in names)
    shown = [f"{{{name}}}" if is_collaboration(name) else name for name in whole if name]
    return " and ".join(shown[:MAX_AUTHORS] + (["others"] if len(shown) > MAX_AUTHORS else []))


def _key(paper: Paper) -> str:
    """Return a citation key of family name, year and first word of the title, such as `he2021masked`."""
    family = next((word for name in paper.authors[:1] if (word := _family_name(name))), "anonymous")
    year = paper.published.year if paper.published else ""
    words = (_ascii([word]) for word in re.split(r"[\s-]+", paper.title))
    first = next((word for word in words if word and word not in _SMALL_WORDS), "")
    return f"{family}{year}{first}"[:60]


def _family_name(author: str) -> str:
    """Return the last word of a person's name; of a collaboration's, the first that is not `the`."""
    words = author.split()
    if is_collaboration(author):
        words = [word for word in words if word.lower() != "the"][:1]
    return _ascii(words[-1:])


def _ascii(words: list[str]) -> str:
    folded = unicodedata.normalize("NFKD", "".join(words)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", folded)


def _unused_key(key: str, identity: str, keys: set[str]) -> str:
    return key if key not in keys else f"{key}-{re.sub('[^0-9a-z]', '-', identity.lower())}"


def _plain(text: str) -> str:
    """Return a text on one line, with TeX accents as Unicode, and braces and dollars only in balanced math.

    Invisible characters are shown as in the other outputs, but left out of math, which cannot show them.
    """
    text = collapse_whitespace("".join(map(_without_controls, text)))[:MAX_LENGTH]
    if "\\" in text:
        text = collapse_whitespace(_as_unicode(text))
    parts = _MATH.split(text)  # text and math alternate
    shown = "".join(_math(part) if at % 2 else visible(re.sub(r"[{}$]", "", part)) for at, part in enumerate(parts))
    return collapse_whitespace(shown)


def _without_controls(character: str) -> str:
    if visible(character) != character:
        return character
    return _CONTROLS.get(unicodedata.category(character), character)


def _as_unicode(text: str) -> str:
    """Return a text with its TeX macros as Unicode, but for math; without macros if it cannot be parsed.

    Parsed strictly, since pylatexenc's tolerant way takes exponential time on unclosed arguments.
    """
    try:
        shown: str = _tex.latex_to_text(_UNESCAPED.sub(r"\\\g<0>", text), tolerant_parsing=False)
    except Exception:  # noqa: BLE001 - malformed TeX also raises IndexError, KeyError, AttributeError and TypeError
        parts = _MATH.split(text)
        return "".join(f"${part}$" if at % 2 else _MACRO.sub("", part) for at, part in enumerate(parts))
    return shown


def _math(formula: str) -> str:
    """Return a formula between dollars if it is balanced and has known macros only; otherwise its text."""
    formula = "".join(c for c in formula if visible(c) == c)
    depth = lowest = 0
    for character in formula:
        depth += (character == "{") - (character == "}")
        lowest = min(lowest, depth)
    is_known = "^^" not in formula and all(macro in _math_macros() for macro in _MACRO.findall(formula))
    if depth == 0 and lowest == 0 and formula.strip() and is_known:
        return "$" + _UNESCAPED_IN_MATH.sub(r"\\\g<0>", formula) + "$"
    return re.sub(r"[{}]", "", formula if is_known else _MACRO.sub("", formula))


@cache
def _math_macros() -> frozenset[str]:
    table = tomllib.loads(files("pipelines").joinpath("data/math_macros.toml").read_text("utf-8"))
    return frozenset().union(*table.values())
