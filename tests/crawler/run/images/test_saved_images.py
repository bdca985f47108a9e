"""Missing and damaged files of the image store are noticed in each run."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.images.names import image_name
from crawler.images.store import FolderImageStore
from crawler.models.metadata import Picture
from crawler.models.result import ImageSource
from crawler.run.images.saved_images import ROTATION, check_saved_images, is_due_on
from tests.support.storing import NOW, all_due, checked, register

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.link import Link
    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

A, B = (f"https://mmbiz.qpic.cn/mmbiz_png/{letter * 30}/640" for letter in "ab")
BODY, OTHER = b"a picture", b"b picture"
NAME = image_name(BODY, "image/png")
START = datetime(2026, 11, 1, 3, tzinfo=UTC)


def saved(link: Link, body: bytes) -> CheckResult:
    name = image_name(body, "image/png")
    picture = Picture(name, hashlib.sha256(body).hexdigest(), "image/png", len(body), 64, 48, 1)
    return replace(checked(link, metadata=picture), origin=ImageSource(link.url, '"1"', None))


@pytest.fixture
def pictures(tmp_path: Path, store: LinkStore) -> FolderImageStore:
    """Return an image store with two pictures, of which notes use both."""
    image_store = FolderImageStore(tmp_path / "images")
    for link, body in zip(register(store, "n.md", A, B), (BODY, OTHER), strict=True):
        image_store.put(image_name(body, "image/png"), body, "image/png")
        store.save([saved(link, body)])
    return image_store


def fetched_again(store: LinkStore, image_store: FolderImageStore, now: datetime) -> set[str]:
    check_saved_images(store, image_store, now)
    return {due.link.url for due in all_due(store, now) if due.origin is None}


def test_each_file_has_its_day() -> None:
    names = [f"{n:02x}/{n:02x}{n:06x}{'0' * 56}.png" for n in range(60)]
    days = [START.date() + timedelta(days=day) for day in range(ROTATION)]
    assert [sum(is_due_on(name, day) for day in days) for name in names] == [1] * len(names)


def test_files_that_are_there_are_left_alone(store: LinkStore, pictures: FolderImageStore) -> None:
    for day in range(ROTATION):
        assert fetched_again(store, pictures, NOW + timedelta(days=day)) <= {A, B}
        assert {due.origin for due in all_due(store, NOW + timedelta(days=day))}.isdisjoint({None})


def test_missing_and_empty_files_are_fetched_again(store: LinkStore, pictures: FolderImageStore) -> None:
    (pictures.folder / NAME).unlink()
    assert fetched_again(store, pictures, NOW) == {A}
    (pictures.folder / image_name(OTHER, "image/png")).write_bytes(b"")
    assert fetched_again(store, pictures, NOW) == {A, B}


def test_other_bytes_of_the_same_size_are_noticed_on_their_day(store: LinkStore, pictures: FolderImageStore) -> None:
    (pictures.folder / NAME).write_bytes(b"A picture")
    days = [NOW + timedelta(days=day) for day in range(ROTATION)]
    noticed = [day for day in days if A in fetched_again(store, pictures, day)]
    first = next(day for day in days if is_due_on(NAME, day.date()))
    assert noticed == [day for day in days if day >= first]


def test_what_is_in_the_trash_comes_back(store: LinkStore, pictures: FolderImageStore) -> None:
    pictures.discard(NAME, NOW.date())
    assert fetched_again(store, pictures, NOW) == set()
    assert pictures.open(NAME) == BODY
    pictures.discard(NAME, NOW.date())
    next(pictures.folder.glob("trash/*/*/*")).write_bytes(b"A picture")
    assert fetched_again(store, pictures, NOW) == {A}
    assert not pictures.has(NAME)
