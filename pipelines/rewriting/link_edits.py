"""Plan the edits of a note: moved links, canonical URLs of papers, renamed files, saved images, and lines. Pure."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from crawler.images.saved_urls import hash_in
from crawler.images.sniff import EXTENSIONS, UNSHOWN
from crawler.kinds.image import Image, is_dynamic_image, is_image_file
from crawler.kinds.local import RENAMED, is_spelt_alike
from crawler.kinds.registry import kind_of
from crawler.links.canonical_url import refusal_reason
from crawler.links.spelling.placeholders import has_placeholder
from crawler.links.targets.redirect_targets import PASSING_FAULTS, target_fault
from crawler.models.check import JUMP, SHORT_LINK, SPELLING
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import Picture
from crawler.models.notes.edit import Edit
from crawler.models.notes.note import SHOWN_ROLES, Mention, Note, Syntax
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.comments.ignore_comments import overlaps_spans
from crawler.notes.markdown.wikilinks import wikilink_name
from pipelines.rewriting.evidence import of_check, of_image
from pipelines.rewriting.image_set_edits import incomplete_candidates
from pipelines.rewriting.lines.dead_marks import mark_edits
from pipelines.rewriting.lines.fact_lines import fact_edits
from pipelines.rewriting.lines.missing_lines import missing_edits
from pipelines.rewriting.redirects import is_worth_edit
from pipelines.rewriting.url_escaping import escape_bare_url, escape_for_syntax, percent_encode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from crawler.models.check import Check


OPENED = frozenset({JUMP, SHORT_LINK})
"""Sources of suggestions that are the target of a jump page or a short link."""

_UNSHOWN_ENDINGS = tuple(EXTENSIONS[each] for each in UNSHOWN)
_REST_OF_TAG = re.compile(rb"[^<>]*>[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class ShownImage:
    """A saved image, by its name in the image store, and the URL under which a note is to show it."""

    name: str
    url: str


def plan_edits(
    note: Note,
    states: Mapping[int, LinkState],
    image_url: Callable[[Picture], str | None],
    rewrite: Collection[str],
    image_places: Mapping[int, ShownImage] | None = None,
) -> tuple[Edit, ...]:
    """Return the edits of a note, sorted by offset and without overlaps.

    `states` are by the position of the mention in `Note.mentions`; `image_url` returns the URL of a saved image as
    seen from the updated note, or None; `rewrite` has names of REWRITE; `image_places` are the present URLs of saved
    images that the note shows under former ones, by position. Spans that the author ignores stay unchanged, and so does
    a URL whose end is a guess.
    Planning edits for an updated note returns none.
    """
    mentions = note.mentions
    states = {at: each for at, each in states.items() if mentions[at].guess is None and not mentions[at].is_identifier}
    untouched = sorted([*note.ignored, *note.guessed])
    planned = chain(
        _plan_mention_edits(note, states, image_url, rewrite),
        _plan_place_edits(note, image_places or {}) if "pictures" in rewrite else (),
        mark_edits(note, states, rewrite),
        fact_edits(note, states, rewrite),
        missing_edits(note, states) if "missing" in rewrite else (),  # after the facts of the field that they follow
    )
    edits: list[Edit] = []
    for edit in sorted(planned, key=lambda edit: (edit.start, edit.end)):
        overlaps = edits and edit.start < edits[-1].end  # in HTML blocks the text of a link may be a mention, too
        if not overlaps and not overlaps_spans(untouched, edit.start, edit.end):
            edits.append(edit)
    return tuple(edits)


def _plan_mention_edits(
    note: Note, states: Mapping[int, LinkState], image_url: Callable[[Picture], str | None], rewrite: Collection[str]
) -> Iterator[Edit]:
    """Yield the replacements of URLs, and of visible texts that are the URL."""
    incomplete = incomplete_candidates(note, states, image_url) if "pictures" in rewrite else frozenset()
    for position, mention in enumerate(note.mentions):
        if (
            position in incomplete
            or (state := states.get(position)) is None
            or is_dynamic_image(state.link, state.metadata)
        ):
            continue
        if isinstance(picture := state.metadata, Picture):
            url = _with_image_fragment(image_url(picture), mention)
            if "pictures" not in rewrite or _stays_where_it_is(mention, state, picture, url):
                continue
            if url is not None and (_is_web(url) or not _is_bare(note, mention)):
                yield from _replace(note, mention, url, Reason(ReasonCode.EDIT_IMAGE), of_image(picture))
        elif (replacement := _replacement_for(note, mention, state)) is not None and replacement[0] in rewrite:
            _, new_url, code = replacement
            evidence = of_check(state)
            yield from _replace(note, mention, new_url, Reason(code), evidence)
            yield from _replace_text(note, mention, new_url, Reason(code), evidence)


def _stays_where_it_is(mention: Mention, state: LinkState, picture: Picture, url: str | None) -> bool:
    """Return whether a mention of a saved image keeps its URL.

    It may be a link to a page about the image, which the same URL shows elsewhere. A format that browsers do not show
    gains nothing while the URL works, at which a host may send others another format, unless `url` shows a copy of it
    in another one; but one of several candidates is there for the browsers that show it.
    """
    is_shown = mention.role in SHOWN_ROLES
    if state.link.kind == Image.name and not is_shown and not is_image_file(state.link.url):
        return True
    is_unshown = picture.media_type in UNSHOWN and (url is None or urlsplit(url).path.endswith(_UNSHOWN_ENDINGS))
    return is_unshown and mention.image_set is None and state.verdict in {Verdict.ALIVE, Verdict.MOVED}


def _plan_place_edits(note: Note, image_places: Mapping[int, ShownImage]) -> Iterator[Edit]:
    """Yield the replacements of former URLs of saved images."""
    for position, image in image_places.items():
        mention, url = note.mentions[position], image.url
        is_certain = mention.guess is None and not mention.is_identifier
        if is_certain and (_is_web(url) or not _is_bare(note, mention)):
            new_url = _with_image_fragment(url, mention) or url
            yield from _replace(note, mention, new_url, Reason(ReasonCode.EDIT_IMAGE_URL), hash_in(image.name))


def _is_bare(note: Note, mention: Mention) -> bool:
    """Return whether a URL is bare text or between angle brackets, where a relative path is no link."""
    opened = note.data[max(mention.start - 2, 0) : mention.start] == b"]("
    is_text = mention.syntax is Syntax.MARKDOWN and not opened
    return is_text and mention.text in {mention.url, note.source_of(mention)}


def _replacement_for(note: Note, mention: Mention, state: LinkState) -> tuple[str, str, ReasonCode] | None:
    """Return the name in REWRITE, the new URL and the reason code of a replacement; None for no replacement.

    The verdict decides, not the last check: a captcha or a failed check never changes a note.
    """
    link, check, verdict = state.link, state.check, state.verdict
    suggestion = check.suggestion if check else None
    source = check.suggestion_source if check else None
    if source in OPENED:
        return _opened_target(state, mention)
    moved = state.moved_to is not None and _is_web(state.moved_to) and is_worth_edit(state)
    if state.moved_to and moved and verdict in {Verdict.MOVED, Verdict.SUSPECT}:
        return "moved", _with_fragment(state.moved_to, mention), ReasonCode.EDIT_MOVED
    if verdict is Verdict.ALIVE and (url := kind_of(link).preferred_url(mention.url)):
        return "canonical", url, ReasonCode.EDIT_PAPER_URL
    if verdict is Verdict.DEAD and (path := _certain_path(link, check)) is not None:
        written = _wikilink_target if wikilink_name(mention.url) is not None else _local_url
        return "files", written(note, mention, path), ReasonCode.EDIT_FILE_PATH
    if verdict is Verdict.ALIVE and suggestion and source == "https" and _is_web(suggestion):
        return "https", _with_fragment(suggestion, mention), ReasonCode.EDIT_HTTPS
    if verdict is Verdict.DEAD and suggestion and source == SPELLING and _is_slip(note, mention, suggestion):
        return "spelling", _with_fragment(suggestion, mention), ReasonCode.EDIT_SPELLING
    if verdict is Verdict.DEAD and state.snapshot and mention.role not in SHOWN_ROLES:
        return "snapshots", percent_encode(state.snapshot), ReasonCode.EDIT_SNAPSHOT
    return None


def _is_slip(note: Note, mention: Mention, meant: str) -> bool:
    """Return whether a URL that works in place of a dead one may replace it.

    Where it lacks a slash, a backslash must be written in the note, which browsers read as a slash.
    """
    written = note.source_of(mention)
    return _is_web(meant) and (meant.count("/") >= mention.url.count("/") or "\\" in written)


def _opened_target(state: LinkState, mention: Mention) -> tuple[str, str, ReasonCode] | None:
    """Return the replacement of a jump page or a short link by its target; None if that is not found to work."""
    assert state.suggestion is not None  # noqa: S101 - the caller has its source
    target, source = state.suggestion
    works = state.verdict in {Verdict.ALIVE, Verdict.MOVED} and _is_web(target)
    if not works or (source == SHORT_LINK and target_fault(state.link.url, target) in PASSING_FAULTS):
        return None
    return "jumps", _with_fragment(target, mention), ReasonCode.EDIT_JUMP


def _certain_path(link: Link, check: Check | None) -> str | None:
    """Return the new path of a missing file: one that is spelt alike, or that git names; None for a guess."""
    if check is None or check.suggestion is None or link.url.startswith("/"):
        return None
    if check.suggestion_source == RENAMED:
        return check.suggestion
    return (
        check.suggestion if check.suggestion_source == "file" and is_spelt_alike(check.suggestion, link.url) else None
    )


def _with_fragment(url: str, mention: Mention) -> str:
    """Return a URL with the fragment of the mention, unless it has its own."""
    fragment = urlsplit(mention.url).fragment
    return percent_encode(url + (f"#{fragment}" if fragment and "#" not in url else ""))


def _with_image_fragment(url: str | None, mention: Mention) -> str | None:
    """Return the URL of a saved image with the fragment of its mention.

    It may say how the image is shown: `#gh-dark-mode-only` on GitHub, `#pic_center` on CSDN.
    """
    fragment = urlsplit(mention.url).fragment
    return f"{url}#{percent_encode(fragment)}" if url and fragment and "#" not in url else url


def _is_web(url: str) -> bool:
    """Return whether a URL may be written into a note: of a page, with an ASCII host, and not read as a template."""
    is_page = refusal_reason(url, allow_private=True) is None and urlsplit(url).netloc.isascii()
    return is_page and not has_placeholder(percent_encode(url))


def _local_url(note: Note, mention: Mention, path: str) -> str:
    """Return a path below NOTES_DIR in the form of the mention: relative or rooted, percent-encoded or not."""
    parts = urlsplit(mention.url)
    if parts.path.startswith("/"):
        path = f"/{path}"
    else:
        path = posixpath.relpath(path, posixpath.dirname(note.path) or ".")
        path = f"./{path}" if parts.path.startswith("./") else path
    plain = "/!$&+,;=@()" + (" " if " " in parts.path else "")
    if re.search("%[89A-Fa-f]", parts.path):
        path = quote(path, safe=plain)
    else:
        path = re.sub(r"[\x00-\x7f]+", lambda found: quote(found[0], safe=plain), path)
    return path + (f"#{parts.fragment}" if parts.fragment else "")


def _wikilink_target(note: Note, mention: Mention, path: str) -> str:
    """Return the target of a wikilink to a path: its name, or the whole path if the link has one."""
    target = path.removesuffix(".md")
    return target if "/" in note.source_of(mention) else posixpath.basename(target)


def _replace(note: Note, mention: Mention, url: str, reason: Reason, evidence: str) -> Iterator[Edit]:
    """Yield the replacement of a URL, escaped for its context; nothing if it is the same URL."""
    old = note.source_of(mention)
    is_wikilink = wikilink_name(mention.url) is not None
    if is_wikilink and re.search(r"[\[\]|#^]", url):
        return
    new = url if is_wikilink else escape_for_syntax(url, mention.syntax, *_context(note.data, mention))
    if new != old and url != mention.url:
        yield Edit(note.path, mention.start, mention.end, old, new, reason, evidence)


def _replace_text(note: Note, mention: Mention, url: str, reason: Reason, evidence: str) -> Iterator[Edit]:
    """Yield the replacement of the visible text of a link if it is the old URL."""
    old = note.source_of(mention)
    if mention.text not in {old, mention.url} or url == mention.url:
        return
    before, after = _context(note.data, mention)
    text, opened = old.encode(), before.rstrip(b" \t\r\n<")
    if opened.endswith(text + b"]("):
        start = mention.start - len(before) + len(opened) - len(text) - 2
    elif (opening := _REST_OF_TAG.match(after)) and after[opening.end() :].startswith(text + b"</a"):
        start = mention.end + opening.end()
    else:
        return
    yield Edit(note.path, start, start + len(text), old, escape_bare_url(url), reason, evidence)


def _context(data: bytes, mention: Mention) -> tuple[bytes, bytes]:
    """Return the bytes before and after a mention, far enough for a tag and the visible text."""
    reach = 4096 + mention.end - mention.start
    return data[max(mention.start - reach, 0) : mention.start], data[mention.end : mention.end + reach]
