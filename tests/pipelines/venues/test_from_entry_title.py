"""Labels in the titles of entries: what is one, and when it contradicts what is known of the paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.notes import parser
from pipelines.venues.from_entry_title import SOURCE, is_other_venue, venue_label
from pipelines.venues.from_text import find_venue
from pipelines.venues.model import Venue

CORPUS = Path(__file__).parents[3] / "../shared/corpus/dairly_learning"


def label(title: str) -> str | None:
    venue = venue_label(title)
    assert venue is None or venue.source == SOURCE
    return " ".join(str(part) for part in (venue.name, venue.year, venue.track) if part) if venue else None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("CVPR 2022 | 梦的检测", "CVPR 2022"),
        ("CVPR2022｜梦的检测", "CVPR 2022"),
        ("CVPR 2022丨梦", "CVPR 2022"),
        ("ICLR'22 oral | 梦", "ICLR 2022 oral"),
        ("NAACL’21 | 梦", "NAACL 2021"),
        ("ICCV-2021 Oral | 梦", "ICCV 2021 oral"),
        ("梦的检测（NeurIPS 2021）", "NeurIPS 2021"),
        ("梦的检测 (CVPR'22)", "CVPR 2022"),
        ("【某号】AAAI 2022：梦", "AAAI 2022"),
        ("[CVPR 2022] 梦", "CVPR 2022"),
        ("梦已被CVPR2021接收", "CVPR 2021"),
        ("梦，代码开源 SIGGRAPH Asia 2021", "SIGGRAPH Asia 2021"),
        ("CVPR | 梦", "CVPR"),
        ("【CVPR】梦", "CVPR"),
        ("CVPR：梦", "CVPR"),
        ("TPAMI 2021 ：梦", "TPAMI 2021"),
        ("RAL 2022｜梦", "RA-L 2022"),
        ("EMNLP 2021 Findings | 梦", "EMNLP 2021 findings"),
        ("CVPRW 2021 | 梦", "CVPR 2021 workshop"),
        ("CVPR 2021 Workshop | 梦", "CVPR 2021 workshop"),
        ("CVPR 2021 | 速览梦的检测", "CVPR 2021"),
        ("CVPR2021 梦 CVPR 2021", "CVPR 2021"),
        ("软件学报 2023 | 梦的检测", "Journal of Software 2023"),
        ("《软件学报》2023：梦", "Journal of Software 2023"),
        ("【软件学报】梦", "Journal of Software"),
        ("梦的检测（计算机学报，2022）", "Chinese Journal of Computers 2022"),
        ("梦的检测发表于《自动化学报》2021年第3期", "Acta Automatica Sinica 2021"),
        ("2023年软件学报：梦", "Journal of Software 2023"),
        ("中国软件学报 2023 | 梦", None),
        ("软件学报的梦", None),
        ("计算机研究与发展 2023 | 梦", "JCRD 2023"),
        ("数据采集与处理 | 梦", None),
        ("计算机科学 2023 | 梦", None),
        ("软件学报 2023 胜过 CVPR 2021 的梦", None),
        ("CVPR最佳检测：梦", None),
        ("清华大学团队 CVPR 研究", None),
        ("CVPR 2022放榜！2067篇论文被接收", None),
        ("CVPR 2021 论文/代码分类汇总！", None),
        ("13篇！某实验室CVPR2021入选论文解读", None),
        ("CVPR 2021 速览 | 梦", None),
        ("ICLR 2022匿名论文：梦", None),
        ("CVPR 2022 NTIRE 梦", None),
        ("CVPR 2021 | 胜过 ICCV 2019 的梦", None),
        ("2021年的梦", None),
        ("5 mm 2021", None),
        ("", None),
    ],
)
def test_labels(title: str, expected: str | None) -> None:
    assert label(title) == expected


def venue(text: str, source: str = SOURCE) -> Venue:
    name, year, *track = f"{text} ".split(" ")
    return Venue(name, int(year) if year else None, (track[0] or None) if track else None, source)


@pytest.mark.parametrize(
    ("noted", "true", "disagrees"),
    [
        ("CVPR 2021", "ICML 2021", True),
        ("CVPR 2021", "CVPR 2022", True),
        ("CVPR 2021", "CVPR 2021 workshop", True),
        ("CVPR 2021 workshop", "CVPR 2021", True),
        ("EMNLP 2021", "EMNLP 2021 findings", True),
        ("EMNLP 2021 workshop", "EMNLP 2021 findings", True),
        ("TPAMI 2021", "TPAMI 2023", True),
        ("CVPR 2021", "RA-L 2021", True),
        ("CVPR 2021", "CVPR 2021", False),
        ("CVPR 2021", "CVPR 2021 oral", False),
        ("CVPR 2021 workshop", "CVPR 2021 workshop", False),
        ("CVPR", "CVPR 2021", False),
        ("CVPR 2021", "CVPR", False),
        ("TPAMI 2021", "TPAMI 2022", False),
        ("ICRA 2022", "RA-L 2021", False),
        ("RA-L 2021", "ICRA 2022", False),
        ("CVPR 2021", "Widgets 2022", False),
    ],
)
def test_disagreement(noted: str, true: str, *, disagrees: bool) -> None:
    assert is_other_venue(venue(noted), venue(true)) is disagrees


@given(st.text())
def test_any_title_is_read(title: str) -> None:
    venue_label(title)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus in ../shared/corpus is not here")
def test_labels_of_real_notes() -> None:
    titles = {
        entry.title: [note.mentions[at].url for at in entry.mentions]
        for file in sorted(CORPUS.rglob("*.md"))
        for note in [parser.parse_note(file.name, file.read_bytes())]
        for entry in note.entries
    }
    labels = {title: found for title in titles if (found := venue_label(title))}
    assert len(labels) > 200
    # A venue and a year side by side are a label but for lists, competitions and submissions.
    missed = [title for title in titles if "CVPR 202" in title and title not in labels]
    assert 0 < len(missed) <= 12
    comments = {"2102.05095": "Accepted to ICML 2021", "2103.00112": "NeurIPS 2021"}
    wrong = {
        arxiv_id
        for arxiv_id, comment in comments.items()
        for title, urls in titles.items()
        if any(arxiv_id in url for url in urls) and title in labels
        if (true := find_venue(comment, None, datetime(2021, 2, 9, tzinfo=UTC)))
        if is_other_venue(labels[title], true)
    }
    assert wrong == set(comments)
