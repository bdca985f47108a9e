"""`python -m tests.terminal_run`: record the commands of docs/terminal.md and write what they print into the page.

The commands are those of the page. They run one after the other in an empty folder with one note, on the local test
server; each block of the page is a command and its output. The Chinese page has the same blocks.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.internet import Internet
from tests.support.processes import ROOT

PAGES = (ROOT / "docs/terminal.md", ROOT / "docs/zh-CN/terminal.md")

NOTE = """\
# Reading list

1. [DINO: contrastive denoising for DETR](https://mp.weixin.qq.com/s/gX_YEEpBlbEPBL0mTNrFGg)
   - Paper: https://arxiv.org/abs/2203.03605
   - Code: https://github.com/IDEACVR/DINO

   ![](https://mmbiz.qpic.cn/sz_mmbiz_jpg/gYUsOT36vfot2j3EflmEpbeLhx2Lb3pYhjrXqGPJZZmlTNI87ZHvDn61msTIv2wp26F13QC5GoNERypFEic0nxg/640?wx_fmt=jpeg)

2. [DETR without anchor boxes](https://mp.weixin.qq.com/s/Pkh4uS_HawJfCqwk4Usmlw), [slides](https://missing.example.org/slides/yolov7.html)
"""

SETTINGS = 'from crawler.settings import *\n\nDOWNLOAD_DELAYS = {"*": 0}\n'
"""The server is on this machine: it needs no pauses."""

_BLOCK = re.compile(r"^```console\n\$ (?P<command>.*)\n(?P<printed>(?:.*\n)*?)```$", re.MULTILINE)

_VARYING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME"),
    (r"20[23]\d-\d\d-\d\d", "DAY"),
    (r"\b\d+\.\d+ (s|MB)\b", r"N \1"),
    (r"slowest hosts: .*", "slowest hosts: …"),
)


def commands(page: str) -> list[str]:
    """Return the commands of a page."""
    return [match["command"] for match in _BLOCK.finditer(page)]


def record(words: list[str]) -> list[str]:
    """Return what each command prints; they are typed in a new folder with the note."""
    with TemporaryDirectory() as place, Internet() as internet:
        folder = Path(place)
        (folder / "my-notes").mkdir()
        (folder / "my-notes/reading.md").write_text(NOTE, "utf-8")
        (folder / "settings").mkdir()
        (folder / "settings/terminal_settings.py").write_text(SETTINGS, "utf-8")
        ours = {
            "COLUMNS": "100",
            "HOME": place,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": f"{folder / 'settings'}{os.pathsep}{ROOT}",
            "SCRAPY_SETTINGS_MODULE": "terminal_settings",
            "TERM": "dumb",
        }
        kept = {name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_TOKEN"}}
        return [_printed(command, folder, kept | internet.environ() | ours) for command in words]


def _printed(command: str, folder: Path, environ: dict[str, str]) -> str:
    name, *words = shlex.split(command)
    program = [sys.executable, "-m", "crawler"] if name == "notemend" else [name]
    done = subprocess.run(
        [*program, *words], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    text = done.stdout.decode("utf-8").replace(str(folder), "~")
    assert done.returncode == 0, text
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def filled(page: str, printed: list[str]) -> str:
    """Return a page with what its commands printed."""
    rest = iter(printed)
    return _BLOCK.sub(lambda match: f"```console\n$ {match['command']}\n{next(rest)}```", page)


def timeless(page: str) -> str:
    """Return a page without what differs between two runs: times, durations and sizes."""
    for pattern, name in _VARYING:
        page = re.sub(pattern, name, page)
    return page


def main() -> None:
    """Write the pages."""
    printed = record(commands(PAGES[0].read_text("utf-8")))
    for page in PAGES:
        page.write_text(filled(page.read_text("utf-8"), printed), "utf-8")


if __name__ == "__main__":
    main()
