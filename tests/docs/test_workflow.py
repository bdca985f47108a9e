"""The workflow to copy is one that GitHub takes, and its steps do what they are for; the Dockerfile is well made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.internet import World
from tests.support.processes import ROOT
from tests.support.runners import Machine

if TYPE_CHECKING:
    from tests.support.crawling import Desk

WORKFLOW, RELEASE = ROOT / "docs/workflows/notemend.yml", ROOT / ".github/workflows/release.yml"
TOOLS = os.environ | {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}  # noqa: PTH120 - of a string


def tool(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the development environment."""
    return subprocess.run(words, env=TOOLS, capture_output=True, text=True, check=False)


def complaints(workflow: Path) -> str:
    """Return what is wrong with a workflow: by GitHub's schema, and by what no workflow should do."""
    form = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow))
    manners = tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", str(workflow))
    return "".join(each.stdout + each.stderr for each in (form, manners) if each.returncode)


@pytest.mark.parametrize("workflow", [WORKFLOW, RELEASE], ids=lambda path: path.name)
def test_workflow_is_one_that_github_takes(workflow: Path) -> None:
    assert complaints(workflow) == ""


def test_dependencies_of_a_release_have_their_hashes(tmp_path: Path) -> None:
    """The step that locks them, with the report that pip writes about two packages and the released one."""
    (step,) = (each for each in steps("build", RELEASE).values() if "jq" in each["run"])
    made = {"metadata": {"name": "notemend", "version": "0.1.0"}, "is_direct": True, "download_info": {"dir_info": {}}}
    others = [
        {
            "metadata": {"name": name, "version": "1.0"},
            "is_direct": False,
            "download_info": {"archive_info": {"hashes": {"sha256": name[0] * 64}}},
        }
        for name in ("b", "a")
    ]
    (tmp_path / "report.json").write_text(json.dumps({"install": [made, *others]}), "utf-8")
    (tmp_path / "release").mkdir()
    script = f"pip() {{ true; }}\n{step['run']}"
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=os.environ | {"RUNNER_TEMP": str(tmp_path)}, check=True
    )
    assert done.returncode == 0
    lines = (tmp_path / "release/requirements.txt").read_text("utf-8").splitlines()
    assert lines == [f"{name}==1.0 --hash=sha256:{name * 64}" for name in ("a", "b")]


def test_a_release_can_be_verified_as_the_documentation_says(tmp_path: Path) -> None:
    """The step that writes the hashes covers what the steps before it have made; the commands name these files."""
    made = ("notemend-1-py3-none-any.whl", "requirements.txt", "sbom.cdx.json")
    build, security = (
        "".join(step["run"] for step in steps("build", RELEASE).values()),
        (ROOT / "SECURITY.md").read_text("utf-8"),
    )
    for name in (*made[1:], "SHA256SUMS"):
        assert name in build
        assert name in security
    folder = tmp_path / "release"
    folder.mkdir()
    for name in made:
        (folder / name).write_text(name, "utf-8")
    environ = os.environ | {"RUNNER_TEMP": str(tmp_path)}
    subprocess.run(
        ["bash", "-e", "-c", steps("build", RELEASE)["Write the hashes"]["run"]], cwd=tmp_path, env=environ, check=True
    )
    command = re.search(r"^sha256sum --check .*", security, re.MULTILINE)
    assert command is not None
    done = subprocess.run(["bash", "-c", command[0]], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [word for name in made for word in (f"./{name}:", "OK")]
    (folder / made[0]).write_text("other", "utf-8")
    assert subprocess.run(["bash", "-c", command[0]], cwd=folder, capture_output=True, check=False).returncode == 1


ILL = {
    "permissions: {}": ("permissions: write-all", "excessive-permissions"),
    'echo "no changes"': ("echo ${{ github.event.head_commit.message }}", "template-injection"),
    "@08c6903cd8c0fde910a37f88322edcfb5dd907a8": ("@v5", "unpinned-uses"),
}


def test_what_a_workflow_must_not_be_is_found(tmp_path: Path) -> None:
    workflow = tmp_path / "workflow.yml"
    text = WORKFLOW.read_text("utf-8")
    workflow.write_text(text.replace("runs-on: ubuntu-latest", "runs_on: ubuntu-latest"), "utf-8")
    assert "runs_on" in complaints(workflow)
    for well, (ill, _) in ILL.items():
        assert well in text
        text = text.replace(well, ill)
    workflow.write_text(text, "utf-8")
    found = complaints(workflow)
    assert [said for _, said in ILL.values() if said not in found] == []


def test_dockerfile_is_well_made() -> None:
    done = tool("hadolint", str(ROOT / "Dockerfile"))
    assert (done.returncode, done.stdout) == (0, "")


# --- the steps --------------------------------------------------------------------------------------------------------


def steps(job: str, workflow: Path = WORKFLOW) -> dict[str, dict[str, Any]]:
    """Return the steps of a job by name."""
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return {step["name"]: step for step in jobs[job]["steps"] if "run" in step}


class Runner(Machine):
    """A machine on which the workflow runs."""

    def __init__(self, desk: Desk) -> None:
        settings = yaml.safe_load(WORKFLOW.read_text("utf-8"))["env"]
        super().__init__(desk, settings | {"GITHUB_TOKEN": ""})

    def said(self, script: str) -> str:
        """Run a script as a step is run; return what it printed."""
        done = self.shell(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def step(self, job: str, name: str) -> None:
        """Run a step of the workflow."""
        self.said(steps(job)[name]["run"])


UPDATE, OPEN = "Update the notes", "Open or update the pull request"


def hand_over(runner: Runner) -> None:
    """Take what the first job made to the second, which has a fresh checkout."""
    (runner.temp / "proposal").mkdir(exist_ok=True)
    for file in ("health.md", "proposal.patch"):
        shutil.copy(runner.temp / file, runner.temp / "proposal" / file)
    runner.said("git reset --quiet --hard; git clean --quiet -d --force")


def keep_pictures(runner: Runner) -> Path:
    """Put the pictures where the workflow says that the cache has them; return that place."""
    save = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["crawl"]["steps"]
    paths = [step["with"]["path"].split() for step in save if "actions/cache/" in step.get("uses", "")]
    assert paths == [["~/notemend", "${{", "env.IMAGES", "}}"]] * 2
    cache = runner.temp / "cache"
    shutil.copytree(runner.repository / runner.environ["IMAGES"], cache)
    return cache


@pytest.mark.stress
def test_steps_make_a_proposal_out_of_the_notes(desk: Desk) -> None:
    dead, moved = World.article("deleted"), "https://github.com/IDEACVR/DINO"
    desk.write("2026/a.md", f"<{dead}>\n\n- Code: <{moved}>\n\n![]({World.picture('webp')})\n")
    runner = Runner(desk)
    for name in ("Crawl", "Write the summary", UPDATE):
        runner.step("crawl", name)
    health = (runner.temp / "health.md").read_text("utf-8")
    assert f"newly dead: 2026/a.md:1 {dead} deleted by author" in health
    assert runner.summary.read_text("utf-8") == health
    proposal, cache = (runner.temp / "proposal.patch").read_bytes(), keep_pictures(runner)

    hand_over(runner)
    runner.step("propose", OPEN)
    body = runner.temp / "proposal/health.md"
    assert f"pr create --head notemend --base main --title Update links, metadata and images --body-file {body}" in (
        runner.asked.read_text("utf-8")
    )
    changed = runner.said("git show --format= --name-only origin/notemend").splitlines()
    assert [name.partition("/")[0] for name in changed] == ["2026", "images"]
    note = runner.said("git show origin/notemend:2026/a.md")
    assert "IDEA-Research/DINO" in note
    assert f"](../{changed[1]})" in note

    # The next night, nobody having merged it: the same proposal, pictures included.
    runner.said("git switch --quiet main")
    shutil.copytree(cache, runner.repository / runner.environ["IMAGES"])
    runner.step("crawl", UPDATE)
    assert (runner.temp / "proposal.patch").read_bytes() == proposal

    # And when it was merged: nothing.
    runner.said("git reset --quiet --hard; git switch --quiet notemend")
    runner.step("crawl", UPDATE)
    hand_over(runner)
    runner.step("propose", OPEN)
    assert runner.summary.read_text("utf-8").endswith("no changes\n")


def test_no_file_name_gets_out_of_the_code_of_the_summary(desk: Desk) -> None:
    desk.write("a.md", "# A note\n")
    runner = Runner(desk)
    (runner.temp / "summary.txt").write_text("1 link\n", "utf-8")
    report = Path(runner.environ["HOME"], "notemend", "report.json")
    report.parent.mkdir(parents=True)
    name = "a\n~~~~\r\n```\r# @everyone\n\n<img>.md:1"
    link = {"verdict": "dead", "change": None, "mentions": [name], "url": "https://example.org/"}
    report.write_text(json.dumps({"links": [link]}), "utf-8")
    runner.step("crawl", "Write the summary")
    lines = re.split(r"\r\n|\r|\n", (runner.temp / "health.md").read_text("utf-8"))
    assert [line for line in lines if line.strip() and not line.startswith("    ")] == [
        "Dead links, and changes since the last run:"
    ]
