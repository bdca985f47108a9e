"""The works: one row each, with all addresses and identifiers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from crawler.models.metadata import Paper
from pipelines.reports.bibliography import output
from pipelines.reports.csv import dataset, works
from pipelines.reports.render import render
from tests.support.mending import rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

ARXIV, MIRROR, UNKNOWN, OTHER = (
    "https://arxiv.org/abs/1810.04805",
    "https://www.alphaxiv.org/abs/1810.04805",
    "https://arxiv.org/abs/2204.00009",
    "https://example.org/paper.pdf",
)
NOTE = "\n".join(
    f"{number}. [Title {number}](https://mp.weixin.qq.com/s/{number})\n   - Paper: [paper]({url})\n"
    for number, url in enumerate((ARXIV, MIRROR, UNKNOWN, OTHER), 1)
)
BERT = Paper(
    "BERT: Pre-training of Deep Bidirectional Transformers",
    {"arxiv": "1810.04805", "doi": "10.18653/v1/N19-1423"},
    ("Jacob Devlin", "Ming-Wei Chang"),
    published=datetime(2018, 10, 11, tzinfo=UTC),
    venue="NAACL",
    venue_year=2019,
    venue_source="doi",
    venue_evidence="10.18653/v1/N19-1423",
    pages="4171-4186",
    pdf_url="https://aclanthology.org/N19-1423.pdf",
    notices=("correction 10.1/y",),
)


def test_works_are_joined_to_their_entries(tmp_path: Path) -> None:
    given = rendering(tmp_path, {"a.md": NOTE}, [standing(url, metadata=BERT) for url in (ARXIV, MIRROR)])
    render(given, dataset, works, output)
    entries, found = (
        pd.read_parquet(given.output_dir / f"{name}.parquet", dtype_backend="pyarrow") for name in ("entries", "works")
    )
    row, bare = found.to_dict("records")
    assert {name: row[name] for name in ("work_id", "citation_key", "title", "published", "venue", "arxiv_id")} == {
        "work_id": "arxiv:1810.04805",
        "citation_key": "devlin2018bert",
        "title": BERT.title,
        "published": date(2018, 10, 11),
        "venue": "NAACL",
        "arxiv_id": "1810.04805",
    }
    assert (list(row["ids"]), list(row["urls"])) == (["acl:N19-1423", "arxiv:1810.04805"], [ARXIV])
    assert {name: row[name] for name in ("venue_evidence", "pages", "pdf_url")} == {
        "venue_evidence": BERT.venue_evidence,
        "pages": BERT.pages,
        "pdf_url": BERT.pdf_url,
    }
    assert list(row["notices"]) == ["correction 10.1/y"]
    assert (bare["work_id"], list(bare["urls"]), pd.isna(bare["title"])) == ("arxiv:2204.00009", [UNKNOWN], True)
    merged = entries.merge(found, on="work_id", how="left", validate="many_to_one")
    assert merged["title_y"].fillna("").tolist() == [BERT.title, BERT.title, "", ""]
    assert entries["work_id"].isna().tolist() == [False, False, False, True]
    assert (given.output_dir / "works.csv").read_text("utf-8-sig").count("\n") == 3
