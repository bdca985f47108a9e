"""Generated notes: entries of four links each, as in a paper reader's diary, to pages of the small internet."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HOSTS = tuple(f"h{number:02}.bench.example.org" for number in range(20))
ENTRIES_PER_NOTE = 12
_ENTRY = """\
{number}. [第 {number} 篇：一种简单而高效的方法 | An article]({}) :star::star:
   - Abstract: 本文提出一种简单而高效的方法，在多个数据集上取得了很好的结果。
   - Paper: [A Simple and Efficient Method, Explained in Number {number}]({})
   - Code: [{}]({})
   - Tips: 实验很充分，值得一读；另见 [project page]({})。

"""


def urls(scheme: str, count: int) -> Iterator[str]:
    """Yield different URLs, host after host."""
    return (f"{scheme}://{HOSTS[number % len(HOSTS)]}/page/{number}" for number in range(count))


def entries(urls: Iterable[str]) -> Iterator[str]:
    """Yield the text of entries until the URLs are used up; their number has to be a multiple of four."""
    rest = iter(urls)
    number = 0
    while links := list(islice(rest, 4)):
        number += 1
        article, paper, code, tips = links
        yield _ENTRY.format(article, paper, code, code, tips, number=number)


def write(folder: Path, urls: Iterable[str]) -> None:
    """Write notes with these links into a new folder."""
    folder.mkdir()
    rest = entries(urls)
    number = 0
    while some := list(islice(rest, ENTRIES_PER_NOTE)):
        number += 1
        (folder / f"{number:05}.md").write_text(f"# 学习笔记 {number}\n\n{''.join(some)}", encoding="utf-8")
