"""What a user gets who installs the wheel and nothing else: all commands, on three sorts of folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = (
    *("crawl", "check", "diff", "review", "apply", "undo", "status", "explain", "vouch", "images", "publish", "init"),
    *("settings", "completion"),
)
FOLDERS = {
    "sample": {"a.md": "# A\n\n[b](b.md) [c](gone.md)\n", "b.md": "# B\n"},
    "hugo": {
        "hugo.toml": 'baseURL = "https://example.org/"\n',
        "content/posts/x.md": '---\ntitle: x\n---\n[y]({{< ref "y.md" >}})\n',
        "content/posts/y.md": "y\n",
    },
    "vault": {"Home.md": "[[Other]] ![[image.png]]\n", "Other.md": "x\n", ".obsidian/app.json": "{}"},
}

pytestmark = pytest.mark.stress


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program, installed from the wheel into an environment of its own."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"  # setuptools writes beside what it builds
    for name in ("crawler", "pipelines"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    for words in (
        (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)),
        (sys.executable, "-m", "venv", str(folder / "venv")),
    ):
        subprocess.run(words, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    install = (scripts / "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel)
    if subprocess.run(install, capture_output=True, check=False).returncode:
        pytest.skip("the dependencies cannot be installed: no package index within reach")
    return scripts / "notemend"


def run(program: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "SCRAPY_SETTINGS_MODULE"}}
    environ = kept | {"LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run([program, *words], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_every_command_is_there(program: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert run(program, tmp_path, "--version").stdout == f"notemend {version}\n"
    assert [name for name in COMMANDS if run(program, tmp_path, name, "--help").returncode] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_from_the_first_run_to_the_last(program: Path, tmp_path: Path, name: str) -> None:
    for path, text in FOLDERS[name].items():
        (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / path).write_text(text, "utf-8")
    assert run(program, tmp_path, name).returncode == 0
    for command in ("diff", "apply", "publish", "status"):
        assert run(program, tmp_path, command, *([] if command == "status" else [name])).returncode == 0, command
    written = {file.name for file in (tmp_path / "output").iterdir()}
    assert {"report.html", "entries.parquet", "notemend.sarif", "summary.md", "changes.atom"} <= written
    assert (tmp_path / "output/report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
