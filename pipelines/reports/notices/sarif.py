"""Write `notemend.sarif` (SARIF 2.1.0): dead, moved and suspect links and inconsistencies, for code scanning."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crawler.atomic_files import replace_atomically
from crawler.links.secrets import masked_json
from crawler.models.link import LinkState, Verdict
from crawler.store.schema.mapping import split_location
from pipelines.reports.contract import NOTES
from pipelines.reports.frames import notes
from pipelines.reports.work.items import EDIT, FINDING, WorkItem
from pipelines.reports.work.source_pages import prefix_in_repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from crawler.models.reasons.reason import Reason
    from pipelines.reports.contract import NoteFragment, Rendering, TakeNote

INPUTS, FILES = (NOTES,), ("notemend.sarif",)
note_fragment = notes.note_fragment

MAX_RESULTS = 20_000
"""Maximum results, the gravest first: GitHub takes 25,000."""

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HELP = "`notemend explain URL` says why. The comment `<!-- notemend: ignore -->` excludes the line below it."
LEVELS = ("error", "warning", "note")
_LEVEL_OF = {Verdict.DEAD.value: "error", Verdict.MOVED.value: "warning", "high": "warning"}


@dataclass(frozen=True, slots=True)
class Result:
    """A problem at a place of a note; `subject` is the address that it is about, or the text."""

    rule: str
    level: str
    message: str
    note: str
    line: int
    column: int | None
    subject: str


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Collect the problems of all notes, and write them."""
    results: list[Result] = []

    def take(fragment: NoteFragment) -> None:
        items = map(WorkItem.from_values, fragment.value["work"])
        results.extend(_of_item(fragment.file.path, item) for item in items if not item.problem.startswith(EDIT))

    yield take
    write_results(rendering.output_dir / FILES[0], rendering.notes_folder.folder, results)


def write_states(path: Path, folder: Path, states: Iterable[tuple[LinkState, Iterable[str]]]) -> None:
    """Write the links that are not alive with their places to a file."""
    results = [_of_state(state, *split_location(place)) for state, places in states if state.check for place in places]
    write_results(path, folder, results)


def write_results(path: Path, folder: Path, results: Iterable[Result]) -> None:
    """Write problems in the notes of a folder to a file."""
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(masked_json(sarif(results, prefix_in_repository(folder))) + "\n")


def sarif(results: Iterable[Result], prefix: str = "") -> dict[str, Any]:
    """Return a log of problems; `prefix` is the path of the notes folder in its repository."""
    ordered = sorted(results, key=lambda each: (LEVELS.index(each.level), each.note, each.line, each.column or 0))
    ordered = ordered[:MAX_RESULTS]
    rules = sorted({each.rule for each in ordered})
    driver = {"name": "notemend", "version": version("notemend"), "rules": [_rule(each) for each in rules]}
    seen: Counter[str] = Counter()
    rows = [_row(each, rules.index(each.rule), prefix, seen) for each in ordered]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": rows}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, Any]:
    """Return a rule with the texts that GitHub demands of each."""
    words = {"text": name.removeprefix(FINDING)}
    return {"id": name.replace(" ", "-"), "shortDescription": words, "fullDescription": words, "help": {"text": HELP}}


def _row(result: Result, rule: int, prefix: str, seen: Counter[str]) -> dict[str, Any]:
    """Return a result. Its fingerprint has no line: a problem that moves within its note is the same one."""
    digest = sha256(repr((result.rule, result.note, result.subject)).encode()).hexdigest()[:32]
    seen[digest] += 1
    fingerprint = f"{digest}:{seen[digest]}"
    region = {"startLine": result.line} | ({} if result.column is None else {"startColumn": result.column})
    place = {"artifactLocation": {"uri": quote(prefix + result.note, errors="replace")}, "region": region}
    return {
        "ruleId": result.rule.replace(" ", "-"),
        "ruleIndex": rule,
        "level": result.level,
        "message": {"text": result.message.replace("](", "] (")},  # `[text](URL)` would be a link
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "notemend/v1": fingerprint},
    }


def _of_item(note: str, item: WorkItem) -> Result:
    subject = item.url or item.says
    words = item.problem.removeprefix(FINDING)
    message = _message(words, subject, item.reason)
    if item.better:
        message += f"; {'to be replaced by' if item.is_written else 'suggested'}: {item.better.strip()}"
    elif item.true is not None:
        message += f"; actual: {item.true}"
    level = _LEVEL_OF.get(item.confidence or item.problem, "note")
    return Result(item.problem, level, message, note, item.line, item.column, subject)


def _of_state(state: LinkState, note: str, line: int) -> Result:
    verdict, url = state.verdict.value, state.link.url
    message = _message(verdict, url, state.check.reason if state.check else None)
    if state.replacement:
        message += f"; suggested: {state.replacement}"
    return Result(verdict, _LEVEL_OF.get(verdict, "note"), message, note, line, None, url)


def _message(what: str, subject: str, reason: Reason | None) -> str:
    """Return a message; a blank is behind the address, so that a masked token ends there."""
    about = f"{what}: {subject}" if subject else what
    return f"{about} ({reason})" if reason else about
