"""Links as a frame: links, verdicts, mentions and metadata merged."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import METADATA_TYPES, Article, Page, Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.reports.frames import frame
from pipelines.reports.frames.frame import MergeError, to_rows
from pipelines.reports.frames.links import link_batches, link_table
from pipelines.reports.frames.metadata import METADATA
from tests.support.mending import LOOPS, NOW, PICTURE, moved, standing

if TYPE_CHECKING:
    import pandas as pd

    from crawler.models.link import LinkState


def row(state: LinkState, *places: str) -> dict[str, Any]:
    table = link_table([(state, places)])
    (found,) = to_rows(table, list(table.columns))
    return found


def test_where_a_link_moved_stays_known_through_a_captcha() -> None:
    captcha = Check(
        Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA), NOW, CheckMethod.PAGE, final_url="https://captcha.example/"
    )
    found = row(replace(moved("https://a.example/", "https://b.example/"), check=captcha))
    assert found["final_url"] == "https://b.example/"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("a b.md:3", "a%20b.md:3"),
        ("a%20b.md:3", "a%2520b.md:3"),
        ("a\tb\n\u3000.md:3", "a%09b%0A%E3%80%80.md:3"),
        ("日记/a:b.md:12", "日记/a:b.md:12"),
    ],
)
def test_places_stay_apart(place: str, shown: str) -> None:
    found = row(standing("https://a.example/"), place, "z.md:1")
    assert (found["mentions"], found["locations"]) == (f"{shown} z.md:1", [place, "z.md:1"])


def test_a_link_that_was_never_checked_has_nulls() -> None:
    never = replace(standing("https://a.example/"), check=None, verdict=Verdict.UNKNOWN)
    found = row(never)
    known = {name for name, value in found.items() if value not in (None, [], "")}
    assert known == {"url", "kind", "identity", "key", "verdict", "failures_in_a_row", "first_seen"}


def test_links_to_one_thing_share_its_metadata() -> None:
    code = Repository("O/r", stars=3)
    states = [
        standing("https://github.com/o/r", metadata=code),
        standing("https://github.com/o/r/tree/main", metadata=code),
        standing("https://a.example/p.png", metadata=PICTURE),
        standing("https://mp.weixin.qq.com/s/A", metadata=Article("好文", links=("https://arxiv.org/abs/2203.03605",))),
        standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS),
        standing("https://a.example/", metadata=Page("=1")),
        standing("https://b.example/"),
    ]
    table = link_table([(state, ("a.md:1",)) for state in states])
    found = to_rows(table, ["title", "picture_path", "picture_bytes", "article_links"])
    assert [each["title"] for each in found] == ["O/r", "O/r", PICTURE.title, "好文", "Loops in Sight", "=1", None]
    assert [each["picture_path"] for each in found] == [None, None, PICTURE.title, None, None, None, None]
    assert (found[2]["picture_bytes"], found[3]["article_links"]) == (68, ["https://arxiv.org/abs/2203.03605"])


def test_a_link_that_comes_twice_is_refused() -> None:
    state = standing("https://a.example/")
    with pytest.raises(MergeError, match=r"^states: more than one row with url 'https://a.example/'$"):
        link_table([(state, ("a.md:1",)), (state, ("b.md:1",))])


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (6, [5])])
def test_batches(batch: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "BATCH", batch)
    taken: list[pd.DataFrame] = []
    with link_batches([taken.append]) as take:
        for n in range(5):
            take(standing(f"https://a.example/{n}"), ("a.md:1",))
    assert [len(each) for each in taken] == sizes
    assert [url for each in taken for url in each["url"]] == [f"https://a.example/{n}" for n in range(5)]


def test_without_links_no_frame_is_made() -> None:
    taken: list[pd.DataFrame] = []
    with link_batches([taken.append]):
        pass
    assert taken == []


def test_every_type_of_metadata_has_its_columns() -> None:
    assert METADATA.keys() == METADATA_TYPES.keys()
    for name, schema in METADATA.items():
        known = {field.name for field in fields(METADATA_TYPES[name])} | {"arxiv_id"}
        assert set(schema.names[1:]) <= known, name
