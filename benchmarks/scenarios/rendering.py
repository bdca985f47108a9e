"""How long mending takes: notes of 10 kB, in which papers get facts, repositories have moved and pictures are kept.

`python -m benchmarks.scenarios.rendering [--notes 1000]`; half as many are rendered too, to see that time grows with
them.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.harness.running import MB, machine, table
from crawler.config.value_readers import REWRITES
from crawler.images.store import FolderImageStore
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict, VerdictRecord
from crawler.models.metadata import Article, Paper, Picture, Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.notes.files.folder import NotesFolder
from crawler.run.workspace import Workspace
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from pipelines.reports import notes_mirror
from pipelines.reports.contract import Rendering
from pipelines.reports.render import render

if TYPE_CHECKING:
    from crawler.models.link import Link
    from crawler.models.metadata import Metadata

SIZE = 10_000
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ENTRY = """\
{number}. [第 {number} 篇：一种简单而高效的方法 | An article](https://mp.weixin.qq.com/s/{number:022}) :star::star:
   - Abstract: 本文提出一种简单而高效的方法，在多个数据集上取得了很好的结果，代码已经开源，值得一读。
   - Paper: [A Simple and Efficient Method, Explained in Number {number}](https://arxiv.org/pdf/2204.{number:05}.pdf)
   - Code: [https://github.com/old/method-{number}](https://github.com/old/method-{number})
   - Tips: 作者提出了一种新的训练方法，并在公开数据集上做了充分的实验；与以往的方法相比，参数更少，速度更快，精度更高。

<div align=center><img src="https://mmbiz.qpic.cn/mmbiz_png/{number:064}/640?wx_fmt=png&wxfrom=5" style='zoom:80%'>
</div>

"""


def write(folder: Path, number: int) -> int:
    """Write so many notes into a new folder and return their bytes."""
    folder.mkdir()
    numbers, written = count(1), 0
    for note in range(number):
        text = f"# 学习笔记 {note}\n\n"
        while len(text.encode()) < SIZE:
            text += ENTRY.format(number=next(numbers) % 100_000)
        written += (folder / f"{note:05}.md").write_bytes(text.encode())
    return written


def fill(library: NotesFolder, store: LinkStore, image_store: FolderImageStore) -> None:
    """Register the notes as a crawl does, and write down that every link was found."""
    image_store.folder.joinpath("ab").mkdir(parents=True)
    image_store.folder.joinpath("ab/kept.png").touch()
    Workspace(lambda: library, store, image_store).read(NOW)
    for _, links in store.link_states_by_note():
        store.save([seen(state.link) for _, state in links])


def seen(link: Link) -> CheckResult:
    """Return what was seen of a link: repositories have moved, everything else is where it was."""
    metadata: Metadata
    final = None
    match link.kind:
        case "arxiv":
            authors = ("Ada Lovelace", "Emmy Noether")
            metadata = Paper("A Simple Method", {"arxiv": link.identity}, authors, venue="CVPR", venue_year=2022)
        case "github":
            final = link.url.replace("/old/", "/new/")
            metadata = Repository(link.identity.replace("old/", "new/"), stars=1234)
        case "image":
            metadata = Picture("ab/kept.png", "kept", "image/png", 200_000)
        case _:
            metadata = Article("一种简单而高效的方法", "号", published_at=NOW)
    check = Check(
        Outcome.MOVED if final else Outcome.OK,
        Reason(ReasonCode.REACHABLE),
        NOW,
        CheckMethod.PAGE,
        http_status=200,
        final_url=final,
    )
    verdict = Verdict.MOVED if final else Verdict.ALIVE
    return CheckResult(link, check, metadata, verdict_record=VerdictRecord(verdict, 0, NOW + timedelta(days=7)))


def measure(number: int) -> list[str]:
    """Render so many notes and return a line of the table."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        size = write(folder / "notes", number)
        library, store = NotesFolder(folder / "notes"), LinkStore.open(sqlite_url(folder / "store.sqlite"))
        output = folder / "output"
        image_store = FolderImageStore(output / "images")
        fill(library, store, image_store)
        rewrite = frozenset(name for word in ("links", "pictures", "facts") for name in REWRITES[word])
        rendering = Rendering(library, store, output, image_store, rewrite)
        anew, unchanged = [], []
        for _ in range(3):
            store.forget_other_fragments([])
            anew.append(seconds(rendering))
            unchanged.append(seconds(rendering))
        edits = (output / "edits.jsonl").read_bytes().count(b"\n")
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    times = (f"{median(each):.2f}" for each in (anew, unchanged))
    return [f"{number:,}", f"{size / MB:.1f}", f"{edits:,}", *times, f"{peak / MB:.0f}"]


def seconds(rendering: Rendering) -> float:
    """Render the notes, and return how long that takes."""
    began = time.perf_counter()
    render(rendering, notes_mirror)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenarios.rendering")
    parser.add_argument("--notes", type=int, default=1000)
    number = parser.parse_args().notes
    print("\nrendering: seconds, medians of 3 rounds, of all notes and again of the same notes unchanged")
    print(machine(), flush=True)
    print(
        table([["notes", "MB", "edits", "all", "unchanged", "peak MB"], *map(measure, (number // 2, number))]),
        flush=True,
    )


if __name__ == "__main__":
    main()
