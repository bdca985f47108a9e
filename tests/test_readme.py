"""What the README shows is what comes out."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from crawler.options import REWRITES
from tests.processes import ROOT

if TYPE_CHECKING:
    from tests.crawling import Desk

README = (ROOT / "README.md").read_text("utf-8")


def block(language: str) -> list[str]:
    """Return the lines of the README's first block in that language."""
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1].splitlines()


def table(header: str) -> str:
    """Return the rows of the README's table with that header."""
    return README.partition(header)[2].partition("\n\n")[0]


def timeless(line: str) -> str:
    """Return a line without its times."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…", line)


def test_readme_shows_what_comes_out(desk: Desk) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    assert desk.crawl().returncode == 0
    rows = [timeless(line) for line in (desk.output / "link_health.csv").read_text("utf-8-sig").splitlines()]
    shown = [timeless(line) for line in block("csv")]
    assert [row for row in rows if row in shown] == shown

    before = (desk.notes / "202605/0506.md").read_text("utf-8")
    after = (desk.output / "notes/202605/0506.md").read_text("utf-8")
    diff = [line or " " for line in block("diff")]
    assert "\n".join(line[1:] for line in diff if line[0] in " -") in before
    assert "\n".join(line[1:] for line in diff if line[0] in " +") in after
    for file in re.findall(r"^\| `([\w./]+)`(?:, `([\w.]+)`)?", table("| file |"), re.MULTILINE):
        for name in filter(None, file):
            assert (desk.output / name).exists(), name


def test_readme_explains_every_setting_of_the_user() -> None:
    explained = set(re.findall(r"`([A-Z_]+)`", table("| setting |")))
    source = (ROOT / "crawler/settings.py").read_text("utf-8")
    ours = source.partition("# --- The user's own")[2].partition("# --- The flow")[0]
    assert explained == set(re.findall(r"^([A-Z_]+)(?:: [^=]+)? =", ours, re.MULTILINE))


def test_readme_explains_every_edit() -> None:
    names = [
        name
        for row in re.findall(r"^\|([^|]+)\|", table("| name |"), re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]
    assert sorted(names) == sorted(REWRITES)
    default = re.findall(r"^\| `(\w+)`.*\| yes \|$", table("| name |"), re.MULTILINE)
    assert {"links", "pictures", "facts"} <= {*default}
