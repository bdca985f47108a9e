"""What the report's table, notes, findings and charts show, before it is a page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.kinds.registry import all_kinds
from crawler.models.check import Outcome
from crawler.models.history import LinkLifetime, RunMetrics
from crawler.models.link import Change, Verdict
from crawler.models.metadata import Article, Picture, Repository
from crawler.notes import parser
from pipelines.consistency.finding import FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.reports.frames.counts import LINK_COUNTS
from pipelines.reports.frames.entries import NoteBatch
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.notes import note_rows
from pipelines.reports.html import charts
from pipelines.reports.html.report import VENUES
from pipelines.reports.html.translations import ASSETS, LANGUAGES, load_translations
from pipelines.reports.html.view_models import LinkTable, note_views
from pipelines.reports.work.items import GROUPS, OF_LINKS
from tests.support.mending import LOOPS, NOW, PICTURE, known, moved, standing

if TYPE_CHECKING:
    import pandas as pd

    from crawler.models.link import LinkState

# --- links ------------------------------------------------------------------------------------------------------------


def test_a_row_says_all_of_a_link_and_numbers_what_many_share() -> None:
    rows = LinkTable()
    minutes = int(NOW.timestamp() // 60)
    new = replace(
        moved("https://github.com/old/loops", "https://github.com/new/loops", Repository("new/loops")),
        previous_verdict=Verdict.ALIVE,
    )
    assert rows.row(new, ("b.md:1", "a b:c.md:7", "b.md:10")) == [
        *("https://github.com/old/loops", "new/loops", "github", "moved", 0, 0, "moved", minutes),
        *("https://github.com/new/loops", "newly moved", [0, 1, 1, 7, 0, 10]),
    ]
    never = replace(standing("https://a.example/"), check=None, verdict=Verdict.UNKNOWN)
    assert rows.row(never, ("b.md:2",))[2:] == ["web", "unknown", 1, 1, "", 0, "", "", [0, 2]]
    assert list(rows.hosts) == ["github.com", "a.example"]
    assert rows.reasons == [{"en": "seen", "zh": "seen"}, {"en": "", "zh": ""}]
    assert list(rows.notes) == ["b.md", "a b:c.md"]


def test_a_picture_goes_by_its_address() -> None:
    row = LinkTable().row(standing("https://a.example/p.png", metadata=PICTURE), ())
    assert row[:2] == ["https://a.example/p.png", ""]


@pytest.mark.parametrize(
    ("each", "instead"),
    [
        (standing("https://a.example/", Outcome.GONE, Verdict.DEAD, suggestion="https://b.example/"), "https://b.example/"),
        (replace(standing("https://a.example/", verdict=Verdict.DEAD), snapshot="https://web.archive.org/x"), "https://web.archive.org/x"),
        (replace(standing("https://a.example/"), moved_to="https://b.example/"), ""),  # it answers again
    ],
)  # fmt: skip
def test_what_may_stand_in_its_place(each: LinkState, instead: str) -> None:
    assert LinkTable().row(each, ())[8] == instead


# --- notes ------------------------------------------------------------------------------------------------------------

NOTE = """# 笔记（2022.5.31）

1. [好文](https://mp.weixin.qq.com/s/A) :star::star:
   - Paper: [Loops](https://arxiv.org/abs/2204.00001)
   - Code: [x](https://github.com/o/r)

![](https://mmbiz.qpic.cn/a/640?wx_fmt=png) ![](https://mmbiz.qpic.cn/b/640?wx_fmt=png) <video src="https://a.example/c.mp4">

2. [第二篇](https://mp.weixin.qq.com/s/B)
   - Tips: 无
"""


LATE = datetime(2022, 5, 30, 16, 30, tzinfo=UTC)  # the next day in Beijing


def view(*standings: LinkState) -> dict[str, Any]:
    note = parser.parse_note("2022/a.md", NOTE.encode())

    def shown(name: str) -> str | None:
        return None if "lost" in name else f"images/{name}"

    batch = NoteBatch()
    batch.add({"rows": note_rows(note, known(note, standings)), "edits": 3, "work": []})
    (found,) = note_views(batch, shown)
    return found


def test_a_note_with_its_entries_facts_and_pictures() -> None:
    lost = replace(PICTURE, title="cd/lost.png")
    seen = view(
        standing("https://mp.weixin.qq.com/s/A", Outcome.GONE, Verdict.DEAD, Article("好文", "号", published_at=LATE)),
        standing("https://arxiv.org/abs/2204.00001", metadata=replace(LOOPS, authors=tuple("ABCDEF"), withdrawn=True)),
        standing("https://github.com/o/r", verdict=Verdict.SUSPECT, metadata=Repository("o/r", stars=12)),
        standing("https://mmbiz.qpic.cn/a/640?wx_fmt=png", metadata=PICTURE),
        standing("https://mmbiz.qpic.cn/b/640?wx_fmt=png", metadata=lost),
        standing("https://a.example/c.mp4", metadata=Picture("ef/film.mp4", "film", "video/mp4", 9)),
    )
    first, second = seen.pop("entries")
    assert seen == {
        "path": "2022/a.md",
        "title": "笔记（2022.5.31）",
        "date": "2022-05-31",
        "edits": 3,
        "verdicts": {"dead": 1, "alive": 4, "suspect": 1},
    }
    assert first == {
        "number": 1,
        "title": "好文",
        "relevance": 2,
        "line": 3,
        "article_url": "https://mp.weixin.qq.com/s/A",
        "article_verdict": "dead",
        "account": "号",
        "published": "2022-05-31",
        "paper_url": "https://arxiv.org/abs/2204.00001",
        "paper_verdict": "alive",
        "paper_title": "Loops in Sight",
        "arxiv_id": "2204.00001",
        "authors": "A, B, C, D, E …",
        "venue": "CVPR",
        "venue_year": 2022,
        "withdrawn": True,
        "code_url": "https://github.com/o/r",
        "code_verdict": "suspect",
        "repository": "o/r",
        "stars": 12,
        "pictures": ["images/ab/abcd.png"],
        "films": ["images/ef/film.mp4"],
    }
    assert second == {
        "number": 2,
        "title": "第二篇",
        "line": 9,
        "article_url": "https://mp.weixin.qq.com/s/B",
        "tips": "无",
    }


# --- charts -----------------------------------------------------------------------------------------------------------


def values(chart: charts.Chart) -> dict[str, dict[str, int | None]]:
    return {row.label: dict(zip(chart.labels, row.values, strict=True)) for row in chart.series}


def test_health_over_time() -> None:
    chart = charts.health(
        [RunMetrics(NOW, {"dead": 1, "alive": 2, "blocked": 9}), RunMetrics(NOW + timedelta(1), {"dead": 3})]
    )
    assert chart.labels == ("2026-11-20 03:00", "2026-11-21 03:00")
    assert [row.label for row in chart.series] == [f"verdict.{verdict}" for verdict in Verdict]
    assert values(chart)["verdict.dead"] == {"2026-11-20 03:00": 1, "2026-11-21 03:00": 3}
    assert values(chart)["verdict.alive"] == {"2026-11-20 03:00": 2, "2026-11-21 03:00": 0}
    assert charts.health([]).empty


def host_counts(*found: tuple[str, Verdict, int]) -> pd.DataFrame:
    return to_frame(((host, "web", verdict, None, None, count) for host, verdict, count in found), LINK_COUNTS)


def test_hosts_with_most_links_and_the_others_together() -> None:
    many = [(f"h{n:02}.example", Verdict.ALIVE, 100 - n) for n in range(charts.HOSTS + 2)]
    local, old = ("", Verdict.ALIVE, 1000), ("h13.example", Verdict.ALIVE, 0)
    chart = charts.hosts(
        host_counts(*many, ("h00.example", Verdict.DEAD, 1), ("h13.example", Verdict.DEAD, 5), local, old)
    )
    assert chart.labels == (*(f"h{n:02}.example" for n in (*range(9), 13, 9, 10)), "others")
    assert values(chart)["verdict.dead"]["h13.example"] == 5
    assert values(chart)["verdict.alive"]["others"] == 89 + 88
    assert charts.hosts(host_counts()).empty
    assert "others" not in charts.hosts(host_counts(*many[: charts.HOSTS])).labels


def test_papers_by_venue_and_year() -> None:
    papers = {f"{n}": (f"V{n}", 2020) for n in range(charts.VENUES + 1)} | {"a": ("V7", 2018), "b": ("V7", 2018)}
    chart = charts.venues(to_frame(papers.values(), VENUES))
    assert chart.labels == ("2018", "2019", "2020")
    assert [row.label for row in chart.series] == ["V7", "V0", "V1", "V2", "V3", "V4", "V5", "others"]
    assert values(chart)["V7"] == {"2018": 2, "2019": 0, "2020": 1}
    assert values(chart)["others"] == {"2018": 0, "2019": 0, "2020": 1}
    long_ago = charts.venues(to_frame([*papers.values(), ("V7", 1936)], VENUES))
    assert (long_ago.labels[0], len(long_ago.labels)) == ("2009", charts.YEARS)
    assert charts.venues(to_frame([], VENUES)).empty


def test_star_growth_has_gaps_where_nobody_looked() -> None:
    one, two, three = (date(2026, 11, day) for day in (1, 2, 3))
    chart = charts.stars({"o/r": [(one, 5), (three, 9)], "o/s": [(two, 1)]})
    assert chart.labels == ("2026-11-01", "2026-11-02", "2026-11-03")
    assert [tuple(row.values) for row in chart.series] == [(5, None, 9), (None, 1, None)]


def test_ages_at_death() -> None:
    born = date(2020, 1, 1)
    deaths = [LinkLifetime(born, born + timedelta(days)) for days in (-1, 0, 29, 30, 364, 365, 9999)]
    chart = charts.ages(deaths)
    assert list(chart.series[0].values) == [3, 1, 0, 1, 1, 0, 1]
    assert charts.ages([]).empty


def test_a_chart_has_a_number_for_each_label() -> None:
    with pytest.raises(ValueError, match="a number for each"):
        charts.Chart("x", charts.ChartShape.LINES, ("a",), (charts.ChartSeries("s", (1, 2), "dead"),))


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_word_is_there_in_every_language_with_the_same_places() -> None:
    for key, texts in load_translations().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(texts.values()), key
        assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in texts.values()}) == 1, key


def test_there_are_words_for_everything_that_has_a_name() -> None:
    needed = [f"verdict.{each}" for each in Verdict] + [f"kind.{kind}" for kind in all_kinds()]
    needed += [f"change.{each}" for each in Change] + [f"finding.{each}" for each in FindingKind]
    needed += [f"confidence.{each}" for each in Confidence] + [name for name, _ in charts.AGES] + [charts.OTHERS]
    needed += [
        f"problem.{each}" for each in (*OF_LINKS, Change.NEWLY_DEAD, "edits", *(f"edit.{each}" for each in GROUPS))
    ]
    assert [key for key in needed if key not in load_translations()] == []


def test_no_word_is_left_over() -> None:
    folder = ASSETS / ""
    sources = [file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith((".html", ".js"))]
    sources += [file.read_text("utf-8") for file in (ASSETS / "..").iterdir() if file.name.endswith(".py")]
    text = "\n".join(sources)
    computed = (
        "tile.",
        "doubt.",
        "verdict.",
        "outcome.",
        "kind.",
        "change.",
        "finding.",
        "confidence.",
        "chart.",
        "action.",
        "problem.",
        "notice.",
    )
    unused = [key for key in load_translations() if not key.startswith(computed) and f'"{key}"' not in text]
    assert unused == []
    said = re.findall(r'translatedElement\("\w+", "([\w.]+)"|\bt\("([\w.]+)"|fact\(facts, "([\w.]+)"', text)
    assert {key for keys in said for key in keys if key and not key.endswith(".")} - load_translations().keys() == set()


def test_css_has_every_colour_that_charts_ask_for() -> None:
    style = (ASSETS / "style.css").read_text("utf-8")
    papers = {f"{n}": (f"V{n}", 2020) for n in range(20)}
    counts = {f"o/{n}": [(date(2026, 1, 1), 1)] for n in range(20)}
    drawn = [
        charts.health([RunMetrics(NOW, {})]),
        charts.venues(to_frame(papers.values(), VENUES)),
        charts.stars(counts),
        charts.ages([]),
    ]
    tones = {series.tone for chart in drawn for series in chart.series}
    assert {tone for tone in tones if f"--fill-{tone}:" not in style} == set()
