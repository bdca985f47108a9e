"""Explain a link: its locations, its checks with the effect of each on the verdict, and its edits."""

from __future__ import annotations

import html
import json
import posixpath
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from crawler.cli.terminal import format_time
from crawler.errors import UserError
from crawler.kinds.registry import link_of
from crawler.messages import language, say
from crawler.models.link import Verdict
from crawler.models.reasons.reason import Reason
from crawler.models.vouch import vouch_in_force
from crawler.verdicts.fold import fold_checks, verdict_at
from pipelines.reports.verdict_texts import evidence_of, explain_step, explain_verdict, place_of_vouch
from pipelines.rewriting import evidence
from pipelines.rewriting.edit_list import from_record
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.check import Check
    from crawler.models.notes.edit import Edit
    from crawler.models.policy import Policy
    from crawler.models.vouch import Vouch
    from crawler.store.inspector import LinkHistory, StoreInspector
    from crawler.verdicts.fold import Step


def explain(options: CrawlOptions, store: StoreInspector, text: str) -> Iterator[str]:
    """Yield the lines on each link that a text may name; raise UserError if there is none."""
    policy, output_dir, now = options.policy, options.output_dir, datetime.now(UTC)
    for number, url in enumerate(find_urls(store, text)):
        if number:
            yield ""
        history = store.history(url)
        yield from describe(history, policy, now)
        yield from _edits(history, output_dir)


def find_urls(store: StoreInspector, text: str) -> list[str]:
    """Return the URLs of links that a text names: a URL as in a note, an identity, or the end of a path.

    Raises UserError, with the most similar URL, if there is none.
    """
    query = html.unescape(text.strip().strip("<>"))
    links = [link for each in (query, f"https://{query}") if (link := link_of(each, "")) is not None]
    urls = [link.url for link in links]
    for name in (*urls, *(link.identity for link in links), query):
        if found := store.find_links(name):
            return found
    url = urls[0] if urls else query
    path = posixpath.normpath(url)
    while path.startswith("../"):
        path = path.removeprefix("../")
    if found := store.find_links(path) or store.find_files(path):
        return found
    from rapidfuzz import fuzz

    score, nearest = max(((fuzz.ratio(url, known), known) for known in store.urls()), default=(0, ""))
    raise UserError(say("explain.unknown_link_like" if score else "explain.unknown_link", text=text, url=nearest))


def describe(history: LinkHistory, policy: Policy, now: datetime) -> Iterator[str]:
    """Yield lines on a link; its verdict is computed from its checks as in a run."""
    state, link = history.state, history.state.link
    steps = list(fold_checks(history.checks, policy, history.vouches))
    yield say("explain.verdict", url=link.url, verdict=say(f"verdict.{state.verdict}"))
    if why := explain_verdict(steps, vouch_in_force(history.vouches, now)):
        yield say("explain.why", why=why)
    kind = link.kind if link.identity == link.url else f"{link.kind} ({link.identity})"
    yield say("explain.kind", kind=kind, time=format_time(state.first_seen))
    if state.metadata is not None:
        yield say("explain.title", title=state.metadata.title)
    if history.others:
        yield say("explain.other_urls", urls=" ".join(history.others))
    yield say("explain.places" if history.locations else "explain.no_places")
    yield from (f"  {location.note}:{location.line}  {location.text}".rstrip() for location in history.locations)
    yield say("explain.checks" if steps or history.vouches else "explain.no_checks")
    for _, lines in sorted([*_check_events(steps), *_vouch_events(history.vouches)], key=itemgetter(0)):
        yield from lines
    yield from _describe_rest(history, steps, policy, now)


def _check_events(steps: Iterable[Step]) -> Iterator[tuple[datetime, list[str]]]:
    for step in steps:
        check = step.check
        yield (
            check.checked_at,
            [
                f"  {format_time(check.checked_at)}  {_describe_check(check)}",
                say("explain.effect", evidence=evidence_of(check), effect=explain_step(step)),
            ],
        )


def _vouch_events(vouches: Iterable[Vouch]) -> Iterator[tuple[datetime, list[str]]]:
    """Yield when a person vouched for the link, and when and why that ended."""
    for vouch in vouches:
        time, reason = format_time(vouch.given_at), vouch.check.reason.text(language())
        said = say("explain.vouch", time=time, reason=reason, where=place_of_vouch(vouch))
        yield vouch.given_at, [said, say("explain.vouch_effect", verdict=say(f"verdict.{vouch.verdict}"))]
        if vouch.ended_at is not None and vouch.ended is not None:
            why = vouch.ended.text(language())
            yield vouch.ended_at, [say("explain.vouch_ended", time=format_time(vouch.ended_at), why=why)]
        if vouch.removed_at is not None:
            yield vouch.removed_at, [say("explain.vouch_removed", time=format_time(vouch.removed_at))]


def _describe_rest(history: LinkHistory, steps: Sequence[Step], policy: Policy, now: datetime) -> Iterator[str]:
    """Yield lines on what follows from the checks of a link."""
    state = history.state
    if steps and (verdict := verdict_at(history.checks, policy, history.vouches, now)) is not state.verdict:
        yield say("explain.other_settings", verdict=say(f"verdict.{verdict}"))
    if state.last_alive is not None:
        yield say("explain.last_alive", time=format_time(state.last_alive))
    if state.moved_to is not None:
        from pipelines.rewriting.redirects import decide_edit

        yield say("explain.moved_to", url=state.moved_to)
        if (decision := decide_edit(state)) is not None and decision.why is not None:
            yield say("explain.not_written", why=Reason(decision.why).text(language()))
    if state.snapshot is not None:
        yield say("explain.snapshot", url=state.snapshot)
    if state.suggestion is not None and state.suggestion[0] != state.snapshot:
        yield say("explain.suggestion", url=state.suggestion[0], source=state.suggestion[1])
    if steps:
        time, kind, name = format_time(history.due_at), state.link.kind, steps[-1].verdict_for_recheck
        days = policy.recheck_interval(kind, name) / timedelta(days=1)
        yield say("explain.next_check", time=time, days=days, kind=kind, name=name)


def _describe_check(check: Check) -> str:
    """Return the reason of a check, its HTTP status, how it was made, how long it took, and where the URL leads."""
    parts = [check.reason.text(language())]
    if check.http_status is not None and str(check.http_status) not in parts[0]:
        parts.append(say("explain.status", status=check.http_status))
    parts.append(say(f"method.{check.how}"))
    if check.elapsed is not None:
        parts.append(say("explain.elapsed", seconds=check.elapsed.total_seconds()))
    if check.final_url is not None:
        parts.append(say("explain.leads_to", url=check.final_url))
    return say("between_parts").join(parts)


def _edits(history: LinkHistory, output_dir: Path) -> Iterator[str]:
    """Yield the edits about a link, in the updated copies and in the original notes."""
    notes = {location.note for location in history.locations}
    lines = list(_find_note_edits(history, _read_edits(output_dir, notes)))
    for note, runs in Journal(output_dir).past_edits().items():
        if note in notes:
            edits = [edit for run in runs for edit in run]
            made = _find_note_edits(history, edits, by_position=False)
            lines += [say("explain.edit_in_place", edit=line) for line in made]
    if lines:
        yield say("explain.edits")
        yield from dict.fromkeys(lines)
    elif history.state.verdict is Verdict.DEAD and history.state.snapshot is not None:
        yield say("explain.no_edits")


def _find_note_edits(history: LinkHistory, edits: Iterable[Edit], *, by_position: bool = True) -> Iterator[str]:
    """Yield a line for each edit that names the link or, with `by_position`, that is at one of its mentions."""
    names = {history.state.link.url, history.state.link.identity}
    locations = [(location.note, location.start) for location in history.locations] if by_position else []
    for edit in edits:
        at_mention = any(note == edit.note and edit.start <= start < edit.end for note, start in locations)
        if at_mention or edit.old in names or any(name in edit.evidence.split() for name in names):
            why = say("between_parts").join((edit.reason.text(language()), evidence.shown(edit.evidence)))
            key = "explain.edit" if edit.old else "explain.edit_added"
            yield say(key, note=edit.note, old=edit.old, new=edit.new if edit.old else edit.new.strip(), why=why)


def _read_edits(output_dir: Path, notes: Collection[str]) -> Iterator[Edit]:
    """Yield the edits of some notes from `edits.jsonl`; none if the file does not exist."""
    with suppress(FileNotFoundError), (output_dir / "edits.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            # Where a secret is masked, the old text is not as long as its span.
            record["end"] = record["start"] + len(record["old"].encode())
            edit = from_record(record)
            if edit.note in notes:
                yield edit
