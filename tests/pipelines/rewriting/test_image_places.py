"""Notes that show saved images under former URLs get the present ones, by hash, and nothing else is edited."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from crawler.images.store import FolderImageStore, ImageStore
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.parser import parse_note
from pipelines.rewriting import edit_list
from pipelines.rewriting.note_rewriter import NoteRewriter
from tests.support.mending import NOW, rendering

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.models.notes.edit import Edit

BODY = b"an image"
HASH = sha256(BODY).hexdigest()
NAME = f"{HASH[:2]}/{HASH}.png"
SMALL = f"{HASH[:2]}/{HASH}-1200.webp"
OTHER = f"ab/ab{'0' * 62}.png"
BASE = "https://now.example.com/of"
RELATIVE = f"../output/images/{NAME}"


@pytest.fixture
def images(tmp_path: Path) -> FolderImageStore:
    """Return an image store with an image and its thumbnail."""
    store = FolderImageStore(tmp_path / "output/images", BASE)
    for name in (NAME, SMALL):
        store.put(name, BODY, "image/png")
    return store


def state_of(url: str, code: ReasonCode = ReasonCode.REACHABLE, outcome: Outcome = Outcome.OK) -> LinkState:
    check = Check(outcome, Reason(code), NOW, CheckMethod.FILE)
    return LinkState(Link(url, "web", url), Verdict.ALIVE, NOW, check)


def edited(
    folder: Path,
    image_store: ImageStore,
    text: str,
    states: Sequence[LinkState] = (),
    past: Sequence[Sequence[Edit]] = (),
    rewrite: frozenset[str] = frozenset({"pictures", "marks"}),
) -> str:
    """Return a note after its edits, and see that these are all: editing it again changes nothing."""
    given = replace(rendering(folder, {"a.md": text}, []), image_store=image_store, rewrite=rewrite)
    given = replace(given, past_edits={"a.md": past})
    rewriter = NoteRewriter(given, folder / "notes", ())

    def once(data: bytes) -> bytes:
        note = parse_note("a.md", data)
        known = {each.link.url: each for each in states}
        edits = rewriter.plan_edits(
            note, {at: known[each.url] for at, each in enumerate(note.mentions) if each.url in known}
        )
        return edit_list.apply_edits(data, edits)

    after = once(text.encode())
    assert once(after) == after
    return after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"![x](https://old.example.com/{NAME})", f"![x]({BASE}/{NAME})"),
        (f"![x](https://old.example.com/a/{SMALL})", f"![x]({BASE}/{NAME})"),  # no copies are asked for
        (f"[x](https://old.example.com/a/{SMALL})", f"[x]({BASE}/{SMALL})"),
        (f"![x]({RELATIVE} 'title')", f"![x]({BASE}/{NAME} 'title')"),
        (f"![x](/images/{NAME}#pic_center)", f"![x]({BASE}/{NAME}#pic_center)"),
        (f"![x](https://b.example/{quote(NAME, safe='')}?alt=media)", f"![x]({BASE}/{NAME})"),
        (f'<img src="//old.example.com/{NAME}" width=9>', f'<img src="{BASE}/{NAME}" width=9>'),
        (f"[text](https://old.example.com/{NAME})", f"[text]({BASE}/{NAME})"),
        (f"[x]: http://old.example.com/{NAME}\n\n![x]", f"[x]: {BASE}/{NAME}\n\n![x]"),
    ],
)
def test_former_urls(tmp_path: Path, images: FolderImageStore, before: str, after: str) -> None:
    assert edited(tmp_path, images, before) == after


@pytest.mark.parametrize(
    "text",
    [
        f"![x]({BASE}/{NAME}#pic_center)",
        f"![x](https://old.example.com/{OTHER})",
        f"![x](https://old.example.com/{HASH}.png)",
        f"![x](https://old.example.com/{NAME}.html)",
        f"![[{NAME}]]",
        f"`![x](https://old.example.com/{NAME})`",
        f"<!-- notemend: ignore -->\n![x](https://old.example.com/{NAME})",
    ],
)
def test_what_stays(tmp_path: Path, images: FolderImageStore, text: str) -> None:
    assert edited(tmp_path, images, text) == text


def test_without_a_base_url_paths_are_relative(tmp_path: Path, images: FolderImageStore) -> None:
    images.base = ""
    assert edited(tmp_path, images, f"![x](https://old.example.com/{NAME})") == f"![x]({RELATIVE})"
    for text in (f"![x](./{RELATIVE})", f"<https://old.example.com/{NAME}>"):
        assert edited(tmp_path, images, text) == text


def test_a_path_that_leads_to_a_file_stays_unless_there_is_a_base_url(tmp_path: Path, images: FolderImageStore) -> None:
    """The generator of a site may resolve it in its own way."""
    url = f"/pictures/{NAME}"
    found = state_of(url, ReasonCode.FILE_EXISTS)
    assert edited(tmp_path, images, f"![x]({url})", [found]) == f"![x]({BASE}/{NAME})"
    images.base = ""
    assert edited(tmp_path, images, f"![x]({url})", [found]) == f"![x]({url})"
    missing = state_of(url, ReasonCode.IN_IMAGE_STORE)
    assert edited(tmp_path, images, f"![x]({url})", [missing]) == f"![x]({RELATIVE})"


def test_nothing_is_edited_of_a_missing_image(tmp_path: Path, images: FolderImageStore) -> None:
    url = f"https://old.example.com/{OTHER}"
    dead = replace(state_of(url, ReasonCode.IMAGE_MISSING, Outcome.SKIPPED), verdict=Verdict.DEAD)
    assert edited(tmp_path, images, f"[x]({url})", [dead]) == f"[x]({url})"
    unknown = replace(state_of(url, ReasonCode.NOT_FOUND, Outcome.GONE), verdict=Verdict.DEAD)
    assert edited(tmp_path, images, f"[x]({url})", [unknown]) != f"[x]({url})"  # of another program


def test_what_is_saved_from_such_a_url_is_shown_as_any_other_image(tmp_path: Path, images: FolderImageStore) -> None:
    url = f"https://other.example.com/{NAME}"
    saved = replace(state_of(url), metadata=Picture(OTHER, "ab", "image/png", 9))
    images.put(OTHER, BODY, "image/png")
    assert edited(tmp_path, images, f"![x]({url})", [saved]) == f"![x]({BASE}/{OTHER})"


def test_nothing_is_edited_while_the_store_is_unavailable_or_unless_asked(
    tmp_path: Path, images: FolderImageStore
) -> None:
    text = f"![x](https://old.example.com/{NAME})"
    assert edited(tmp_path, images, text, rewrite=frozenset({"moved"})) == text
    images.unavailable_reason = "timeout"
    assert edited(tmp_path, images, text) == text


def test_a_person_s_word_stays_and_a_base_url_may_come_back(tmp_path: Path, images: FolderImageStore) -> None:
    given = replace(rendering(tmp_path, {"a.md": ""}, []), image_store=images, rewrite=frozenset({"pictures"}))
    rewriter = NoteRewriter(given, tmp_path / "notes", ())
    text = f"![x](https://old.example.com/{NAME})"
    there = rewriter.plan_edits(parse_note("a.md", text.encode()), {})
    assert edited(tmp_path, images, text, past=[there]) == text  # a person took it back
    images.base = "https://old.example.com"
    back = rewriter.plan_edits(parse_note("a.md", f"![x]({BASE}/{NAME})".encode()), {})
    images.base = BASE
    assert edited(tmp_path, images, text, past=[there, back]) == f"![x]({BASE}/{NAME})"
