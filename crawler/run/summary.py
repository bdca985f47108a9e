"""The summary of a run: lines for the terminal, the FAIL_ON message and the error."""

from __future__ import annotations

import csv
import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from crawler.cli.results.formats import GITHUB, JSON, annotation, as_json
from crawler.cli.results.problems import MAX_SHOWN, REPORTED, TO_ACT_ON
from crawler.cli.summary import Duration, NextSteps, fail_on_message, problem_lines, summary
from crawler.config.setting_names import COMMAND_LINE
from crawler.run.problems import find_problems, shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.cli.results.problems import Problem
    from crawler.cli.terminal import Line, Table
    from crawler.config.plain_settings import SettingsSource
    from crawler.run.run import Run

_PLACES = ("NOTES_DIR", "OUTPUT_DIR", "DATABASE_URL")
"""Settings that the next command needs, too; one with `@` may have a password, which is printed nowhere."""

REPORT, EDITS, FINDINGS = "report.html", "edits.jsonl", "findings.csv"
"""The outputs that a summary names, whose edits it offers, and whose rows it counts."""


@dataclass(frozen=True, slots=True)
class OutputForm:
    """How results are printed: one of `formats.FORMATS`, and whether only what is wrong."""

    format: str
    is_quiet: bool
    next_words: str = ""
    """What has to be typed after the next command, since it was typed for this one."""

    @classmethod
    def of(cls, settings: SettingsSource) -> Self:
        """Return the form that the command line gives."""
        given = [name for name in _PLACES if settings.getpriority(name) == COMMAND_LINE]
        words = [str(settings["NOTES_DIR"])] if "NOTES_DIR" in given else []
        values = {name: str(settings[name]) for name in given if name != "NOTES_DIR"}
        words += [word for name, value in values.items() if "@" not in value for word in ("-s", f"{name}={value}")]
        return cls(str(settings["_FORMAT"]), settings.getbool("_QUIET"), shlex.join(words))


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The lines of a summary, the message for FAIL_ON if one of its verdicts is new, and the error of a failed run."""

    lines: Sequence[str | Line | Table]
    fail_on_message: str | None = None
    error: str | None = None


def summarise_run(run: Run, form: OutputForm) -> RunSummary:
    """Return the summary of a run."""
    store, options = run.context.workspace.store, run.context.options
    report = options.output_dir / REPORT
    is_text = form.format not in {JSON, GITHUB}
    problems, total = find_problems(
        store,
        run.context.workspace.notes_folder,
        TO_ACT_ON if is_text else REPORTED,
        MAX_SHOWN if is_text else None,
    )
    shown = shown_path(report)
    lines: list[str | Line | Table] = []
    if form.format == JSON:
        lines = [results_as_json(run, problems, shown if report.exists() else None)]
    elif form.format == GITHUB:
        lines = [annotation(problem) for problem in problems]
    else:
        lines = [*problem_lines(problems, total - len(problems), shown)]
    if form.format != JSON and not form.is_quiet:
        lines += [""] if lines else []
        has_edits = (edits := options.output_dir / EDITS).is_file() and edits.stat().st_size > 0
        next_steps = NextSteps(shown, form.next_words if has_edits else None) if report.exists() else None
        lines += _counts(run, next_steps)
    error = run.outage or image_store_error(run)
    return RunSummary(lines, fail_on_message(store.newly_in(options.fail_on)), error)


def results_as_json(run: Run, problems: Sequence[Problem], report: str | None) -> str:
    """Return the results of a run as one JSON object."""
    store = run.context.workspace.store
    return as_json(
        store.counts(),
        store.changes(),
        problems,
        left=store.remaining(run.context.kinds, run.context.due_by),
        notes_left=len(run.context.workspace.notes_folder.later),
        seconds=time.monotonic() - run.context.began_at,
        report=report,
    )


def _counts(run: Run, next_steps: NextSteps | None) -> tuple[Table | str, ...]:
    context, store = run.context, run.context.workspace.store
    findings = context.options.output_dir / FINDINGS
    return summary(
        store.counts(),
        store.changes(),
        context.throttle,
        unavailable={
            each.service: each.unavailable_reason
            for each in context.lookup_runner.opened
            if each.unavailable_reason is not None
        },
        left=store.remaining(context.kinds, context.due_by),
        notes_left=len(context.workspace.notes_folder.later),
        duration=Duration(
            total=time.monotonic() - context.began_at,
            reading=run.seconds_reading,
            writing=run.seconds_writing,
            limit=context.options.run_timeout,
        ),
        findings=(_count_rows(findings), shown_path(findings)),
        next_steps=next_steps,
    )


def _count_rows(file: Path) -> int:
    """Return the number of rows of a CSV file below its header; 0 if there is no such file."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return max(sum(1 for _ in csv.reader(lines)) - 1, 0)
    except FileNotFoundError:
        return 0


def image_store_error(run: Run) -> str | None:
    """Return why images cannot be saved, or are saved but not sent, as one line; None if nothing is wrong."""
    return run.context.workspace.image_store.problem


def interrupted_line(run: Run) -> str:
    """Return the message of an interrupted run: how many links were checked, and how to continue."""
    links = sum(done for *_, done in run.counts()) if run.context.has_read else 0
    counted = f"{links} link{'' if links == 1 else 's'} checked and saved"
    return f"interrupted: {counted}; run the same command again to continue"
