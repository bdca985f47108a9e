"""What tests of the report share: notes, links, and the page rendered of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Paper, Repository
from pipelines.reports.html import report
from pipelines.reports.render import render
from tests.internet.sites.qpic import draw
from tests.support.mending import NOW, PICTURE, moved, rendering, standing
from tests.support.storing import NIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reports.contract import Rendering

NOTE = """# 笔记（2022.5.31）

1. [目标检测综述](https://mp.weixin.qq.com/s/A) :star::star:
   - Abstract: 一句话
   - Paper: [Something Else Entirely](https://arxiv.org/abs/2204.00001)
   - Code: [x](https://github.com/old/loops)

![](https://mmbiz.qpic.cn/a/640?wx_fmt=png)

2. [另一篇](https://mp.weixin.qq.com/s/B)
   - Tips: 无
"""
MANY = "".join(f"- <https://h{n % 7}.example/{n:03}>\n" for n in range(250))
LOOPS = Paper("Loops in Sight", {"arxiv": "2204.00001"}, ("Ada",), venue="CVPR", venue_year=2022)
STORE = [
    standing("https://mp.weixin.qq.com/s/A", metadata=Article("目标检测综述", "号", published_at=NOW)),
    standing("https://mp.weixin.qq.com/s/B", Outcome.GONE, Verdict.DEAD, Article("", "W" * 120)),
    standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS),
    moved("https://github.com/old/loops", "https://github.com/new/loops", Repository("new/loops", stars=1234)),
    standing("https://mmbiz.qpic.cn/a/640?wx_fmt=png", metadata=PICTURE),
    standing("https://h0.example/000", Outcome.FAILED, Verdict.SUSPECT),
    standing("https://h1.example/001", Outcome.BLOCKED, Verdict.UNKNOWN),
]  # fmt: skip
SAMPLE = {"2022/a.md": NOTE, "b.md": f"# Many (2022.5.1)\n\n{MANY}"}


def rendered(folder: Path, notes: dict[str, str], standings: list[Any], **changes: Any) -> Rendering:
    """Render the report of these notes and links, as after a run."""
    made = replace(rendering(folder, notes, standings), **changes)
    (folder / "output/images" / PICTURE.title).write_bytes(draw("a", "png"))
    made.store.start_run(NOW)
    render(made, report)
    return made


def file_of(made: Rendering) -> Path:
    return made.output_dir / "report.html"


def soup(made: Rendering) -> BeautifulSoup:
    return BeautifulSoup(file_of(made).read_text("utf-8"), "lxml")


def second_night(folder: Path) -> Rendering:
    """Return a report of a second night on which nothing has changed."""
    made = rendered(folder, SAMPLE, STORE)
    made.store.finish_run(NOW)
    made.store.start_run(NOW + NIGHT)
    render(made, report)
    return made
