"""What the documents tell to do can be done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from crawler import settings
from crawler.config import setting_readers, value_readers
from crawler.config.beside.explanations import explanations
from crawler.program.main import program
from tests import reference
from tests.internet.messages import page, text
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.support.crawling import Desk

PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = ("crawler", "pipelines", "tests", "benchmarks")
SCRAPYS = {"FTP_USER", "FTP_PASSWORD"}
"""Settings of Scrapy's that the documents name."""

KIND = (ROOT / "docs/how-to/add-a-kind.md").read_text("utf-8")
COMMIT = (ROOT / "docs/how-to/check-before-a-commit.md").read_text("utf-8")


def block(text: str, language: str) -> str:
    """Return the only code block in that language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(found)


def test_a_kind_is_added_in_one_file(desk: Desk, internet: Internet) -> None:
    """The how-to's file is put where it says, its recorded page is made, and notes with such links are crawled."""
    project = desk.folder / "project"
    for folder in ("crawler", "pipelines"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (file,) = re.findall(r"This is `(crawler/kinds/\w+\.py)`:", KIND)
    (project / file).write_text(block(KIND, "python"), "utf-8")
    case = tomllib.loads(block(KIND, "toml"))

    model = "https://huggingface.co/google/vit-base-patch16-224"
    hidden, blog = "https://huggingface.co/google/hidden", "https://huggingface.co/blog/vit"
    internet.fault(f"{model}*", page("google/vit-base-patch16-224 · Hugging Face"))
    internet.fault(hidden, text("", 401))
    desk.write("a.md", f"<{case['url']}> <{hidden}> <{blog}>")
    command = [sys.executable, "-m", "crawler", *desk.command("crawl", "notes", "-a", f"notes={desk.notes}")]
    environ = os.environ | desk.environ | {"PYTHONPATH": str(project)}
    done = subprocess.run(command, cwd=desk.folder, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "notemend: 1 note; 3 links to check\n")
    rows = desk.health()
    assert {url: row["kind"] for url, row in rows.items()} == {case["url"]: "model", hidden: "model", blog: "web"}
    assert rows[case["url"]]["outcome"] == case["expected"]["outcome"]
    assert rows[case["url"]]["title"] == case["expected"]["metadata"]["title"]
    assert (rows[hidden]["verdict"], rows[hidden]["reason"]) == ("restricted", "private, or gone")


def test_the_reference_says_what_the_code_has() -> None:
    text = reference.PAGE.read_text("utf-8")
    assert text == reference.page(text), "run make reference"
    assert [name for name in setting_readers.READERS if not explanations()[name]] == []


def test_a_table_that_is_wrong_or_missing_is_written_anew() -> None:
    text = reference.PAGE.read_text("utf-8")
    spoilt = re.sub(r"^\| `(DOWNLOAD_DELAYS|NOTES_DIR|undo).*\n", "", text, flags=re.MULTILINE)
    assert text.count("\n") - spoilt.count("\n") == 3
    assert reference.page(spoilt) == text
    assert reference.page(re.sub(r"(?<=\n\n)\| (setting|output) .*\n(\|.*\n)*", "", text)) == text


@pytest.mark.parametrize("page", ["docs/notes.md", "docs/zh-CN/notes.md"])
def test_every_edit_is_explained(page: str) -> None:
    rows = re.findall(r"^\|([^|]+)\|.*\|([^|]+)\|$", (ROOT / page).read_text("utf-8"), re.MULTILINE)[2:]
    explained = {name: usual.strip() for names, usual in rows for name in re.findall(r"`(\w+)`", names)}
    assert sorted(explained) == sorted(value_readers.REWRITES)
    default = {each for name in settings.REWRITE for each in (name, *value_readers.REWRITES[name])}
    assert {name for name, usual in explained.items() if usual == "yes"} == default


def test_the_hook_s_configuration_names_the_hook() -> None:
    (repository,) = yaml.safe_load(block(COMMIT, "yaml"))["repos"]
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [each["id"] for each in repository["hooks"]] == [hook["id"]]


# --- all pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_page_names_is_there(file: os.PathLike[str]) -> None:
    """Links lead to files and headings; `-s NAME=` is a setting, `scrapy NAME` a command."""
    text = (ROOT / file).read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))
    broken = [link for link in links if "://" not in link and not leads_somewhere(ROOT / file, link)]
    assert broken == []
    named = set(re.findall(r"-s ['\"]?([A-Z0-9_]+)=", text)) - {"NAME"}
    assert named <= {*setting_readers.READERS, *SCRAPYS}
    called = set(re.findall(r"(?:bin/scrapy|notemend) ([a-z]+) (?=-|notes|https?:|FILE)", text))
    assert called <= set(program.commands)


MODULES = [f"/{each.relative_to(ROOT).as_posix()}" for name in PACKAGES for each in (ROOT / name).rglob("*.py")]
EXAMPLES = {"crawler/kinds/model.py", "tests/pages/model/page.html", "tests/pages/model/page.toml"}
"""Files that a reader is told to write."""


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_modules_and_folders_that_a_page_names_are_there(file: os.PathLike[str]) -> None:
    text = (ROOT / file).read_text("utf-8")
    modules = set(re.findall(r"`([\w./-]+\.py)`", text)) - EXAMPLES
    assert [each for each in sorted(modules) if not any(path.endswith(f"/{each}") for path in MODULES)] == []
    paths = set(re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w./-]+)`", text)) - EXAMPLES
    assert [each for each in sorted(paths) if not (ROOT / each).exists()] == []


def leads_somewhere(page: os.PathLike[str], link: str) -> bool:
    """Tell whether a relative link leads to a file, and to a heading in it where it names one."""
    path, _, heading = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if target.suffix == ".png":  # made by tests/screenshots.py
        return target.parent == ROOT / "docs/images" or target.exists()
    return target.exists() and (not heading or heading in headings(target.read_text("utf-8")))


def headings(text: str) -> set[str]:
    """Return the names by which GitHub knows a page's headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
