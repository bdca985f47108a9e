"""Read what findings need of all notes from the link database."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.link import key_of
from crawler.models.metadata import Paper, Repository
from crawler.papers.bibliographies import SEARCHES
from pipelines.consistency.cross_references import CrossReferenceIndex, TitleLocation
from pipelines.consistency.papers.noted_twice import Listing, repeated

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.models.metadata import Publication
    from crawler.notes.files.folder import NotesFolder
    from crawler.notes.markdown.anchors import Anchors
    from pipelines.reports.contract import Rendering


def anchors_in(notes_folder: NotesFolder) -> Callable[[str], Anchors | None]:
    """Return what returns the anchors of a note by its path; None if it cannot be read."""

    @cache
    def anchors_of(path: str) -> Anchors | None:
        from crawler.notes.markdown.anchors import read_anchors

        text = notes_folder.text_of(path)
        return None if text is None else read_anchors(text)

    return anchors_of


def build_index(rendering: Rendering) -> CrossReferenceIndex:
    """Return the data that findings need of all notes."""
    store = rendering.store
    papers = with_metadata(Paper)
    repositories = [f"{host}/" for kind in with_metadata(Repository) for host in all_kinds()[kind].text_hosts]
    return CrossReferenceIndex.build(
        (
            (all_kinds()[kind].reference(identity), paper)
            for kind, identity, paper in store.metadata(papers, repositories)
            if isinstance(paper, Paper)
        ),
        (
            (kind, identity, [TitleLocation(*each) for each in locations])
            for kind, identity, locations in store.texts(papers)
        ),
        store.links_to_ask_about(),
        anchors_of=anchors_in(rendering.notes_folder),
        sources={path: each.digest for path, each in rendering.registered.items()},
        listings=_listings(rendering),
        title_records=_title_records(rendering),
    )


def _title_records(rendering: Rendering) -> dict[str, dict[str, tuple[tuple[str, Publication], ...]]]:
    """Return the records of the titles that notes have without a link, by note and title."""
    by_note = rendering.store.bare_titles()
    titles = {title for some in by_note.values() for title in some}
    found = {
        title: titled
        for title, records in rendering.store.publication_records(SEARCHES, titles).items()
        if (titled := tuple(each for each in records if each[1].title))
    }
    known = {note: {title: found[title] for title in some if title in found} for note, some in by_note.items()}
    return {note: records for note, records in known.items() if records}


def _listings(rendering: Rendering) -> dict[str, tuple[Listing, ...]]:
    """Return where entries list what is listed more than once; the addresses of a paper count as one.

    Papers are joined to works only if entries list several kinds of them: it reads the metadata of all.
    """
    papers = with_metadata(Paper)
    listed = [
        (key_of(kind, identity), [Listing(*each) for each in places])
        for kind, identity, places in rendering.store.listed()
        if len(places) > 1 or kind in papers  # most links are listed once
    ]
    kinds = {key.partition(":")[0] for key, _ in listed}.intersection(papers)
    works = rendering.works.read(rendering.store) if len(kinds) > 1 else []
    return repeated(listed, {key: work.work_id for work in works for key in work.keys})
