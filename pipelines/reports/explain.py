"""The story of one link in words: where it stands, what was seen of it, and why its verdict is what it is."""

from __future__ import annotations

import html
import json
import posixpath
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.cli.terminal import format_time
from crawler.errors import UserError
from crawler.kinds.registry import link_of
from pipelines.items.verdict import fold_checks
from pipelines.rewriting.edit_list import from_record
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.check import Check
    from crawler.models.edit import Edit
    from crawler.models.policy import Policy
    from crawler.store.inspector import LinkHistory, StoreInspector


def explain(options: CrawlOptions, store: StoreInspector, text: str) -> Iterator[str]:
    """Yield the story of each link that a text may mean; raise UserError where none is known."""
    policy, output_dir = options.policy, options.output_dir
    for number, url in enumerate(find(store, text)):
        if number:
            yield ""
        story = store.history(url)
        yield from describe(story, policy)
        yield from _edits(story, output_dir)


def find(store: StoreInspector, text: str) -> list[str]:
    """Return the links that a text means: a URL in any form that a note may give it, an id, the end of a path."""
    written = html.unescape(text.strip().strip("<>"))
    meant = [link.url for each in (written, f"https://{written}") if (link := link_of(each, "")) is not None]
    for called in (*meant, written):
        if found := store.find_links(called):
            return found
    wanted = meant[0] if meant else written
    path = posixpath.normpath(wanted)
    while path.startswith("../"):
        path = path.removeprefix("../")
    if found := store.find_links(path) or store.find_files(path):
        return found
    from rapidfuzz import fuzz

    likeness, nearest = max(((fuzz.ratio(wanted, url), url) for url in store.urls()), default=(0, ""))
    raise UserError(f"{text}: no such link" + (f"; the nearest is {nearest}" if likeness else ""))


def describe(history: LinkHistory, policy: Policy) -> Iterator[str]:
    """Tell a story line by line; what is in it is judged here as it was judged in the run."""
    state, link = history.state, history.state.link
    judged = list(fold_checks(history.checks, policy))
    yield f"{link.url}: {state.verdict}"
    named = f", {link.identity}" if link.identity != link.url else ""
    yield f"  {link.kind}{named}, first seen {format_time(state.first_seen)}"
    if state.metadata is not None:
        yield f"  title: {state.metadata.title}"
    if history.others:
        yield f"  also: {' '.join(history.others)}"
    yield "where it stands:" if history.places else "no note mentions it any more"
    yield from (f"  {place.note}:{place.line}  {place.text}".rstrip() for place in history.places)
    yield "what was seen:" if judged else "it was never looked at"
    for step in judged:
        yield f"  {format_time(step.check.checked_at)}  {_describe_check(step.check)}"
        yield f"    {step.explanation}"
    if judged and judged[-1].verdict is not state.verdict:
        yield f"  by the settings as they are now it is {judged[-1].verdict}: the next check will say so"
    if state.last_alive is not None:
        yield f"last alive: {format_time(state.last_alive)}"
    if state.moved_to is not None:
        yield f"moved to: {state.moved_to}"
    if state.snapshot is not None:
        yield f"snapshot: {state.snapshot}"
    if state.suggestion is not None:
        yield f"what may stand in its place: {state.suggestion[0]} (says {state.suggestion[1]})"
    if judged:
        verdict = judged[-1].verdict_for_recheck
        days = policy.recheck_interval(link.kind, verdict) / timedelta(days=1)
        yield f"due again: {format_time(history.due_at)} (RECHECK_AFTER: {days:g} days for {link.kind}/{verdict})"


def _describe_check(check: Check) -> str:
    status = f" (HTTP {check.http_status})" if check.http_status is not None else ""
    took = f" in {check.elapsed.total_seconds():.2f} s" if check.elapsed is not None else ""
    leads = f" -> {check.final_url}" if check.final_url is not None else ""
    return f"{check.outcome}: {check.reason}{status}, by {check.how}{took}{leads}"


def _edits(story: LinkHistory, output_dir: Path) -> Iterator[str]:
    """Tell which edits of the mended notes, and of the user's own, are about a link."""
    notes = {place.note for place in story.places}
    lines = list(_find_note_edits(story, _rendered(output_dir, notes)))
    for note, made in Journal(output_dir).past_edits().items():
        if note in notes:
            edits = [edit for run in made for edit in run]
            lines += [f"{line}, in place" for line in _find_note_edits(story, edits, exactly=False)]
    if lines:
        yield "what was edited:"
        yield from (f"  {line}" for line in dict.fromkeys(lines))


def _find_note_edits(story: LinkHistory, edits: Iterable[Edit], *, exactly: bool = True) -> Iterator[str]:
    """Yield the edits at the link's own places, or that name it; where notes were edited since, by what they name."""
    names = {story.state.link.url, story.state.link.identity}
    places = [(place.note, place.start) for place in story.places] if exactly else []
    for edit in edits:
        here = any(note == edit.note and edit.start <= start < edit.end for note, start in places)
        if here or edit.old in names or any(name in edit.evidence.split() for name in names):
            change = f"{edit.old} -> {edit.new}" if edit.old else f"added {edit.new.strip()}"
            yield f"{edit.note}: {change} ({edit.reason}; {edit.evidence})"


def _rendered(output_dir: Path, notes: Collection[str]) -> Iterator[Edit]:
    """Read the edits of some notes from the journal of the mended ones; none where that is not there."""
    with suppress(FileNotFoundError), (output_dir / "edits.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            edit = from_record(json.loads(line))
            if edit.note in notes:
                yield edit
