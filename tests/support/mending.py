"""What tests of the outputs share: links in a certain state, and notes mended with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.config.value_readers import REWRITES
from crawler.images.store import FolderImageStore
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import LinkState, Verdict, VerdictRecord
from crawler.models.metadata import Paper, Picture, Repository
from crawler.models.notes.edit import Edit
from crawler.models.notes.note import LinkRole
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.notes import parser
from crawler.notes.files.folder import NotesFolder
from crawler.run.workspace import Workspace
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from pipelines.reports.contract import Rendering
from pipelines.rewriting import edit_list, link_edits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from crawler.models.metadata import Metadata
    from crawler.models.notes.note import Note

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)

EVERYTHING = frozenset(name for word in ("links", "pictures", "facts") for name in REWRITES[word])
"""What is rewritten unless the user says otherwise."""

LOOPS = Paper(
    "Loops in Sight",
    {"arxiv": "2204.00001"},
    ("Ada Lovelace", "Emmy Noether"),
    venue="CVPR",
    venue_year=2022,
    venue_source="comment",
)
MANY = Paper("Second", {"arxiv": "2103.00002"}, tuple(f"A{n}" for n in range(1, 8)))
PICTURE = Picture("ab/abcd.png", "abcd", "image/png", 68)


def standing(
    url: str,
    outcome: Outcome = Outcome.OK,
    verdict: Verdict = Verdict.ALIVE,
    metadata: Metadata | None = None,
    *,
    final: str | None = None,
    suggestion: str | None = None,
    source: str | None = "file",
) -> LinkState:
    link = link_of(url, "", LinkRole.IMAGE if metadata is PICTURE else LinkRole.OTHER)
    assert link is not None
    check = Check(
        outcome,
        Reason(ReasonCode.OTHER, "seen"),
        NOW,
        CheckMethod.PAGE,
        http_status=200,
        final_url=final or (url if link.host else None),
        suggestion=suggestion,
        suggestion_source=source if suggestion else None,
    )
    return LinkState(link, verdict, NOW, check, moved_to=final, is_move_confirmed=final is not None, metadata=metadata)


def moved(url: str, final: str, metadata: Metadata | None = None) -> LinkState:
    return standing(url, Outcome.MOVED, Verdict.MOVED, metadata, final=final)


def missing(path: str, suggestion: str, source: str = "file") -> LinkState:
    return standing(path, Outcome.GONE, Verdict.DEAD, suggestion=suggestion, source=source)


def known(note: Note, standings: Iterable[LinkState]) -> dict[int, LinkState]:
    by_url = {each.link.url: each for each in standings}
    links = (link_of(mention.url, note.path, mention.role) for mention in note.mentions)
    return {at: by_url[link.url] for at, link in enumerate(links) if link and link.url in by_url}


def hosted(picture: Picture) -> str:
    return f"../images/{picture.title}"


def edits(
    text: str | bytes, *standings: LinkState, path: str = "notes/a.md", rewrite: Collection[str] = EVERYTHING
) -> tuple[Edit, ...]:
    note = parser.parse_note(path, text if isinstance(text, bytes) else text.encode())
    return link_edits.plan_edits(
        note, known(note, standings), hosted, {each for name in rewrite for each in REWRITES[name]}
    )


def mended(text: str, *standings: LinkState, path: str = "notes/a.md", rewrite: Collection[str] = EVERYTHING) -> str:
    """Mend a note, and see that mending it again changes nothing and undoing gives it back."""
    data = text.encode()
    made = edits(data, *standings, path=path, rewrite=rewrite)
    out = edit_list.apply_edits(data, made)
    assert edits(out, *standings, path=path, rewrite=rewrite) == ()
    assert edit_list.apply_edits(out, undo_edits(made)) == data
    return out.decode()


def undo_edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits that turn the edited note back into the original."""
    inverse, shift = [], 0
    for edit in edits:
        start, length = edit.start + shift, len(edit.new.encode())
        inverse.append(Edit(edit.note, start, start + length, edit.new, edit.old, edit.reason, edit.evidence))
        shift += length - (edit.end - edit.start)
    return tuple(inverse)


STORE = [
    standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS),
    standing("https://arxiv.org/abs/2103.00002", metadata=MANY),
    moved("https://github.com/old/loops", "https://github.com/new/loops", Repository("new/loops", stars=1234)),
    standing("https://github.com/new/loops", metadata=Repository("new/loops", stars=1234)),
    standing("https://github.com/kept/second", metadata=Repository("kept/second", stars=56789)),
    standing("https://github.com/gone/gone", Outcome.GONE, Verdict.DEAD, Repository("gone/gone", stars=3)),
    standing("https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png&wxfrom=5", metadata=PICTURE),
]


def rendering(folder: Path, notes: Mapping[str, str], standings: Iterable[LinkState]) -> Rendering:
    """Return what to render: these notes, and a store that read them and has seen their links in these states."""
    for path, text in notes.items():
        (folder / "notes" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "notes" / path).write_bytes(text.encode())
    library = NotesFolder(folder / "notes")
    store = LinkStore.open(sqlite_url(folder / "store.sqlite"))
    output = folder / "output"
    image_store = FolderImageStore(output / "images")
    made = Rendering(library, store, output, image_store, EVERYTHING)
    read(made)
    mentioned = {state.link.url for state, _ in store.link_states()}
    if seen := [result_of(each) for each in standings if each.link.url in mentioned]:
        store.save(seen)
    keep(output / "images")
    return made


def read(given: Rendering) -> None:
    """Register the notes as they are now."""
    Workspace(lambda: given.notes_folder, given.store, given.image_store).read(NOW)


def keep(images: Path) -> None:
    """Put the picture where it is kept."""
    (images / PICTURE.title).parent.mkdir(parents=True, exist_ok=True)
    (images / PICTURE.title).write_bytes(b"picture")


def result_of(known: LinkState) -> CheckResult:
    """Return the observation that leads to a standing."""
    assert known.check is not None
    judgement = VerdictRecord(known.verdict, known.failures_in_a_row, NOW)
    return CheckResult(known.link, known.check, known.metadata, verdict_record=judgement)
