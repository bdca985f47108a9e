"""Pictures per second and peak memory beside Scrapy's FilesPipeline: both keep the same pictures of one server.

`python -m benchmarks.scenarios.pictures [--count N] [--rounds N]`. Pictures of 200 kB on 20 hosts, read and written to
the same disk. A run that did not ask for each picture once, or did not keep each, is an error.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baselines import programs
from benchmarks.harness import notes
from benchmarks.harness.running import MB, Ran, Server, at_least, machine, run, table

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE = "FilesPipeline"
MINE = "notemend"
SIZE = 200_000
GOAL = 0.8


def urls(count: int) -> list[str]:
    """Return different pictures, host after host."""
    return [f"http://{notes.HOSTS[number % len(notes.HOSTS)]}/{number}.png" for number in range(count)]


def write(folder: Path, pictures: Sequence[str]) -> None:
    """Write notes of 25 pictures each, and the list."""
    (folder / "notes").mkdir()
    for at in range(0, len(pictures), 25):
        text = "\n\n".join(f'<div align=center><img src="{url}"></div>' for url in pictures[at : at + 25])
        (folder / "notes" / f"{at:06}.md").write_text(f"# 笔记 {at}\n\n{text}\n", encoding="utf-8")
    (folder / "urls.txt").write_text("\n".join(pictures))


def measure(name: str, folder: Path, pictures: Sequence[str], server: Server) -> tuple[Ran, float]:
    """Let a program keep the pictures, and make sure that it did; return also the seconds of fetching."""
    output = folder / "output"
    shutil.rmtree(output, ignore_errors=True)
    commands = {
        MINE: programs.crawl(folder / "notes", output),
        BASE: [sys.executable, "-m", "benchmarks.baselines.files", str(folder / "urls.txt"), str(output / "images")],
    }
    server.seen()
    ran = run(commands[name], server.environ)
    seen = server.seen()
    files = [file for file in (output / "images").rglob("*") if file.is_file()]
    if any(seen.urls.get(url) != 1 for url in pictures) or len(files) != len(pictures):
        raise RuntimeError(f"{name} kept {len(files)} of {len(pictures)} pictures:\n{ran.output[-2000:]}")
    if {file.stat().st_size for file in files} - set(range(SIZE, SIZE + 200)):
        raise RuntimeError(f"{name} kept other bytes")
    return ran, seen.seconds


def _seconds(mine: tuple[Ran, float], base: tuple[Ran, float]) -> list[tuple[float, float]]:
    """Return the seconds of fetching, of the whole run and of the processor, each with those of the other program."""
    return [(mine[1], base[1]), (mine[0].seconds, base[0].seconds), (mine[0].busy, base[0].busy)]


def main(arguments: Sequence[str]) -> None:
    """Print one table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.pictures")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print(f"\npictures: {options.count:,} of {SIZE // 1000} kB on {len(notes.HOSTS)} hosts, {options.rounds} rounds")
    print(machine(), flush=True)
    pictures = urls(options.count)
    lines = [["pictures per second:", "fetching", "ratio", "whole run", "ratio", "of processor", "ratio", "peak MB"]]
    with Server("http") as server, TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, pictures)
        rounds = [
            {each: measure(each, folder, pictures, server) for each in (BASE, MINE)} for _ in range(options.rounds)
        ]
        for program in (MINE, BASE):
            line = [program]
            for spent in zip(*(_seconds(each[program], each[BASE]) for each in rounds), strict=True):
                rates = [options.count / mine for mine, _ in spent]
                ratio = median(base / mine for mine, base in spent)
                line += [f"{median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})", f"{ratio:.2f}"]
            lines.append([*line, f"{median(each[program][0].peak / MB for each in rounds):.0f}"])
    print(table(lines))
    reached = median(each[BASE][1] / each[MINE][1] for each in rounds)
    print(at_least("pictures per second while fetching, beside FilesPipeline", reached, GOAL), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
