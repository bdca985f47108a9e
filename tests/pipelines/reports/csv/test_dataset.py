from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Paper, Picture, Repository
from pipelines.reports.csv import dataset, links_table
from pipelines.reports.frames import frame
from pipelines.reports.render import render
from tests.support.mending import NOW, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reports.contract import Rendering

COLUMNS = (
    "note,date,line,section,number,title,relevance,article_url,article_verdict,account,article_author,published_at,"
    "paper_url,arxiv_id,paper_title,title_matches,authors,venue,venue_year,venue_track,venue_source,venue_evidence,categories,arxiv_version,withdrawn,"
    "code_url,repository,stars,forks,language,license,archived,pushed_at,image_paths,images_not_saved,abstract,tips,work_id,"
    "notices,pages,pdf_url,downloads,gated,disabled,latest_release,released_at,topics,description"
)

NOTE = """# 笔记（2022.5.31）

1. [=好文](https://mp.weixin.qq.com/s/A) :star::star:
   - Abstract: 一句话
   - Paper: [loops in  SIGHT.](https://arxiv.org/pdf/2204.00001v1)
   - Code: [x](https://github.com/O/r/tree/main)
   - Tips: 见 [旧](https://arxiv.org/abs/2103.00002)

![](https://mmbiz.qpic.cn/a/640?wx_fmt=png) ![](https://mmbiz.qpic.cn/b/640?wx_fmt=png)

2. [另一篇](https://mp.weixin.qq.com/s/B)
   - Tips: [Second](https://arxiv.org/abs/2103.00002)
"""

STORE = [
    standing(
        "https://mp.weixin.qq.com/s/A",
        Outcome.GONE,
        Verdict.DEAD,
        Article(
            "好文",
            "号",
            author="人",
            links=("https://arxiv.org/abs/2203.03605",),
            published_at=datetime(2022, 5, 30, 16, 30, tzinfo=UTC),
        ),
    ),
    standing(
        "https://arxiv.org/abs/2204.00001",
        metadata=Paper(
            "Loops in Sight",
            {"arxiv": "2204.00001"},
            ("Ada Lovelace", "Emmy Noether"),
            categories=("cs.CV", "cs.LG"),
            version=3,
            withdrawn=False,
            venue="CVPR",
            venue_year=2022,
            venue_track="oral",
            venue_source="comment",
            venue_evidence="CVPR 2022 (oral)",
            notices=("correction 10.1/y",),
            pages="1-9",
            pdf_url="https://example.org/loops.pdf",
        ),
    ),
    standing(
        "https://github.com/O/r/tree/main",
        metadata=Repository(
            "O/r", stars=1234, license="MIT", archived=True, pushed_at=NOW, downloads=5, gated=False, topics=("loops",)
        ),
    ),
    standing("https://mmbiz.qpic.cn/b/640?wx_fmt=png", metadata=Picture("ab/b.png", "b", "image/png", 1)),
]


@pytest.fixture
def given(tmp_path: Path) -> Rendering:
    return rendering(tmp_path, {"2022/0531.md": NOTE}, STORE)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_entries(given: Rendering) -> None:
    render(given, dataset, links_table)
    table = parquet.read_table(given.output_dir / "entries.parquet")
    assert ",".join(table.column_names) == COLUMNS
    first, second = table.to_pylist()
    assert first == {
        "note": "2022/0531.md",
        "date": date(2022, 5, 31),
        "line": 3,
        "section": "笔记（2022.5.31）",
        "number": 1,
        "title": "=好文",
        "relevance": 2,
        "article_url": "https://mp.weixin.qq.com/s/A",
        "article_verdict": "dead",
        "account": "号",
        "article_author": "人",
        "published_at": datetime(2022, 5, 30, 16, 30, tzinfo=UTC),
        "paper_url": "https://arxiv.org/abs/2204.00001",
        "arxiv_id": "2204.00001",
        "paper_title": "Loops in Sight",
        "title_matches": True,
        "authors": ["Ada Lovelace", "Emmy Noether"],
        "venue": "CVPR",
        "venue_year": 2022,
        "venue_track": "oral",
        "venue_source": "comment",
        "venue_evidence": "CVPR 2022 (oral)",
        "categories": ["cs.CV", "cs.LG"],
        "arxiv_version": 3,
        "withdrawn": False,
        "code_url": "https://github.com/O/r/tree/main",
        "repository": "O/r",
        "stars": 1234,
        "forks": None,
        "language": None,
        "license": "MIT",
        "archived": True,
        "pushed_at": NOW,
        "image_paths": ["ab/b.png"],
        "images_not_saved": ["https://mmbiz.qpic.cn/a/640?wx_fmt=png: not saved: not checked yet"],
        "abstract": "一句话",
        "tips": "见 旧",
        "work_id": "arxiv:2204.00001",
        "notices": ["correction 10.1/y"],
        "pages": "1-9",
        "pdf_url": "https://example.org/loops.pdf",
        "downloads": 5,
        "gated": False,
        "disabled": None,
        "latest_release": None,
        "released_at": None,
        "topics": ["loops"],
        "description": None,
    }
    assert second["paper_url"] == "https://arxiv.org/abs/2103.00002"
    assert (second["arxiv_id"], second["article_verdict"]) == ("2103.00002", "unknown")
    assert (second["authors"], second["code_url"], second["stars"], second["title_matches"]) == (None, None, None, None)
    assert second["image_paths"] == []


def test_entries_for_spreadsheets(given: Rendering) -> None:
    render(given, dataset, links_table)
    path = given.output_dir / "entries.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" + COLUMNS.encode() + b"\r\n")
    first, second = rows(path)
    assert first["title"] == "'=好文"
    assert first["published_at"] == "2022-05-31T00:30:00+08:00"
    assert first["pushed_at"] == "2026-11-20T03:00:00Z"
    assert first["date"] == "2022-05-31"
    assert first["authors"] == "Ada Lovelace; Emmy Noether"
    assert (first["stars"], first["archived"], first["forks"]) == ("1234", "True", "")
    assert (second["authors"], second["stars"], second["published_at"]) == ("", "", "")


def test_types(given: Rendering) -> None:
    render(given, dataset, links_table)
    schema = parquet.read_schema(given.output_dir / "entries.parquet")
    assert schema.field("published_at").type == pa.timestamp("us", "Asia/Shanghai")
    assert schema.field("pushed_at").type == pa.timestamp("us", "UTC")
    assert schema.field("authors").type.value_type == pa.string()
    assert pa.types.is_int32(schema.field("venue_year").type)
    assert pa.types.is_boolean(schema.field("withdrawn").type)
    frame = pd.read_parquet(given.output_dir / "entries.parquet", dtype_backend="pyarrow")
    assert frame["stars"].sum() == 1234
    assert frame["published_at"].dt.year[0] == 2022


def test_links(given: Rendering) -> None:
    render(given, dataset, links_table)
    table = parquet.read_table(given.output_dir / "links.parquet").to_pylist()
    assert len(table) == 7
    assert table[0]["url"] == "https://mp.weixin.qq.com/s/A"
    assert (table[0]["mentions"], table[0]["last_checked"]) == (["2022/0531.md:3"], NOW)
    assert table[0]["article_links"] == ["https://arxiv.org/abs/2203.03605"]
    assert {row["identity"] for row in table if row["kind"] == "github"} == {"o/r"}
    repeated = next(row for row in table if row["identity"] == "2103.00002")
    assert repeated["mentions"] == ["2022/0531.md:7", "2022/0531.md:12"]


def test_without_entries_there_are_columns_and_no_rows(tmp_path: Path) -> None:
    given = rendering(tmp_path, {"a.md": "nothing"}, [])
    render(given, dataset, links_table)
    for name in ("entries.parquet", "links.parquet"):
        assert parquet.read_table(given.output_dir / name).num_rows == 0
    assert parquet.read_schema(given.output_dir / "entries.parquet").names == COLUMNS.split(",")
    assert (given.output_dir / "entries.csv").read_bytes() == b"\xef\xbb\xbf" + COLUMNS.encode() + b"\r\n"


def test_batches_make_one_file(given: Rendering, monkeypatch: pytest.MonkeyPatch) -> None:
    render(given, dataset, links_table)
    whole = {name: (given.output_dir / name).read_bytes() for name in ("entries.csv",)}
    monkeypatch.setattr(frame, "BATCH", 1)
    for name in (*dataset.FILES, *links_table.FILES):  # what is there as it was rendered is kept
        (given.output_dir / name).unlink()
    render(given, dataset, links_table)
    assert {name: (given.output_dir / name).read_bytes() for name in whole} == whole
    assert parquet.ParquetFile(given.output_dir / "links.parquet").num_row_groups == 7


def test_rendering_twice_gives_the_same_bytes(given: Rendering) -> None:
    render(given, dataset, links_table)
    before = {path.name: path.read_bytes() for path in given.output_dir.iterdir() if path.is_file()}
    for name in before:
        (given.output_dir / name).unlink()
    render(given, dataset, links_table)
    assert {path.name: path.read_bytes() for path in given.output_dir.iterdir() if path.is_file()} == before


def test_places_with_spaces_stay_as_they_are_in_lists(tmp_path: Path) -> None:
    given = rendering(tmp_path, {"a b.md": "[x](gone.md)"}, [])
    render(given, dataset, links_table)
    assert parquet.read_table(given.output_dir / "links.parquet").to_pylist()[0]["mentions"] == ["a b.md:1"]


@pytest.mark.parametrize(
    ("venue", "expected"),
    [
        (None, ("ICLR Workshop", 2022, "workshop", "note")),
        ("CVPR", ("CVPR", None, None, "comment")),
        ("arXiv does not answer", ("ICLR Workshop", 2022, "workshop", "note")),
    ],
)
def test_the_title_says_the_venue_last(tmp_path: Path, venue: str | None, expected: tuple[object, ...]) -> None:
    note = "1. [ICLR 2022 Workshop | 梦](https://mp.weixin.qq.com/s/A)\n   - Paper: [x](https://arxiv.org/abs/2204.00001)\n"
    paper = Paper("x", {"arxiv": "2204.00001"}, venue=venue, venue_source="comment" if venue else None)
    known = None if venue == "arXiv does not answer" else paper
    given = rendering(tmp_path, {"a.md": note}, [standing("https://arxiv.org/abs/2204.00001", metadata=known)])
    render(given, dataset, links_table)
    (row,) = parquet.read_table(given.output_dir / "entries.parquet").to_pylist()
    assert (row["venue"], row["venue_year"], row["venue_track"], row["venue_source"]) == expected
