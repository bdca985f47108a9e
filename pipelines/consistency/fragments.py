"""Find fragments that lead to no heading, id or name of the note that they are in, or of another note. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.kinds.registry import kind_of
from crawler.links.spelling.templates import parse_template
from crawler.models.check import Outcome
from crawler.notes.files.folder import ENDINGS
from crawler.notes.markdown.anchors import read_anchors
from crawler.notes.markdown.wikilinks import OPENING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.note import Mention, Note
    from crawler.notes.markdown.anchors import Anchors


def missing_fragments(
    note: Note, states: Mapping[int, LinkState], anchors_of: Callable[[str], Anchors | None]
) -> Iterator[tuple[Mention, str, str]]:
    """Yield each mention with a fragment that is missing for sure, with the fragment and the path of its note.

    `anchors_of` returns the anchors of another note by its path, None if they are not known.
    """
    own = None
    for mention in note.inner_links:
        own = own or read_anchors(note.data.decode())
        if not own.may_have(fragment := fragment_of(mention.url)):
            yield mention, fragment, note.path
    for at, state in states.items():
        mention = note.mentions[at]
        path = linked_note(state)
        if path is None or not (fragment := fragment_of(mention.url)):
            continue
        anchors = anchors_of(path)
        if anchors is not None and not anchors.may_have(fragment):
            yield mention, fragment, path


def fragment_of(url: str) -> str:
    """Return the fragment of a URL, of a wikilink or of a template; empty without one, and for a fragment of text."""
    if (template := parse_template(url)) is not None:
        return template.fragment
    fragment = url.removesuffix("]]").rpartition("#")[2] if url.startswith(OPENING) and "#" in url else ""
    fragment = fragment or ("" if url.startswith(OPENING) else urlsplit(url).fragment)
    return "" if ":~:" in fragment else fragment


def linked_note(state: LinkState) -> str | None:
    """Return the path of the note that a link leads to; None if it leads to none."""
    if not kind_of(state.link).in_notes_folder or state.check is None or state.check.outcome is not Outcome.OK:
        return None
    path = state.check.final_url or state.link.url.lstrip("/")
    return path if path.lower().endswith(ENDINGS) else None
