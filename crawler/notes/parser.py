"""Parse a note: from bytes to entries and mentions with exact byte spans. Pure.

`note_reader` reads links, code and plain text as pyromark (pulldown-cmark) parses them; `url_spans` finds the bytes of
each URL, `entries` determines entries and roles, `ignore_comments` the spans that are ignored. A mention is added only
if the bytes of its span decode to its URL.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.links.spelling.templates import parse_template
from crawler.models.notes.note import LinkRole, Mention, Note
from crawler.models.notes.note_file import Pieces
from crawler.notes.comments import ignore_comments, vouch_comments
from crawler.notes.entries import find_dates, reindex_mentions, split_entries
from crawler.notes.markdown.note_reader import BOM, NoteReader
from crawler.notes.markdown.templates import mdx
from crawler.notes.outline import LINE_END

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.models.notes.note import Entry, NoteVouch
    from crawler.models.notes.note_file import NoteFile
    from crawler.notes.outline import RawMention


def parse_file(file: NoteFile) -> Note:
    """Return the note in a file; in a notebook, lines are those of the file."""
    note = parse_note(file.path, file.data, file.layouts, is_in_site=file.is_in_site, excluded=file.excluded)
    note = replace(note, file=file)
    return _with_lines_of_file(note, file) if isinstance(file.writing, Pieces) and file.writing.is_json else note


def _with_lines_of_file(note: Note, file: NoteFile) -> Note:
    starts = [mention.start for mention in note.mentions], [entry.start for entry in note.entries]
    placed = [file.writing.spans(file.data, [(start, start) for start in some]) for some in starts]
    of_mentions, of_entries = (_positions(file.raw, [span[0] if span else 0 for span in spans]) for spans in placed)
    mentions = zip(note.mentions, of_mentions, strict=True)
    entries = zip(note.entries, of_entries, strict=True)
    return replace(
        note,
        mentions=tuple(replace(mention, line=line, column=column) for mention, (line, column) in mentions),
        entries=tuple(replace(entry, line=line) for entry, (line, _) in entries),
    )


def parse_note(
    path: str,
    data: bytes,
    layouts: frozenset[str] | None = None,
    *,
    is_in_site: bool = True,
    excluded: re.Pattern[str] | None = None,
) -> Note:
    """Return the note at a path, which is relative to NOTES_DIR with `/` as separator, from its bytes.

    Mentions are in the order of their spans and do not overlap. The URL of `www.example.com` gets `http://`, as in GFM.
    A reference definition is one mention however often it is used. Anchors in the note itself (`#…`), `data:` URLs,
    mail addresses in angle brackets and ignored URLs are no mentions. `layouts` are those of its lists, unless a
    comment in the note names others; None for evidence. Templates are no mentions in a note that is in no site. URLs
    that `excluded` matches as written, or in their canonical form, are ignored as by a comment.
    Raises UnicodeDecodeError if the bytes are not UTF-8.
    """
    reader = NoteReader(mdx.without_code(data) if path.lower().endswith(".mdx") else data)
    reader.read()
    outline, raw_mentions = reader.outline, sorted(reader.found.mentions, key=lambda mention: mention.start)
    entries, roles = _split_entries(reader, raw_mentions, layouts)
    if excluded is not None:
        reader.ignored = tuple(ignore_comments.merge_spans([*reader.ignored, *_excluded_spans(reader, excluded)]))
    if reader.ignored or reader.found.wikilinks:  # only now, so that they change no entries and no roles of other links
        remaining = _remaining(reader, raw_mentions, is_in_site=is_in_site)
        entries = reindex_mentions(entries, {old: new for new, (old, _) in enumerate(remaining) if old >= 0})
        roles = [roles[index] if index >= 0 else mention.role or LinkRole.OTHER for index, mention in remaining]
        raw_mentions = [mention for _, mention in remaining]
    vouches, problems = _vouches(data, reader, raw_mentions)
    inner_links = _inner_links(reader)
    headings = [outline.text(start, end) for start, end in outline.headings]
    written = (day for text in (*headings, reader.date) for day in find_dates(text))
    in_path = [None, *find_dates(path)]
    return Note(
        path=path,
        data=data,
        title=headings[0] if headings else "",
        date=next(written, in_path[-1]),
        entries=entries,
        mentions=tuple(_mentions(data, raw_mentions, roles, entries)),
        ignored=reader.ignored,
        problems=(*reader.problems, *problems),
        vouches=vouches,
        inner_links=tuple(_mentions(data, inner_links, [LinkRole.OTHER] * len(inner_links))),
    )


def _split_entries(
    reader: NoteReader, mentions: Sequence[RawMention], layouts: frozenset[str] | None
) -> tuple[tuple[Entry, ...], list[LinkRole]]:
    """Return the entries of a note and the roles of its mentions.

    Each work that uses a reference definition has its mention; the role is that of the first use that says one.
    """
    named = layouts if reader.html.layouts is None else reader.html.layouts
    uses = reader.found.later_uses
    entries, roles = split_entries(reader.outline, [*mentions, *(use for use, _ in uses)], named)
    if not uses:
        return entries, roles
    position = {id(mention): at for at, mention in enumerate(mentions)}
    new_index = dict(enumerate(range(len(mentions))))
    for at, (_, definition) in enumerate(uses, len(mentions)):
        new_index[at] = defined = position[id(definition)]
        if roles[defined] is LinkRole.OTHER:
            roles[defined] = roles[at]
    return reindex_mentions(entries, new_index), roles[: len(mentions)]


def _mentions(
    data: bytes, found: Sequence[RawMention], roles: Sequence[LinkRole], entries: Sequence[Entry] = ()
) -> Iterator[Mention]:
    """Yield mentions with their positions, roles and entries."""
    entry_of: dict[int, int] = {}
    for number, entry in enumerate(entries):
        for index in entry.mentions:
            entry_of.setdefault(index, number)  # several may use one definition
    positions = _positions(data, [each.start for each in found])
    for at, (each, (line, column), role) in enumerate(zip(found, positions, roles, strict=True)):
        yield Mention(
            each.url,
            each.start,
            each.end,
            line,
            column,
            each.text,
            role,
            entry_of.get(at),
            guess=each.guess,
            is_identifier=each.is_identifier,
            syntax=each.syntax,
            image_set=each.image_set,
        )


def _excluded_spans(reader: NoteReader, excluded: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of the mentions whose URL is excluded."""
    for each in (*reader.found.mentions, *reader.found.wikilinks):
        if excluded.fullmatch(each.url) or excluded.fullmatch(_canonical(each.url)):
            yield each.start, each.end


def _canonical(url: str) -> str:
    try:
        return canonicalize_url(url)
    except InvalidURLError:
        return url


def _inner_links(reader: NoteReader) -> list[RawMention]:
    """Return the links to places in the note itself, outside ignored spans."""
    links = sorted(reader.found.inner_links, key=lambda each: each.start)
    return [each for each in links if not _is_ignored(reader, each)]


def _remaining(reader: NoteReader, mentions: Sequence[RawMention], *, is_in_site: bool) -> list[tuple[int, RawMention]]:
    """Return the mentions outside ignored spans with their former index, and wikilinks with -1, in their order.

    What looks like a wikilink or a template within a URL is a part of that. An image with a candidate in an ignored
    span is ignored whole, since its candidates are edited together.
    """
    spans = [(each.start, each.end) for each in mentions]
    named: list[RawMention] = []
    links = (each for each in reader.found.wikilinks if is_in_site or parse_template(each.url) is None)
    for each in sorted(links, key=lambda each: each.start):
        is_part = ignore_comments.overlaps_spans(spans, each.start, each.end)
        if not is_part and (not named or each.start >= named[-1].end):
            named.append(each)
    found = [*enumerate(mentions), *((-1, each) for each in named)]
    ignored_sets = {each.image_set for each in mentions if _is_ignored(reader, each)} - {None}
    outside = (
        (index, mention)
        for index, mention in found
        if mention.image_set not in ignored_sets and not _is_ignored(reader, mention)
    )
    return sorted(outside, key=lambda each: each[1].start)


def _is_ignored(reader: NoteReader, mention: RawMention) -> bool:
    return ignore_comments.overlaps_spans(reader.ignored, mention.start, mention.end)


def _vouches(
    data: bytes, reader: NoteReader, mentions: Sequence[RawMention]
) -> tuple[tuple[NoteVouch, ...], list[str]]:
    """Return the vouches in the comments that are not ignored, and problems that begin with their line number."""
    comments = [
        each
        for each in sorted(reader.html.vouches, key=lambda comment: comment.start)
        if not ignore_comments.overlaps_spans(reader.ignored, each.start, each.end)
    ]
    found, problems = vouch_comments.attach(data, comments, [(mention.start, mention.end) for mention in mentions])
    ends = [match.end() for match in LINE_END.finditer(data)] if problems else []
    return found, [f"{bisect_right(ends, offset) + 1}: {problem}" for offset, problem in problems]


def _positions(data: bytes, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield line and column of each offset, in order; on one line each is counted from the last, to stay linear."""
    first = len(BOM) if data.startswith(BOM) else 0
    lines = [first, *(match.end() for match in LINE_END.finditer(data))]
    counted, column = first, 1
    for offset in offsets:
        line = bisect_right(lines, offset)
        if lines[line - 1] > counted:
            counted, column = lines[line - 1], 1
        column += len(data[counted:offset].decode())
        counted = offset
        yield line, column
