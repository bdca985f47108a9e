"""Find fragments that lead nowhere: in the note that they are in, in another note, or on a web page. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.registry import kind_of
from crawler.links.fragments import DIRECTIVE, fragment_in
from crawler.links.spelling.templates import parse_template
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.files.folder import ENDINGS
from crawler.notes.markdown.anchors import read_anchors
from crawler.notes.markdown.wikilinks import OPENING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Mention, Note
    from crawler.notes.markdown.anchors import Anchors


def missing_fragments(
    note: Note, states: Mapping[int, LinkState], anchors_of: Callable[[str], Anchors | None]
) -> Iterator[tuple[Mention, Reason, str]]:
    """Yield each mention with a fragment that is missing for sure, what is true of it, and the path or URL it leads to.

    `anchors_of` returns the anchors of another note by its path, None if they are not known.
    """
    own = None
    for mention in note.inner_links:
        own = own or read_anchors(note.data.decode())
        if not own.may_have(fragment := fragment_of(mention.url)):
            yield mention, _no_heading(fragment), note.path
    for at, state in states.items():
        mention = note.mentions[at]
        if state.anchors:
            fragment = fragment_in(mention.url)
            if _has_page(state) and mention.guess is None and state.anchors.get(fragment) is False:
                yield mention, Reason(ReasonCode.FINDING_NO_ELEMENT, fragment), _page_of(state)
            continue
        path = linked_note(state)
        if path is None or not (fragment := fragment_of(mention.url)):
            continue
        anchors = anchors_of(path)
        if anchors is not None and not anchors.may_have(fragment):
            yield mention, _no_heading(fragment), path


def _no_heading(fragment: str) -> Reason:
    return Reason(ReasonCode.FINDING_NO_HEADING, fragment)


def _has_page(state: LinkState) -> bool:
    """Return whether a link still leads to the page that its fragments were looked up in, be it in an earlier run."""
    return state.verdict is not Verdict.DEAD and not state.is_replaced


def _page_of(state: LinkState) -> str:
    final_url = None if state.check is None else state.check.final_url
    return final_url or state.link.url


def fragment_of(url: str) -> str:
    """Return the fragment of a URL, of a wikilink or of a template without what searches the text; "" without one."""
    if (template := parse_template(url)) is not None:
        return template.fragment
    if not url.startswith(OPENING):
        return fragment_in(url)
    return url.removesuffix("]]").rpartition("#")[2].partition(DIRECTIVE)[0] if "#" in url else ""


def linked_note(state: LinkState) -> str | None:
    """Return the path of the note that a link leads to; None if it leads to none."""
    if not kind_of(state.link).in_notes_folder or state.check is None or state.check.outcome is not Outcome.OK:
        return None
    path = state.check.final_url or state.link.url.lstrip("/")
    return path if path.lower().endswith(ENDINGS) else None
