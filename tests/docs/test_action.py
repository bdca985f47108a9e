"""The action is one that GitHub takes, and its steps do what they are for, run as a runner does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.docs.test_workflow import tool
from tests.internet import World
from tests.support.processes import ROOT
from tests.support.runners import Machine

if TYPE_CHECKING:
    from tests.support.crawling import Desk

ACTION = ROOT / "action.yml"
DEAD, MOVED = World.article("deleted"), "https://github.com/IDEACVR/DINO"


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))
    return found


def test_the_action_is_one_that_github_takes() -> None:
    form = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION))
    manners = tool("zizmor", "--offline", "--no-progress", str(ACTION))
    assert "".join(each.stdout + each.stderr for each in (form, manners) if each.returncode) == ""


def test_no_input_gets_into_a_script() -> None:
    assert [step["run"] for step in action()["runs"]["steps"] if "${{" in step.get("run", "")] == []


def test_it_has_the_inputs_that_the_docs_name() -> None:
    for page in ("docs/how-to/schedule-runs.md", "docs/zh-CN/how-to/schedule-runs.md"):
        text = (ROOT / page).read_text("utf-8")
        assert [name for name in action()["inputs"] if f"`{name}`" not in text] == []
        (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "uses: OWNER" in block)
        assert len(example.splitlines()) <= 12
        used = yaml.safe_load(example)["jobs"]["notemend"]["steps"][-1]["with"]
        assert used.keys() <= action()["inputs"].keys()


class Runner(Machine):
    """A machine on which the action runs with some inputs, in the shell `bash`."""

    options = ("-o", "pipefail")

    def __init__(self, desk: Desk, **inputs: str) -> None:
        self.inputs = {
            name.replace("-", "_"): str(each["default"]) for name, each in action()["inputs"].items()
        } | inputs
        self.output = desk.folder / "temp/output.txt"
        super().__init__(desk, {"GITHUB_OUTPUT": str(self.output), "LC_ALL": "C.UTF-8"})

    def run(self) -> tuple[int, str]:
        """Run the steps with scripts after the installation, until one fails; return its code, and what they print."""
        said = ""
        for step in action()["runs"]["steps"]:
            if "run" not in step or step["name"] == "Install" or not self.value(step.get("if", "true")):
                continue
            values = {name: self.value(text.strip("${} ")) for name, text in step.get("env", {}).items()}
            environ = {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}
            done = self.shell(step["run"], **environ)
            said += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, said
        return 0, said

    def value(self, expression: str) -> Any:
        """Return the value of an expression: inputs, outputs of the crawl, comparisons, `||`."""
        if "||" in expression:
            return any(self.value(each.strip()) for each in expression.split("||"))
        name, equals, wanted = expression.partition(" == ")
        if equals:
            return self.value(name) == wanted.strip("'")
        kind, _, name = expression.partition(".")
        if kind == "inputs":
            return "" if name == "token" else self.inputs[name.replace("-", "_")]
        if kind == "steps":
            return dict(line.split("=", 1) for line in self.output.read_text("utf-8").splitlines())["code"]
        return expression == "true"


@pytest.fixture
def notes(desk: Desk) -> Desk:
    desk.write("2026/a, b.md", f"<{DEAD}>\n\n- Code: <{MOVED}>\n")
    return desk


@pytest.mark.stress
def test_a_pull_request_with_the_edits(notes: Desk) -> None:
    runner = Runner(notes, pull_request="true", fail_on="dead")
    code, said = runner.run()
    assert code == 1, said
    assert f"::error file=2026/a%2C b.md,line=1::newly dead: {DEAD} deleted by author" in said.splitlines()
    summary = runner.summary.read_text("utf-8")
    assert summary.startswith("## notemend: 1 newly dead, 1 newly moved")
    assert "pr create --head notemend --base main" in runner.asked.read_text("utf-8")
    assert "IDEA-Research/DINO" in runner.shell("git show 'origin/notemend:2026/a, b.md'").stdout
    assert runner.shell("git status --short").stdout == ""  # what follows sees the notes as they were


@pytest.mark.stress
def test_edits_for_the_steps_that_follow(notes: Desk) -> None:
    (notes.notes / "x").mkdir()
    runner = Runner(notes, apply="true", notes="./2026/")
    code, said = runner.run()
    assert code == 0, said
    assert "::error file=2026/a%2C b.md,line=1::" in said
    assert "IDEA-Research/DINO" in Path(notes.notes, "2026/a, b.md").read_text("utf-8")
    assert not runner.asked.exists()


def test_a_run_that_fails_ends_the_job_at_once(notes: Desk) -> None:
    runner = Runner(notes, fail_on="nonsense")
    code, said = runner.run()
    assert code == 2
    assert "FAIL_ON: " in said
    assert not runner.summary.exists()
