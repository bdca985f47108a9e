"""The parts of URLs that are compared before and after a redirect. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.globs import compile_globs
from crawler.links.targets.sites import site_of
from crawler.links.tracking import without_tracking

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

_LANGUAGES = (
    "ar|bg|cn|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hk|hr|hu|it|ja|jp|ko|kr|lt|lv|nl|nb|no|pl|pt|ro|ru|sg|sk|sl|sr|sv"
    "|th|tr|tw|uk|us|vi|zh"
)
_NAMED_LANGUAGES = (
    "english|chinese|deutsch|german|french|francais|espanol|spanish|japanese|russian|korean|intl|global|international"
)
LANGUAGE = re.compile(rf"(?:{_LANGUAGES})(?:[-_][a-z]{{2,4}}){{0,2}}|{_NAMED_LANGUAGES}")
"""A segment or label of a language or region: `en`, `zh-cn`, `zh-hans-cn`."""

_LANGUAGE_ENDING = re.compile(rf"(.+)[._-]((?:{_LANGUAGES})(?:[-_][a-z]{{2,4}})?)")
_EXTENSION = re.compile(r"\.(?:s?html?|xhtml|php\d?|aspx?|jsp|cgi|md)$")
_INDEX = re.compile(r"(?:index|default|home)(?:\.[a-z]{3,5})?")
_VERSION = re.compile(
    r"(?:v|ver|version|release|rel|r)[-_.]?\d+(?:[._]\d+)*(?:[-_.]?(?:a|b|rc|alpha|beta|dev|post|x)[-_.]?\d*)?"
    r"|\d+(?:\.(?:\d+|x))+(?:[-_.]?(?:a|b|rc|alpha|beta|dev|post)[-_.]?\d*)?"
)
_VERSION_IN_NAME = re.compile(r"(?<!\d)\d++(?:[._]\d++)++")
_SEPARATORS = re.compile(r"[-_.]+")


@cache
def names(table: str) -> re.Pattern[str]:
    """Return the pattern of one table of `crawler/data/redirect_targets.toml`."""
    return compile_globs(_tables()[table], re.IGNORECASE)


@cache
def _tables() -> dict[str, list[str]]:
    return tomllib.loads(files("crawler").joinpath("data/redirect_targets.toml").read_text("utf-8"))


@dataclass(frozen=True)
class UrlWords:
    """A URL, split into what is compared."""

    url: str
    parts: SplitResult
    host: str
    """The host without `www.`."""

    @property
    def scheme(self) -> str:
        """The scheme."""
        return self.parts.scheme

    @property
    def port(self) -> int | None:
        """The port, if the URL has one."""
        return self.parts.port

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels of the host before the site's name."""
        return tuple(filter(None, self.host.removesuffix(site_of(self.host)).strip(".").split(".")))

    @cached_property
    def path(self) -> str:
        """The decoded path in lower case."""
        return unquote(self.parts.path).lower()

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The segments of the path: in lower case, without an index file, and without the extension of a page."""
        segments = [*filter(None, self.path.split("/"))]
        if segments and _INDEX.fullmatch(segments[-1]):
            segments.pop()
        return tuple(_EXTENSION.sub("", segment) or segment for segment in segments)

    @cached_property
    def names_index(self) -> bool:
        """Whether the last segment is that of an index file."""
        return _INDEX.fullmatch(self.path.rstrip("/").rpartition("/")[2]) is not None

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The decoded parameters of the query without those of tracking, and those of a fragment that has some."""
        parts = self.parts
        if not (parts.query or parts.fragment):
            return ()
        query = without_tracking(parts.query, parts.hostname or "")
        fragment = parts.fragment.rpartition("?")[2] if "=" in parts.fragment else ""
        return tuple((name.lower(), value) for text in (query, fragment) for name, value in parse_qsl(text, True))

    @cached_property
    def fragment(self) -> str:
        """The decoded fragment in lower case."""
        return unquote(self.parts.fragment).lower()

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that labels, segments, the name of the file and parameters name."""
        found = {word for word in (*self.labels, *self.segments) if LANGUAGE.fullmatch(word)}
        if self.segments and (ending := _LANGUAGE_ENDING.fullmatch(self.segments[-1])):
            found.add(ending[2])
        return frozenset(found | {value.lower() for name, value in self.pairs if names("language").fullmatch(name)})

    @cached_property
    def versions(self) -> frozenset[str]:
        """The versions that labels, segments, parts of segments and parameters name."""
        words = (*self.labels, *self.segments)
        found = {word for word in words if _VERSION.fullmatch(word)}
        found.update(version for segment in self.segments for version in _VERSION_IN_NAME.findall(segment))
        return frozenset(found | {value.lower() for name, value in self.pairs if names("version").fullmatch(name)})

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The names of what is newest (`latest`) in labels, segments, parts of both and parameters."""
        values = [value.lower() for name, value in self.pairs if names("version").fullmatch(name)]
        found = {word for word in (*self.labels, *self.segments, *values) if names("alias").fullmatch(word)}
        parts = (part for word in (*self.labels, *self.segments) for part in _SEPARATORS.split(word))
        return frozenset(found | {part for part in parts if names("alias_word").fullmatch(part)})

    @cached_property
    def devices(self) -> frozenset[str]:
        """The sorts of devices that labels, and the ends of the path, name."""
        words = (*self.labels, *self.segments[:1], *self.segments[-1:])
        return frozenset(word for word in words if names("device").fullmatch(word))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The segments, values and fragment in which the name of a page may be found again."""
        words = (*self.segments, *(value.lower() for _, value in self.pairs), *self.fragment.split("/"), self.fragment)
        return frozenset(filter(None, map(_EXTENSION.sub, [""] * len(words), words)))

    def without(self, *sets: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return labels, segments and parameters without some words, for a comparison of all else."""
        dropped = frozenset(word for words in sets for word in words)
        segments = [segment for segment in self.segments if segment not in dropped]
        if segments and (ending := _LANGUAGE_ENDING.fullmatch(segments[-1])) and ending[2] in dropped:
            segments[-1] = ending[1]
        pairs = (pair for pair in self.pairs if pair[1].lower() not in dropped)
        return tuple(label for label in self.labels if label not in dropped), tuple(segments), tuple(pairs)


@lru_cache(maxsize=1024)
def words_of(url: str) -> UrlWords:
    """Return the parts of a URL."""
    parts = urlsplit(url)
    return UrlWords(url, parts, (parts.hostname or "").removeprefix("www."))
