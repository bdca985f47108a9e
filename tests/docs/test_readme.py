"""A newcomer's path: what README and tutorial say can be typed, and what they show comes out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.pages import blocks, read
from tests.internet import World
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet

README, TUTORIAL, DATASET = (read(page) for page in ("README.md", "docs/tutorial.md", "docs/dataset.md"))

NOT_HERE = ("make test", "git clone", "cd notemend", "diff -r notes", "pipx install", ". .venv/bin/activate")
"""What is not typed here: the tests that these are of, the clone that there is, a comparison that always differs.

Nor is what installs: the programs of the clone are found by PATH.
"""


def block(text: str, language: str) -> list[str]:
    """Return the lines of the only block in that language."""
    (found,) = blocks(text, language)
    return str(found).splitlines()


def commands(text: str) -> list[str]:
    """Return the commands of a page, without comments."""
    lines = (line.partition("  # ")[0].rstrip() for each in blocks(text, "sh") for line in each.splitlines())
    return [line for line in lines if line and not line.startswith(NOT_HERE)]


def timeless(line: str) -> str:
    """Return a line without its times."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…", line)


def tracked() -> list[str]:
    """Return the files that a clone has, changed as they are here."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return [file for file in done.stdout.split("\0") if (ROOT / file).is_file()]


class Newcomer:
    """Somebody with a clone of the project and a folder of notes, on a small internet.

    The environment that make would install from a registry is the one that the tests run in.
    """

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.clone = folder / "notemend"
        notes = folder / "my-notes"
        notes.mkdir()
        (notes / "a.md").write_text(
            f"- Code: https://github.com/IDEACVR/DINO\n\n<{World.article('deleted')}> ![]({World.picture('webp')})\n",
            "utf-8",
        )
        for file in tracked():
            (self.clone / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.clone / file)
        programs = self.clone / ".venv/bin"
        programs.mkdir(parents=True)
        for name, words in {"python": "", "scrapy": "-m scrapy", "notemend": "-m crawler"}.items():
            (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n', "utf-8")
            (programs / name).chmod(0o755)
        for name in ("ready", "demo"):
            (self.clone / ".venv" / name).touch()
        # What make tells make test would have the clone's make say where it works, and share its jobs.
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        found = {"PATH": f"{programs}:{outer['PATH']}", "PYTHONPATH": str(self.clone)}
        self.environ = outer | environ | found | {"HOME": str(folder), "GITHUB_TOKEN": ""}

    def types(self, command: str) -> str:
        """Type a command; return what it says."""
        words = ["bash", "-c", command]
        done = subprocess.run(words, cwd=self.clone, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


def charts(clone: Path) -> list[str]:
    """Execute the cells of the notebook as Jupyter would; return the titles of the charts, one a cell at most."""
    import matplotlib as mpl  # noqa: PLC0415 - takes half a second, in each process that collects tests
    from matplotlib import pyplot as plt  # noqa: PLC0415

    mpl.use("Agg")
    cells = json.loads((clone / "docs/entries.ipynb").read_text("utf-8"))["cells"]
    seen: dict[str, Any] = {}
    titles = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            with chdir(clone):
                exec(compile("".join(cell["source"]), f"docs/entries.ipynb, cell {number}", "exec"), seen)
            for figure in map(plt.figure, plt.get_fignums()):
                (axes,) = figure.axes
                assert axes.patches, "a chart without bars"
                titles.append(axes.get_title())
            plt.close("all")  # as Jupyter does after a cell
    return titles


@pytest.fixture
def newcomer(tmp_path: Path, internet: Internet) -> Newcomer:
    return Newcomer(tmp_path, internet.environ())


def test_what_comes_out_of_the_sample_notes_is_what_is_shown(newcomer: Newcomer) -> None:
    said = newcomer.types("make crawl")
    output = newcomer.clone / "output"
    files = README.partition("| file |")[2].partition("\n\n")[0]
    named = [name for row in re.findall(r"^\|([^|]+)\|", files, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)]
    assert len(named) > 10
    missing = {name for name in named if not (output / name).exists()}
    assert missing == {"notemend.sqlite"}  # the demonstration has a store of its own
    rows = [timeless(line) for line in (output / "link_health.csv").read_text("utf-8-sig").splitlines()]
    shown = [timeless(line) for line in block(TUTORIAL, "csv")]
    assert [row for row in rows if row in shown] == shown

    assert "\n".join(block(TUTORIAL, "text")) in said

    seen: dict[str, Any] = {}
    with chdir(newcomer.clone):
        for example in blocks(DATASET, "python"):
            exec(compile(example, "docs/dataset.md", "exec"), seen)
    assert seen["papers"]["CVPR", 2022] >= 1
    assert [str(url) for url in seen["dead"]["url"]] == [row.partition(",")[0] for row in rows if ",dead," in row]

    assert charts(newcomer.clone) == ["Papers by venue", "Stars on GitHub", "Articles by verdict"]

    before = (newcomer.clone / "notes/202605/0506.md").read_text("utf-8")
    after = (output / "notes/202605/0506.md").read_text("utf-8")
    diff = [line or " " for line in block(README, "diff")]
    assert "\n".join(line[1:] for line in diff if line[0] in " -") in before
    assert "\n".join(line[1:] for line in diff if line[0] in " +") in after


def test_every_command_can_be_typed(newcomer: Newcomer) -> None:
    typed = dict.fromkeys((*commands(README), *commands(TUTORIAL)))
    del typed["make crawl"]  # typed above
    said = {command: newcomer.types(command) for command in typed}
    assert "+- Code: https://github.com/IDEA-Research/DINO" in said["notemend diff ~/my-notes"]
    assert "moved" in said["notemend explain https://github.com/IDEACVR/DINO"]
    assert (newcomer.clone / "output/notemend.sqlite").exists()
