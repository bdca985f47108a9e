"""What the store knows of pictures, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

from crawler.images.looks import Look
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Picture
from crawler.models.notes.note import Mention
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import ImageSource
from crawler.store.external_sources import SNAPSHOT_RETRY
from crawler.store.notes.registered_notes import NoteMentions
from crawler.store.schema.mapping import metadata_from_row
from tests.support.storing import NIGHT, NOW, all_due, checked, link, register, standing

if TYPE_CHECKING:
    from crawler.models.link import Link
    from crawler.models.metadata import Metadata
    from crawler.models.result import CheckResult
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

A, B, C = (f"https://mmbiz.qpic.cn/mmbiz_png/{letter * 30}/640" for letter in "abc")
ONE, TWO = "aa/aa.png", "bb/bb.png"


def kept(each: Link, title: str = ONE, etag: str | None = '"1"') -> CheckResult:
    picture = Picture(title, title[3:5], "image/png", 9, 64, 48, 1)
    return replace(checked(each, metadata=picture), origin=ImageSource(each.url, etag, "Mon, 03 Jan 2022 08:00:00 GMT"))


def origins(store: LinkStore) -> dict[str, ImageSource | None]:
    return {due.link.url: due.origin for due in all_due(store, NOW + 2 * NIGHT)}


def test_where_a_picture_came_from_is_handed_out_with_its_link(store: LinkStore) -> None:
    a, b = register(store, "n.md", A, B)
    assert origins(store) == {A: None, B: None}
    store.save([kept(a), checked(b)])
    assert origins(store) == {A: ImageSource(A, '"1"', "Mon, 03 Jan 2022 08:00:00 GMT", ONE), B: None}
    store.save([kept(a, TWO, None)])
    assert origins(store)[A] == ImageSource(A, None, "Mon, 03 Jan 2022 08:00:00 GMT", TWO)
    store.save([checked(a)])  # it was as it had been kept
    assert origins(store)[A] is not None
    assert store.links_with_image(TWO) == [A]
    assert store.links_with_image(ONE) == []


def test_a_placeholder_is_forgotten_wherever_it_was_kept(store: LinkStore) -> None:
    a, b, c = register(store, "n.md", A, B, C)
    store.start_run(NOW)
    store.save([kept(a), kept(b), kept(c, TWO)])
    assert store.known_placeholders() == {}
    look = Look.of_shades(bytes(range(256)), 4 / 3)
    for _ in range(2):
        store.learn_placeholder(ONE, NOW, look)
    assert store.known_placeholders() == {ONE: look}
    for url in (A, B):
        known = standing(store, url)
        assert (known.verdict, known.metadata, known.last_alive) == (Verdict.UNKNOWN, None, None)
        assert known.check is not None
        assert (known.check.outcome, known.check.reason) == (Outcome.BLOCKED, Reason(ReasonCode.PLACEHOLDER))
    assert standing(store, C).metadata is not None
    again = {due.link.url: due for due in all_due(store, NOW, again=True)}
    assert again.keys() == {A, B}
    assert [check.outcome for check in again[A].history] == [Outcome.BLOCKED]


def test_a_placeholder_that_was_on_its_way_is_forgotten_too(store: LinkStore) -> None:
    a, b = register(store, "n.md", A, B)
    store.learn_placeholder(ONE, NOW)
    store.save([kept(a), kept(b, TWO)])
    assert standing(store, A).metadata is None
    assert standing(store, B).metadata is not None
    assert {due.link.url for due in all_due(store, NOW, again=True)} == {A}


def test_pictures_of_articles_beside_a_link(store: LinkStore) -> None:
    article, other = "https://mp.weixin.qq.com/s/" + "x" * 22, "https://mp.weixin.qq.com/s/" + "y" * 22
    picture, mine = register(store, "n.md", A, article)
    register(store, "m.md", B, other)
    store.save([checked(mine, metadata=Article("t", pictures=(A, C)))])
    store.save([checked(link(other), metadata=Article("t", pictures=(B,)))])
    assert list(store.images_of_articles(picture)) == [A, C]
    assert list(store.images_of_articles(link(B))) == [B]
    assert list(store.images_of_articles(link(C))) == []


def test_the_day_of_the_oldest_note(store: LinkStore) -> None:
    for note, day in (("a.md", date(2022, 5, 1)), ("b.md", date(2021, 5, 1)), ("c.md", None)):
        store.register([NoteMentions(note, [(Mention(A, 0, 9, 1, 1), link(A))], day)], NOW)
    assert store.oldest_note_date(link(A)) == date(2021, 5, 1)
    assert store.oldest_note_date(link(B)) is None


def test_the_archive_is_asked_again_after_a_while(store: LinkStore) -> None:
    a, b = register(store, "n.md", A, B)
    assert store.known_snapshot(a, NOW) == (None, True)
    store.save_snapshot(a, None, NOW)
    assert store.known_snapshot(a, NOW + SNAPSHOT_RETRY) == (None, False)
    assert store.known_snapshot(a, NOW + SNAPSHOT_RETRY + NIGHT) == (None, True)
    store.save_snapshot(b, "https://web.archive.org/web/2022/x", NOW)
    assert store.known_snapshot(b, NOW + 99 * NIGHT) == ("https://web.archive.org/web/2022/x", False)


def test_pictures_that_were_never_looked_at_are_counted(store: LinkStore) -> None:
    a, _ = register(store, "n.md", A, B)
    register(store, "m.md", "https://a.example/page")
    assert store.count_unchecked_images() == 2
    store.save([kept(a)])
    assert store.count_unchecked_images() == 1


def urls(store: LinkStore) -> dict[str, list[str]]:
    return {name: image.urls for name, image in store.saved_images().items()}


def test_what_notes_use_and_what_is_to_be_fetched_again(store: LinkStore) -> None:
    a, b, c = register(store, "n.md", A, B, C)
    store.save([kept(a), kept(b), kept(c, TWO)])
    assert urls(store) == {ONE: [A, B], TWO: [C]}
    register(store, "n.md", A, B)
    assert urls(store) == {ONE: [A, B]}
    assert all_due(store, NOW) == []
    store.mark_for_fetch([A], NOW)
    assert [(due.link.url, due.origin) for due in all_due(store, NOW)] == [(A, None)]
    assert standing(store, A).metadata is not None  # what is there is shown until then


def test_pictures_kept_by_an_older_program_are_still_known() -> None:
    old = '{"title": "aa/aa.png", "sha256": "aa", "media_type": "image/png", "size": 9}'
    assert known("Picture", old) == Picture("aa/aa.png", "aa", "image/png", 9)
    assert known("Article", '{"title": "t", "links": ["x"]}') == Article("t", links=("x",))


def known(name: str, data: str) -> Metadata | None:
    return metadata_from_row(SimpleNamespace(type=name, data=data))  # type: ignore[arg-type]
