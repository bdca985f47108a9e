"""Generated notes: entries of four links each, as in a paper reader's diary, to pages of the small internet."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST_HOSTS = 10_000
"""As many have a name in the small internet."""
ENTRIES_PER_NOTE = 12
_LINES = (
    """\
{number}. [第 {number} 篇：一种简单而高效的方法 | An article]({url}) :star::star:
   - Abstract: 本文提出一种简单而高效的方法，在多个数据集上取得了很好的结果。
""",
    "   - Paper: [A Simple and Efficient Method, Explained in Number {number}]({url})\n",
    "   - Code: [{url}]({url})\n",
    "   - Tips: 实验很充分，值得一读；另见 [project page]({url})。\n",
)


def host(number: int) -> str:
    """Return the name of a host of the small internet."""
    return f"h{number:02}.bench.example.org"


HOSTS = tuple(map(host, range(20)))


def urls(scheme: str, count: int, hosts: int = len(HOSTS)) -> Iterator[str]:
    """Yield different URLs, host after host."""
    return (f"{scheme}://{host(number % hosts)}/page/{number}" for number in range(count))


def entries(urls: Iterable[str]) -> Iterator[str]:
    """Yield the text of entries until the URLs are used up."""
    rest = iter(urls)
    number = 0
    while links := list(islice(rest, len(_LINES))):
        number += 1
        yield "".join(line.format(number=number, url=url) for line, url in zip(_LINES, links, strict=False)) + "\n"


def write(folder: Path, urls: Iterable[str]) -> None:
    """Write notes with these links into a new folder."""
    folder.mkdir()
    rest = entries(urls)
    number = 0
    while some := list(islice(rest, ENTRIES_PER_NOTE)):
        number += 1
        (folder / f"{number:05}.md").write_text(f"# 学习笔记 {number}\n\n{''.join(some)}", encoding="utf-8")
