"""The results of a run for programs: one JSON object, or annotations of a GitHub workflow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.cli.results.problems import explanation
from crawler.messages import say
from crawler.models.link import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.cli.results.problems import Problem
    from crawler.models.link import Change

TEXT, JSON, GITHUB = FORMATS = ("text", "json", "github")
"""Values of `--format`."""

_LEVELS = {Verdict.DEAD: "error", Verdict.SUSPECT: "warning"}


def annotation(problem: Problem) -> str:
    """Return the workflow command that shows a problem beside its line in a pull request.

    The syntax and its escapes are those of the documentation of GitHub Actions ("Workflow commands").
    """
    verdict = problem.state.verdict
    place = {"file": problem.file, "line": problem.line, "col": problem.column, "title": say(f"verdict.{verdict}")}
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in place.items())
    text = f"{problem.state.link.url} {explanation(problem.state)}"
    return f"::{_LEVELS.get(verdict, 'notice')} {properties}::{_escaped(text)}"


def as_json(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    problems: Sequence[Problem],
    *,
    left: int,
    notes_left: int,
    seconds: float,
    report: str | None,
) -> str:
    """Return the results of a run as one JSON object on one line."""
    links = {str(verdict): sum(n for _, found, n in counts if found is verdict) for verdict in Verdict}
    found = {
        "links": links | {"all": sum(links.values())},
        "changes": {str(change): n for change, n in changes.items()},
        "problems": [_record(problem) for problem in problems],
        "left": left,
        "notes_left": notes_left,
        "seconds": round(seconds, 1),
        "report": report,
    }
    return json.dumps(found, ensure_ascii=False)


def _record(problem: Problem) -> dict[str, Any]:
    state = problem.state
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "url": state.link.url,
        "verdict": str(state.verdict),
        "change": None if state.change is None else str(state.change),
        "reason": None if state.check is None else str(state.check.reason.code.value),
        "text": explanation(state),
        "replacement": state.replacement,
    }


def _escaped(text: str, more: str = "") -> str:
    """Return a text with `%`, line breaks and some more characters percent-encoded."""
    for char in ("%", "\r", "\n", *more):
        text = text.replace(char, f"%{ord(char):02X}")
    return text
