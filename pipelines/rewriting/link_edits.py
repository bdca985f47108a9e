"""The edits that mend a note: links that moved, papers' canonical addresses, files found again, pictures kept. Pure."""

from __future__ import annotations

import html
import posixpath
import re
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from crawler.kinds.image import is_dynamic_image
from crawler.kinds.local import is_spelt_alike
from crawler.kinds.registry import kind_of
from crawler.links.canonical_url import refusal_reason
from crawler.models.edit import Edit
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import Picture
from crawler.models.note import LinkRole, Mention, Note
from crawler.models.reason import Reason, ReasonCode
from crawler.notes.ignore_comments import overlaps_spans
from pipelines.rewriting.dead_marks import mark_edits
from pipelines.rewriting.fact_lines import fact_edits
from pipelines.rewriting.missing_lines import missing_edits
from pipelines.rewriting.redirects import is_worth_edit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from crawler.models.check import Check


def plan_edits(
    note: Note,
    states: Mapping[int, LinkState],
    hosted: Callable[[Picture], str | None],
    rewrite: Collection[str],
) -> tuple[Edit, ...]:
    """Return what to replace in a note, in order and without overlap.

    `standings` go by the position of the mention in `Note.mentions`; `hosted` says the URL under which a kept picture
    is shown in the mended note. What the author asks to ignore stays. Mending a mended note again changes nothing.
    """
    states = {at: each for at, each in states.items() if not _may_continue(note, note.mentions[at])}
    wanted = chain(
        _plan_mention_edits(note, states, hosted, rewrite),
        mark_edits(note, states, rewrite),
        fact_edits(note, states, rewrite),
        missing_edits(note, states) if "missing" in rewrite else (),  # behind the facts of the field they follow
    )
    apart: list[Edit] = []
    for edit in sorted(wanted, key=lambda edit: (edit.start, edit.end)):
        overlaps = apart and edit.start < apart[-1].end  # a link's text may be a mention of its own (in HTML blocks)
        if not overlaps and not overlaps_spans(note.ignored, edit.start, edit.end):
            apart.append(edit)
    return tuple(apart)


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a note's bytes with its edits made; raise ValueError if they were not made for these bytes."""
    parts, at = [], 0
    for edit in edits:
        if edit.start < at or data[edit.start : edit.end] != edit.old.encode():
            raise ValueError(f"{edit.note} has changed since: byte {edit.start} does not begin {edit.old!r}")
        parts += [data[at : edit.start], edit.new.encode()]
        at = edit.end
    return b"".join([*parts, data[at:]])


def undo_edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits that turn the mended note back into the original."""
    back, shift = [], 0
    for edit in edits:
        start, length = edit.start + shift, len(edit.new.encode())
        back.append(Edit(edit.note, start, start + length, edit.new, edit.old, edit.reason, edit.evidence))
        shift += length - (edit.end - edit.start)
    return tuple(back)


def _plan_mention_edits(
    note: Note, states: Mapping[int, LinkState], hosted: Callable[[Picture], str | None], rewrite: Collection[str]
) -> Iterator[Edit]:
    for position, mention in enumerate(note.mentions):
        if (state := states.get(position)) is None or is_dynamic_image(state.link, state.metadata):
            continue
        if isinstance(picture := state.metadata, Picture) and "pictures" in rewrite:
            copied = f", from {picture.source}" if picture.source else ""
            evidence = f"{picture.media_type}, {picture.size} bytes, sha256 {picture.sha256}{copied}"
            address = hosted(picture)
            # A relative path is a link only where a reader expects one: not bare, not between angle brackets.
            opened = note.data[max(mention.start - 2, 0) : mention.start] == b"]("
            bare = mention.text in {mention.url, note.source_of(mention)} and not opened
            if address is not None and (_is_web(address) or not bare):
                yield from _replace(note, mention, address, Reason(ReasonCode.EDIT_IMAGE), evidence)
        elif (found := _replacement_for(note, mention, state)) is not None and found[0] in rewrite:
            _, url, code = found
            evidence = _evidence(state)
            yield from _replace(note, mention, url, Reason(code), evidence)
            yield from _replace_text(note, mention, url, Reason(code), evidence)


def _may_continue(note: Note, mention: Mention) -> bool:
    """Return whether a letter beyond ASCII follows a URL at once: where a bare address ends in Chinese is a guess."""
    following = note.data[mention.end : mention.end + 4].decode(errors="ignore")[:1]
    return not following.isascii() and following.isalnum()


def _evidence(state: LinkState) -> str:
    if (check := state.check) is None:
        return state.verdict.value
    status = f" {check.http_status}" if check.http_status else ""
    return f"{check.outcome.value}: {check.reason} ({check.how.value}{status}, {check.checked_at:%Y-%m-%d})"


def _replacement_for(note: Note, mention: Mention, state: LinkState) -> tuple[str, str, ReasonCode] | None:
    """Return what to rewrite (a name of REWRITE), the URL that should stand there and why; None to leave it as it is.

    What was once seen decides, not the last check: a captcha or a bad night neither mends nor unmends anything.
    """
    link, check, verdict = state.link, state.check, state.verdict
    offered = check.suggestion if check else None
    source = check.suggestion_source if check else None
    moved = state.moved_to is not None and _is_web(state.moved_to) and is_worth_edit(state, mention)
    if state.moved_to and moved and verdict in {Verdict.MOVED, Verdict.SUSPECT}:
        return "moved", _at_same_place(state.moved_to, mention), ReasonCode.EDIT_MOVED
    if verdict is Verdict.ALIVE and (address := kind_of(link).preferred_url(mention.url)):
        return "canonical", address, ReasonCode.EDIT_PAPER_URL
    if verdict is Verdict.DEAD and (path := _respelled_path(link, check)) is not None:
        return "files", _relative(note, mention, path), ReasonCode.EDIT_FILE_PATH
    if verdict is Verdict.ALIVE and offered and source == "https" and _is_web(offered):
        return "https", _at_same_place(offered, mention), ReasonCode.EDIT_HTTPS
    if verdict is Verdict.DEAD and state.snapshot and mention.role not in {LinkRole.IMAGE, LinkRole.VIDEO}:
        return "snapshots", _percent_encode(state.snapshot), ReasonCode.EDIT_SNAPSHOT
    return None


def _respelled_path(link: Link, check: Check | None) -> str | None:
    """Return the file whose name differs from a missing one's by case or percent-encoding alone; None for no such."""
    if check is None or check.suggestion is None or check.suggestion_source != "file":
        return None
    return check.suggestion if is_spelt_alike(check.suggestion, link.url) else None


def _at_same_place(url: str, mention: Mention) -> str:
    """Return a new address with the fragment of the old one."""
    fragment = urlsplit(mention.url).fragment
    return _percent_encode(url + (f"#{fragment}" if fragment and "#" not in url else ""))


def _is_web(url: str) -> bool:
    return refusal_reason(url, allow_private=True) is None and urlsplit(url).netloc.isascii()


def _relative(note: Note, mention: Mention, path: str) -> str:
    """Return a path below NOTES_DIR as the note's author would write it: relative or rooted, encoded or not."""
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


def _replace(note: Note, mention: Mention, url: str, reason: Reason, evidence: str) -> Iterator[Edit]:
    old = note.source_of(mention)
    new = _escape_for_context(url, *_around(note.data, mention))
    if new != old and url != mention.url:
        yield Edit(note.path, mention.start, mention.end, old, new, reason, evidence)


def _replace_text(note: Note, mention: Mention, url: str, reason: Reason, evidence: str) -> Iterator[Edit]:
    """Replace a link's visible text if it is the old URL itself."""
    old = note.source_of(mention)
    if mention.text not in {old, mention.url} or url == mention.url:
        return
    before, after = _around(note.data, mention)
    text, opened = old.encode(), before.rstrip(b" \t\r\n<")
    if opened.endswith(text + b"]("):
        start = mention.start - len(before) + len(opened) - len(text) - 2
    elif (opening := _REST_OF_TAG.match(after)) and after[opening.end() :].startswith(text + b"</a"):
        start = mention.end + opening.end()
    else:
        return
    yield Edit(note.path, start, start + len(text), old, _escape_bare_url(url), reason, evidence)


def _around(data: bytes, mention: Mention) -> tuple[bytes, bytes]:
    """Return what stands before and behind a mention, as far as it can matter: a tag, the visible text."""
    reach = 4096 + mention.end - mention.start
    return data[max(mention.start - reach, 0) : mention.start], data[mention.end : mention.end + reach]


_REST_OF_TAG = re.compile(rb"[^<>]*>[ \t\r\n]*")

# Where a URL stands, by the bytes before it. A quoted value may hold other things before the URL (`srcset`).
_QUOTED_VALUE = re.compile(rb"<[A-Za-z][^<]*=\s*[\"'][^\"'<>()\[\]]*\Z")
_UNQUOTED_VALUE = re.compile(rb"<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*=\s*\Z")
_DEFINITION = re.compile(rb"[ \t>]*\[[^\]\n]+\]:[ \t]*\r?\n?[ \t]*")


def _escape_for_context(url: str, before: bytes, after: bytes) -> str:
    """Return a URL escaped for the place between these bytes of a note."""
    if _QUOTED_VALUE.search(tag := before[max(before.rfind(b"<"), 0) :]):
        return html.escape(url)
    if _UNQUOTED_VALUE.search(tag):
        return f'"{html.escape(url)}"'
    if before.endswith(b"<") and after.startswith(b">"):
        return _without_entities(url)
    if _is_destination(before):
        return _without_entities(url if _has_balanced_parentheses(url) else _percent(url, "[()]"))
    return _escape_bare_url(url)


def _is_destination(before: bytes) -> bool:
    """Tell whether a URL behind these bytes is the destination of a link or of a definition (on its next line too)."""
    if before.rstrip(b" \t\r\n").endswith(b"]("):
        return True
    lines = before.rsplit(b"\n", 2)[-2:]
    return any(_DEFINITION.fullmatch(b"\n".join(lines[first:])) for first in range(len(lines)))


def _escape_bare_url(url: str) -> str:
    """Return a URL that ends in running text where it should, and that no emphasis or bracket cuts (GFM, 6.9)."""
    if "?" in url and "#" not in url:  # empty parameters; encoded, they would belong to the last value or to the path
        url = url.rstrip("&")
        url = url.removesuffix("?") if url.count("?") == 1 else url
    return _percent(_percent(_without_entities(url), r"[*'()\[\]]"), r"[?!.,:;_~&]+\Z")


def _percent_encode(url: str) -> str:
    """Percent-encode what is no part of a URL by RFC 3986: white space, control characters, quotes, all but ASCII."""
    return _percent(url, r"""[^\x21-\x7e]|["<>\\^`{|}]""")


def _without_entities(url: str) -> str:
    """Keep Markdown from reading a character reference into a query such as `?a=1&copy;`."""
    return re.sub(r"(&#?[0-9A-Za-z]+);", r"\1%3B", url)


def _percent(url: str, pattern: str) -> str:
    return re.sub(pattern, lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _has_balanced_parentheses(url: str) -> bool:
    """Tell whether a URL's parentheses pair up, as CommonMark asks of a destination (0.31, 6.3)."""
    depth = 0
    for character in url:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
