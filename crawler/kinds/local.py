"""The kind `local`: links to files in the notes' own folder, checked in the file system."""

from __future__ import annotations

import errno
import os
import posixpath
import re
import unicodedata
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.kinds.base import Kind
from crawler.links.spelling.templates import parse_template
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink
from crawler.notes.markdown.wikilinks import wikilink_name
from crawler.sites.generators_by_path import NO_GENERATORS, GeneratorsByPath
from crawler.sites.renames import renamed_files
from crawler.sites.resolver import Resolution, SiteResolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from urllib.parse import SplitResult

    from crawler.config.crawl_options import CrawlOptions


MIN_SIMILARITY = 80
"""Similarity (0 to 100) from which an existing path is suggested for a missing one, if no other is as similar."""

RENAMED = "git"
"""The source of a suggestion that git names as the new path of a file."""

_FILE = re.compile(r".*\.(?=\w*[A-Za-z])\w{1,10}")
"""A name with an extension; `v1.2` has none."""

_HOST = re.compile(r"\.*+[^./]++\.++[^./][^/]*+/")
"""A name with a full stop inside, and a slash behind it, where a path may have lost its scheme."""

_WWW = re.compile(r"www\.(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?/?", re.IGNORECASE)
"""The name of a web server, which no folder has."""


class Local(Kind):
    """A path below NOTES_DIR, relative to it or from the root of a site (`/…`)."""

    name = "local"
    labels: ClassVar[Mapping[str, str]] = {"en": "file", "zh": "本地文件"}
    in_notes_folder = True

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link if the URL has neither scheme nor host."""
        return None if parts.scheme or parts.netloc else Link(url, self.name, url)

    def lookup(self, options: CrawlOptions) -> FileLookup:
        """Return the lookup in NOTES_DIR."""
        return FileLookup(options.require_notes_dir(), options.output_dir, options.site_generators)


_MISSING_ERRNOS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})

HEAD = 8 * 1024
"""Bytes at the beginning of a note that are searched for its first heading."""


class FileLookup:
    """Checks paths below a folder, and suggests an existing file for a missing one."""

    service: ClassVar[str] = "the file system"
    batch = 500
    unavailable_reason: str | None = None
    is_reached = False

    def __init__(self, folder: Path, skip: Path | None = None, generators: GeneratorsByPath = NO_GENERATORS) -> None:
        self.folder = folder.resolve()
        self._skip = skip
        self._files: list[str] | None = None
        self._resolver = SiteResolver(self.folder, self.files, skip, generators)

    def __call__(self, due: Sequence[DueLink]) -> list[CheckResult]:
        """Return one result for each link that is due."""
        now = datetime.now(UTC)
        return [
            CheckResult(each.link, self.check(each.link.url, each.texts, now, each.notes), history=each.history)
            for each in due
        ]

    def check(self, url: str, texts: Sequence[str], now: datetime, notes: Sequence[str] = ()) -> Check:
        """Return the check of a path below the folder, with a suggestion if it is missing.

        `texts` are its link texts, `notes` those that mention it. A path that does not exist is resolved as the site
        of its notes resolves it. It is gone only if it is broken there for sure. In a folder that is no site it is gone
        only if it can mean nothing but a file: it is relative, and its name has an extension. Others are skipped, and
        templates that lead to no file. A path that begins with `www.` is a URL without its scheme.
        """
        if (name := wikilink_name(url)) is not None:
            return self._check_wikilink(name, texts, now, notes)
        if (template := parse_template(url)) is not None:
            return _found(self._resolver.resolve_template(template, notes), now)
        path = url.lstrip("/")
        suggestion = source = file = None
        existing = self._check_existing(path, notes)
        if (existing is None or existing[0] is Outcome.SKIPPED) and (meant := self._without_scheme(path, _WWW)):
            outcome, reason = Outcome.GONE, Reason(ReasonCode.MISTYPED_SCHEME)
            suggestion, source = f"https://{meant}", "scheme"
        elif existing is not None:
            outcome, reason = existing
        elif (resolution := self._resolver.resolve(url, notes)).file is not None:
            outcome, reason, file = Outcome.OK, Reason(ReasonCode.FILE_EXISTS), resolution.file
        else:
            is_file = path == url and _FILE.fullmatch(posixpath.basename(path)) is not None
            is_gone = resolution.is_broken if self._resolver.may_be_in_site(notes) else is_file
            outcome = Outcome.GONE if is_gone else Outcome.SKIPPED
            reason = Reason(ReasonCode.FILE_NOT_FOUND if is_gone else ReasonCode.SITE_PATH)
            if is_gone and path in self._renamed:
                suggestion, source = self._renamed[path], RENAMED
            else:
                with suppress(OSError):  # a folder in the path may be unreadable
                    suggestion, source = self.find_intended_file(path, texts)
        return Check(
            outcome,
            reason,
            now,
            CheckMethod.FILE,
            final_url=file,
            conclusive=outcome is Outcome.GONE,
            suggestion=suggestion,
            suggestion_source=source,
        )

    def _check_wikilink(self, name: str, texts: Sequence[str], now: datetime, notes: Sequence[str]) -> Check:
        """Return the check of a wikilink: gone if git says that its file was renamed, or if a medium is missing."""
        try:
            resolution = self._resolver.find_named(name, texts, notes)
        except OSError:
            resolution = Resolution()
        file = resolution.file
        renamed = self._renamed_name(name) if file is None else None
        is_gone = file is None and (resolution.is_broken or renamed is not None)
        code = ReasonCode.NOTE_NOT_WRITTEN if file is None else ReasonCode.FILE_EXISTS
        return Check(
            Outcome.GONE if is_gone else Outcome.SKIPPED if file is None else Outcome.OK,
            Reason(ReasonCode.FILE_NOT_FOUND if is_gone else code),
            now,
            CheckMethod.FILE,
            final_url=file,
            conclusive=is_gone,
            suggestion=renamed,
            suggestion_source=None if renamed is None else RENAMED,
        )

    def _renamed_name(self, name: str) -> str | None:
        """Return the new path of the file with a name in a wikilink; None if no other file may be meant by it."""
        names = {name, f"{name}.md"}
        new = {path for old, path in self._renamed.items() if old in names or posixpath.basename(old) in names}
        if len(new) != 1:
            return None
        (path,) = new
        return path if self._resolver.is_only_name(path) else None

    def _check_existing(self, path: str, notes: Sequence[str]) -> tuple[Outcome, Reason] | None:
        """Return outcome and reason for a path that exists, cannot be checked or can never exist; None if missing."""
        try:
            target = (self.folder / path).resolve()
            if not target.is_relative_to(self.folder):
                return Outcome.SKIPPED, Reason(ReasonCode.OUTSIDE_NOTES_FOLDER)
            target.stat()
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of symlinks
            if (reason := self._access_error(error)) is not None:
                return Outcome.BLOCKED, reason
            if self._resolver.may_be_in_site(notes) or isinstance(error, FileNotFoundError | NotADirectoryError):
                return None
            return Outcome.GONE, Reason(ReasonCode.FILE_NOT_FOUND, str(error))  # a name too long, a NUL byte
        return Outcome.OK, Reason(ReasonCode.FILE_EXISTS)

    def _access_error(self, error: Exception) -> Reason | None:
        """Return why an error does not show that a file is missing; None if it does.

        With an empty or unreadable notes folder nothing is missing: its volume may not be mounted.
        """
        if isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno not in _MISSING_ERRNOS):
            message = getattr(error, "strerror", None) or "symbolic link loop"
            return Reason(ReasonCode.FILE_INACCESSIBLE, message)
        try:
            with os.scandir(self.folder) as entries:
                has_files = next(entries, None) is not None
        except OSError:
            has_files = False
        return None if has_files else Reason(ReasonCode.NOTES_FOLDER_EMPTY)

    def find_intended_file(self, path: str, texts: Sequence[str]) -> tuple[str, str] | tuple[None, None]:
        """Return a replacement for a missing path and its source (`file` or `scheme`); None for both if there is none.

        In this order: the only file whose name differs in case or percent-encoding alone; the path with `https://` if
        it begins like a host; the most similar path of the same type. If several paths are equally similar (`05010.md`
        to `0501.md` and `0510.md`), the one whose heading is most similar to a link text.
        """
        from rapidfuzz import fuzz, process

        if same_spelling := self._by_spelling.get(plain_spelling(path)):
            return (same_spelling[0], "file") if len(same_spelling) == 1 else (None, None)
        if (url := self._without_scheme(path, _HOST)) is not None:
            return f"https://{url}", "scheme"
        extension = posixpath.splitext(path)[1].casefold()
        same_type = [name for name in self.files() if name.casefold().endswith(extension)]
        matches = process.extract(
            path, same_type, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=MIN_SIMILARITY, limit=10
        )
        nearest = [name for name, score, _ in matches if score == matches[0][1]]
        if len(nearest) > 1:
            scores = {
                name: max((fuzz.ratio(text, self.find_heading(name)) for text in texts), default=0) for name in nearest
            }
            best = max(scores.values())
            nearest = [name for name in nearest if scores[name] == best >= MIN_SIMILARITY]
        return (nearest[0], "file") if len(nearest) == 1 else (None, None)

    def _without_scheme(self, path: str, host: re.Pattern[str]) -> str | None:
        """Return the part of a path behind existing folders if it begins with a host; None otherwise."""
        folder = self.folder
        head, slash, rest = path.partition("/")
        while slash and (folder / head).is_dir():
            folder /= head
            head, slash, rest = rest.partition("/")
        return head + slash + rest if host.fullmatch(head + slash) else None

    def find_heading(self, path: str) -> str:
        """Return the first heading of a Markdown file below the folder; its name if it has none or cannot be read."""
        try:
            with open_inside(self.folder, path) as file:
                head = file.read(HEAD).decode(errors="replace")
        except (OSError, UnsafePathError):  # a broken symlink, or one that leads out of the folder
            head = ""
        heading = next((line.lstrip("# ").strip() for line in head.splitlines() if line.startswith("#")), None)
        return heading or posixpath.basename(path)

    def files(self) -> list[str]:
        """Return the paths of all files below the folder but outputs and symlinks out of it; listed once per run."""
        from crawler.notes.files.folder import files_below, is_utf8

        if self._files is None:
            paths = (path for path in files_below(self.folder, self._skip) if is_utf8(path))
            self._files = sorted(path for path in paths if self._is_inside(self.folder / path))
        return self._files

    @cached_property
    def _by_spelling(self) -> Mapping[tuple[str, str], list[str]]:
        """The files by the form in which spellings are compared."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in self.files():
            found[plain_spelling(name)].append(name)
        return found

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """The new paths of renamed files; git is asked once per run."""
        return renamed_files(self.folder)

    def _is_inside(self, file: Path) -> bool:
        return not file.is_symlink() or Path(os.path.realpath(file)).is_relative_to(self.folder)


def _found(resolution: Resolution, now: datetime) -> Check:
    """Return the check of a link that leads to a file or nowhere that is known."""
    code = ReasonCode.SITE_PATH if resolution.file is None else ReasonCode.FILE_EXISTS
    outcome = Outcome.SKIPPED if resolution.file is None else Outcome.OK
    return Check(outcome, Reason(code), now, CheckMethod.FILE, final_url=resolution.file)


def is_spelt_alike(path: str, other: str) -> bool:
    """Return whether two paths have the same folder and names that are spelt alike.

    They may differ in case and percent-encoding; both may differ in Unicode normalization.
    """
    return plain_spelling(path) == plain_spelling(other)


def plain_spelling(path: str) -> tuple[str, str]:
    """Return folder and name of a path in the form in which spellings are compared."""
    folder, _, name = unicodedata.normalize("NFC", path).rpartition("/")
    return folder, unicodedata.normalize("NFC", unquote(name)).casefold()
