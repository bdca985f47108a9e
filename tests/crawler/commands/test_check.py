"""`notemend check`, and the hook that runs it before a commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from scrapy.settings import Settings

from crawler.spiders.check import DEFAULTS, CheckSpider
from tests.internet import World
from tests.internet.messages import text
from tests.support import processes
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

DEAD = World.article("deleted")
ALIVE, MISSING, BUSY = "https://alive.example.org/x", "https://missing.example.org/", "https://plain.example.org/"
MOVED = "https://github.com/IDEACVR/DINO"
MANIFEST = ROOT / ".pre-commit-hooks.yaml"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def check(desk: Desk, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    options = ["-s", f"NOTES_DIR={desk.notes}", "-s", 'DOWNLOAD_DELAYS={"*": 0}']
    return processes.run(["check", *options, *words], os.environ | desk.environ | environ)


def test_only_dead_links_fail_and_the_rest_is_said(desk: Desk, internet: Internet, cache: Path) -> None:
    internet.fault(BUSY, text("", 429))
    note_text = f"# A\n\n<{DEAD}> [b](2026/0501.md) [c](2026/05011.md)\n<{MISSING}> <{BUSY}> <{ALIVE}>\n<{MOVED}>\n"
    note = desk.write("a.md", note_text)
    other = desk.write("2026/0501.md", "[nowhere](nowhere.md)")
    done = check(desk, str(note))
    assert (done.returncode, done.stderr) == (1, "notemend: links that are dead: 2\n")
    assert done.stdout.splitlines() == [
        f"{note}:3:2  dead  {DEAD}  deleted by author",
        f"{note}:3:75  dead  2026/05011.md  file not found; suggested: 2026/0501.md",
        f"{note}:4:2  suspect  {MISSING}  not found (404); failed once, will be checked again",
        f"{note}:4:33  unknown  {BUSY}  rate limited (429)",
        f"{note}:5:2  moved  {MOVED}  permanent redirect (301); now https://github.com/IDEA-Research/DINO",
    ]
    assert sorted(desk.folder.rglob("*.md")) == [other, note]
    assert not desk.output.exists()

    desk.write("a.md", f"# A\n\n[b](2026/0501.md)\n<{MISSING}> <{ALIVE}>\n")
    internet.forget()
    done = check(desk, str(note))
    assert (done.returncode, done.stderr) == (0, "")
    assert {request.url for request in internet.requests} == {MISSING}  # what was well is not asked for again
    done = check(desk, str(note), "-s", "FAIL_ON=dead,suspect")
    assert (done.returncode, done.stderr) == (1, "notemend: links that are dead or suspect: 1\n")


def test_without_a_network_what_is_here_is_checked(desk: Desk, internet: Internet, cache: Path) -> None:
    internet.down()
    note = desk.write("a.md", f"<{ALIVE}>")
    done = check(desk, str(note))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("links were not checked: no network")
    assert len(done.stdout.splitlines()) == 1
    desk.write("a.md", f"<{ALIVE}> [x](gone.md)")
    done = check(desk, str(note))
    assert done.returncode == 1
    assert "a.md:1:35  dead  gone.md  file not found" in done.stdout


def test_pictures_are_looked_at_and_not_kept(desk: Desk, internet: Internet, cache: Path) -> None:
    note = desk.write("a.md", f"![]({World.picture('webp')})")
    assert check(desk, str(note)).returncode == 0
    assert internet.asked("https://mmbiz.qpic.cn/*")
    assert [file for folder in cache.rglob("images") for file in folder.rglob("*")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.md"], "none.md: no such file"),
        ([str(ROOT / "README.md")], "not below"),
        (
            ["README.md", "-s", "OUTPUT_DIR=output"],
            "OUTPUT_DIR: not supported by check, which writes only to its cache",
        ),
        (["README.md", "-s", "DATABASE_URL=x"], "DATABASE_URL: not supported by check"),
        (["README.md", "-s", "RECHECK_AFTER=soon"], "RECHECK_AFTER: not a JSON object"),
    ],
)
def test_what_cannot_be_checked_is_said_in_one_line(desk: Desk, cache: Path, words: list[str], said: str) -> None:
    desk.write("a.md", "x")
    done = check(desk, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_who_waits_waits_a_minute_unless_they_say_otherwise(desk: Desk, cache: Path) -> None:
    note = desk.write("a.md", f"<{ALIVE}>")
    done = check(desk, str(note), "-s", "RUN_TIMEOUT=0.001")
    assert (done.returncode, done.stdout) == (0, "time limit reached: 1 link not checked\n")
    settings = Settings()
    settings.setmodule("crawler.settings")
    CheckSpider.update_settings(settings)
    assert settings.getfloat("RUN_TIMEOUT") == DEFAULTS["RUN_TIMEOUT"]


def test_a_store_named_in_the_environment_is_left_alone(desk: Desk, cache: Path) -> None:
    nightly = desk.folder / "nightly.sqlite"
    note = desk.write("a.md", f"<{ALIVE}>")
    assert check(desk, str(note), DATABASE_URL=f"sqlite:///{nightly}").returncode == 0
    assert not nightly.exists()


def test_only_links_on_added_lines_count(desk: Desk, internet: Internet, cache: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=n", "-c", "user.email=n@e.org")
        subprocess.run(["git", *who, *words], cwd=desk.notes, check=True, capture_output=True)

    desk.write("a.md", "[old](old.md)\n")
    desk.write("b.md", "[old](old.md)\n")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "x")
    done = check(desk, "--since", "main")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    desk.write("a.md", "[old](old.md)\n[new](new.md)\n")
    log = desk.folder / "check.sarif"
    desk.write("output/notes/a.md", "[copy](old.md)\n")  # what a crawl from within the notes folder leaves there
    desk.write("output/notemend.sqlite", "")
    done = check(desk, "--since", "main", "--sarif", str(log))
    assert (done.returncode, done.stdout) == (1, f"{desk.notes}/a.md:2:7  dead  new.md  file not found\n")
    (result,) = json.loads(log.read_text("utf-8"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    done = check(desk, "--since", "none")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


# --- the hook ---------------------------------------------------------------------------------------------------------


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load(MANIFEST.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_hook_s_entry_is_installed_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, function = project["scripts"][hook()["entry"].split()[0]].partition(":")
    assert callable(getattr(import_module(module), function))


def test_pre_commit_runs_the_hook(desk: Desk, cache: Path) -> None:
    """The hook as the manifest has it, but for the environment that pre-commit would install from a registry."""
    entry = hook()["entry"].replace("notemend", f"{sys.executable} -m crawler")
    local = hook() | {"language": "system", "entry": entry, "args": ["-s", 'DOWNLOAD_DELAYS={"*": 0}']}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (desk.notes / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    environ = os.environ | desk.environ | {"PYTHONPATH": str(ROOT), "PRE_COMMIT_HOME": str(cache / "pre-commit")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=desk.notes, env=environ, capture_output=True, text=True, check=False)

    def commit() -> subprocess.CompletedProcess[str]:
        assert run("git", "add", "a note.md").returncode == 0
        return run("git", "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-m", "a note")

    pre_commit = (sys.executable, "-m", "pre_commit")
    assert run(*pre_commit, "validate-manifest", str(MANIFEST)).returncode == 0
    assert run("git", "init", "--quiet").returncode == 0
    assert run(*pre_commit, "install").returncode == 0
    desk.write("old.md", "[x](gone.md)")
    desk.write("a note.md", f"<{ALIVE}>")
    done = commit()
    assert done.returncode == 0, done.stdout + done.stderr
    desk.write("a note.md", f"<{ALIVE}>\n\n<{DEAD}>")
    done = commit()
    assert done.returncode == 1
    assert f"a note.md:3:2  dead  {DEAD}  deleted by author" in done.stdout + done.stderr
    assert run("git", "status", "--porcelain").stdout.splitlines()[0] == 'M  "a note.md"'
