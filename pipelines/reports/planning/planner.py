"""Plan some notes and save their fragments (`python -m pipelines.reports.planning.planner DESCRIPTOR`)."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.executors.child import Parent
from crawler.run.workspace import open_workspace
from pipelines.reports.contract import Rendering
from pipelines.reports.planning.index import anchors_in
from pipelines.reports.planning.planned_notes import NotePlanner

if TYPE_CHECKING:
    from pipelines.reports.planning.plans import PlanTask


def plan_notes(task: PlanTask) -> None:
    """Save the fragments of the notes of a task that are still the same."""
    with open_workspace(task.options, is_shard=True, only=task.notes) as workspace:
        rendering = Rendering.open(task.options, workspace)
        index = replace(task.index, anchors_of=anchors_in(rendering.notes_folder))
        outputs = [import_module(name) for name in task.outputs]
        NotePlanner(rendering, outputs, task.listed, index).save_fragments(task.notes)


def main() -> None:
    """Execute the task that the process of the run sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the process of the run
    parent = Parent(int(sys.argv[1]))
    with suppress(UserError):  # the process of the run meets the same error, and says so
        plan_notes(parent.task)
    parent.finish(None)


if __name__ == "__main__":
    main()
