"""Entries of notes as frames: entries ⋈ links with their verdicts ⋈ metadata, one row per entry."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crawler.models.metadata import Article, Paper, Picture, Repository, type_name
from pipelines.reports.frames import frame
from pipelines.reports.frames.frame import left_join, to_array, to_frame
from pipelines.reports.frames.metadata import METADATA, metadata_frames
from pipelines.reports.frames.notes import ENTRIES, LINKS, MENTIONS, NOTES, VENUE
from pipelines.reports.lazy_modules import pa, pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.reports.contract import NoteFragment, TakeNote, TakeNotes
    from pipelines.reports.frames.metadata import Rows

MENTIONS_PER_ENTRY = 4
"""A batch is full at `frame.BATCH` notes or entries, or at as many mentions for each."""

ROLES = {"article": type_name(Article), "paper": type_name(Paper), "code": type_name(Repository)}
"""What an entry has one link to, and the type of the metadata of that link which the dataset has."""

_NAMES = {
    "article_account": "account",
    "article_published_at": "published_at",
    "paper_authors": "authors",
    "paper_categories": "categories",
    "paper_version": "arxiv_version",
    "paper_withdrawn": "withdrawn",
    **{f"paper_{name}": name for name in ("notices", "pages", "pdf_url")},
    **{f"code_{name}": name for name in METADATA[type_name(Repository)].names if name not in {"key", "title"}},
}


@contextmanager
def note_batches(takers: Sequence[TakeNotes]) -> Iterator[TakeNote]:
    """Give a function that takes the fragment of each note, see `notes.note_fragment`; `takers` get full batches."""
    batch = NoteBatch()

    def flush() -> None:
        nonlocal batch
        full, batch = batch, NoteBatch()
        for take in takers:
            take(full)

    def add(fragment: NoteFragment) -> None:
        batch.add(fragment.value)
        if batch.is_full:
            flush()

    yield add
    if batch.edits:
        flush()


class NoteBatch:
    """Rows of notes, until there are enough for a frame.

    `edits` has the number of edits of each note, `sizes` that of its entries; `work` has the path of each note with
    what there is to do, as values of `WorkItem`.
    """

    def __init__(self) -> None:
        self.edits: list[int] = []
        self.sizes: list[int] = []
        self.work: list[tuple[str, list[list[Any]]]] = []
        self._notes: list[list[Any]] = []
        self._entries: list[list[Any]] = []
        self._mentions: list[list[Any]] = []
        self._links: dict[str, list[Any]] = {}
        self._metadata: Rows = {}

    @property
    def papers(self) -> Mapping[str, list[Any]]:
        """The metadata of papers by key, as values of METADATA."""
        return self._metadata.get(type_name(Paper), {})

    @property
    def has_entries(self) -> bool:
        """Whether a note has an entry: without one there is nothing to merge."""
        return bool(self._entries)

    @property
    def is_full(self) -> bool:
        """Whether there are enough of them for a frame."""
        rows = max(len(self._notes), len(self._entries), len(self._mentions) / MENTIONS_PER_ENTRY)
        return rows >= frame.BATCH

    def add(self, fragment: Mapping[str, Any]) -> None:
        """Add a note, see `notes.note_fragment`. What is known of a link must be the same in all notes."""
        rows = fragment["rows"]
        self.edits.append(fragment["edits"])
        self.sizes.append(len(rows["entries"]))
        self.work.append((rows["note"][0], fragment["work"]))
        note_id, first = len(self._notes), len(self._entries)
        self._notes.append([note_id, *rows["note"]])
        self._entries += [[entry_id, note_id, *values] for entry_id, values in enumerate(rows["entries"], first)]
        self._mentions += [[note_id, None if at is None else first + at, url] for at, url in rows["mentions"]]
        self._links |= rows["links"]
        for name, by_key in rows["metadata"].items():
            self._metadata.setdefault(name, {}).update(by_key)

    def notes(self) -> pd.DataFrame:
        """Return the NOTES."""
        return to_frame(self._notes, NOTES)

    @cached_property
    def entries(self) -> pd.DataFrame:
        """The entries merged with what is known of their links, see `merge_entries`."""
        entries = left_join(to_frame(self._entries, ENTRIES), self.notes(), "note_id", name="notes", required=True)
        return merge_entries(entries, self._mention_frame, self._link_frame, metadata_frames(self._metadata))

    def verdict_counts(self) -> pd.DataFrame:
        """Return how many mentions (`count`) of each note (`note_id`) have which `verdict`, in order of appearance."""
        mentions = left_join(self._mention_frame, self._link_frame, "url", name="links", required=True)
        return mentions.groupby(["note_id", "verdict"], sort=False).size().reset_index(name="count")

    @cached_property
    def _mention_frame(self) -> pd.DataFrame:
        return to_frame(self._mentions, MENTIONS)

    @cached_property
    def _link_frame(self) -> pd.DataFrame:
        return to_frame(self._links.values(), LINKS)


def merge_entries(
    entries: pd.DataFrame, mentions: pd.DataFrame, links: pd.DataFrame, metadata: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return entries, in order, with what is known of the article, the paper, the code and the images of each.

    `metadata` has a frame for each type. The columns are those of the dataset, and for each role the key and the
    verdict of its link (`paper_verdict` …). Raises MergeError where a URL is not among `links` or there twice.
    """
    merged = entries
    for role, type_ in ROLES.items():
        of_role = links.rename(columns={"url": "link"}).add_prefix(f"{role}_")
        merged = left_join(merged, of_role, f"{role}_link", name=f"{role} links", required=True)
        merged = left_join(merged, metadata[type_].add_prefix(f"{role}_"), f"{role}_key", name=f"{role} metadata")
    inside = mentions[mentions["entry_id"].notna()]
    inside = left_join(inside, links[["url", "key", "not_saved"]], "url", name="image links", required=True)
    unsaved = inside.dropna(subset="not_saved").drop_duplicates(["entry_id", "not_saved"])
    images = left_join(inside, metadata[type_name(Picture)], "key", name="image metadata").dropna(subset="title")
    return _with_derived_columns(merged).assign(
        image_paths=group_lists(images["title"], images["entry_id"], len(entries)),
        image_types=group_lists(images["media_type"], images["entry_id"], len(entries)),
        images_not_saved=group_lists(unsaved["not_saved"], unsaved["entry_id"], len(entries)),
    )


def _with_derived_columns(merged: pd.DataFrame) -> pd.DataFrame:
    """Return merged entries with the columns of the dataset that follow from several others."""
    labelled, has_paper = merged["label_venue"].notna(), merged["paper_title"].notna()
    venue = {name: merged[f"label_{name}"].where(labelled, merged[f"paper_{name}"]) for name in VENUE}
    arxiv_id = merged["paper_arxiv_id"].where(has_paper, merged["paper_id"])
    repository = merged["code_title"].fillna(merged["code_name"])
    return merged.rename(columns=_NAMES).assign(**venue, arxiv_id=arxiv_id, repository=repository)


def group_lists(values: pd.Series[Any], rows: pd.Series[Any], count: int) -> pd.Series[Any]:
    """Return a list for each of `count` rows: the values whose `rows`, which ascend, have its number."""
    sizes = rows.value_counts().reindex(range(count), fill_value=0)
    offsets = pa.array([0, *sizes.cumsum()], pa.int32())
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.ListArray.from_arrays(offsets, to_array(values))))
