"""Images per second and peak memory beside Scrapy's FilesPipeline: both save the same images of one server.

`python -m benchmarks.scenarios.pictures [--photos N] [--animations N] [--rounds N]`. JPEGs of 60 to 80 kB and GIFs of
20 MB on 20 hosts, written to the same disk. A run that did not ask for each image once, or did not save each, is an
error. Fetching lasts from the first request to the last byte that is written: that of large images is not done when
all have been asked for. notemend is measured a second time without outputs, because writing them with pandas needs
more memory than fetching.
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
from benchmarks.harness.running import MB, Ran, Server, at_least, at_most, machine, positive, run, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BASE = "FilesPipeline"
MINE = "notemend"
FETCHING = "notemend, no outputs"
SIZES = {"jpg": (60_000, 80_500), "gif": (19_000_000, 20_500_000)}
GOAL = 0.95


def urls(count: int, extension: str) -> list[str]:
    """Return different images, host after host."""
    return [f"http://{notes.HOSTS[number % len(notes.HOSTS)]}/{number}.{extension}" for number in range(count)]


def write(folder: Path, images: Sequence[str]) -> None:
    """Write notes of 25 images each, and the list, in place of others."""
    shutil.rmtree(folder / "notes", ignore_errors=True)
    (folder / "notes").mkdir()
    for at in range(0, len(images), 25):
        text = "\n\n".join(f'<div align=center><img src="{url}"></div>' for url in images[at : at + 25])
        (folder / "notes" / f"{at:06}.md").write_text(f"# 笔记 {at}\n\n{text}\n", encoding="utf-8")
    (folder / "urls.txt").write_text("\n".join(images))


def measure(name: str, folder: Path, images: Sequence[str], server: Server) -> tuple[Ran, float]:
    """Let a program save the images, and make sure that it did; return also the seconds of fetching and saving."""
    output = folder / "output"
    shutil.rmtree(output, ignore_errors=True)
    commands = {
        MINE: programs.crawl(folder / "notes", output),
        FETCHING: [*programs.crawl(folder / "notes", output), "-s", "OUTPUTS="],
        BASE: [sys.executable, "-m", "benchmarks.baselines.files", str(folder / "urls.txt"), str(output / "images")],
    }
    server.seen()
    ran = run(commands[name], server.environ)
    seen = server.seen()
    files = [file for file in (output / "images").rglob("*") if file.is_file()]
    if any(seen.urls.get(url) != 1 for url in images) or len(files) != len(images):
        raise RuntimeError(f"{name} saved {len(files)} of {len(images)} images:\n{ran.output[-2000:]}")
    least, most = SIZES[images[0].rpartition(".")[2]]
    if not all(least <= file.stat().st_size < most for file in files):
        raise RuntimeError(f"{name} saved other bytes")
    return ran, max(file.stat().st_mtime for file in files) - seen.began


Round = dict[str, tuple[Ran, float]]


def _figures(ran: Ran, seconds: float) -> tuple[float, float, float]:
    """Return the seconds of fetching, of the whole run and of the processor."""
    return seconds, ran.seconds, ran.busy


def _lines(count: int, rounds: Sequence[Round]) -> Iterator[list[str]]:
    """Yield the rows of a table: medians of all rounds, and the median of the ratios to FilesPipeline."""
    yield ["images per second:", "fetching", "ratio", "whole run", "ratio", "of processor", "ratio", "peak MB"]
    for program in (MINE, FETCHING, BASE):
        line = [program]
        pairs = [zip(_figures(*each[program]), _figures(*each[BASE]), strict=True) for each in rounds]
        for spent in zip(*pairs, strict=True):
            rates = [count / mine for mine, _ in spent]
            line += [
                f"{median(rates):,.1f} ({min(rates):,.1f}-{max(rates):,.1f})",
                f"{median(base / mine for mine, base in spent):.2f}",
            ]
        yield [*line, f"{median(each[program][0].peak / MB for each in rounds):.0f}"]


def compare(images: Sequence[str], folder: Path, server: Server, rounds: int) -> None:
    """Let both programs save the images in turns, and print a table and what is aimed at."""
    write(folder, images)
    programs = ((BASE, MINE, FETCHING), (FETCHING, MINE, BASE))
    measured = [
        {each: measure(each, folder, images, server) for each in programs[number % 2]} for number in range(rounds)
    ]
    print(table(_lines(len(images), measured)))
    kind = images[0].rpartition(".")[2].upper()
    reached = median(each[BASE][1] / each[MINE][1] for each in measured)
    whole = median(each[BASE][0].seconds / each[MINE][0].seconds for each in measured)
    print(at_least(f"{kind}s per second while fetching, beside FilesPipeline", reached, GOAL))
    print(at_least(f"{kind}s per second of the whole run, beside FilesPipeline", whole, GOAL))
    for program in (MINE, FETCHING):
        memory = median(each[program][0].peak / each[BASE][0].peak for each in measured)
        print(at_most(f"peak memory of {program} with {kind}s, beside FilesPipeline", memory, 1), flush=True)


def main(arguments: Sequence[str]) -> None:
    """Print one table for each sort of image."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.pictures")
    parser.add_argument("--photos", type=int, default=600, help="JPEGs of 60 to 80 kB")
    parser.add_argument("--animations", type=int, default=30, help="GIFs of 20 MB")
    parser.add_argument("--rounds", type=positive, default=5)
    options = parser.parse_args(arguments)
    with Server("http") as server, TemporaryDirectory() as name:
        for count, extension, what in (
            (options.photos, "jpg", "60 to 80 kB"),
            (options.animations, "gif", "20 MB"),
        ):
            if count:
                print(f"\npictures: {count:,} of {what} on {len(notes.HOSTS)} hosts, {options.rounds} rounds")
                print(machine(), flush=True)
                compare(urls(count, extension), Path(name), server, options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
