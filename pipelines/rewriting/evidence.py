"""The evidence of edits, a stable text in journals and `edits.jsonl`, and how it is shown in a language. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.messages import language, say
from crawler.models.check import CheckMethod, Outcome
from crawler.models.reasons.former_reasons import displayed_reason

if TYPE_CHECKING:
    from crawler.models.link import LinkState
    from crawler.models.metadata import Picture

_CHECK = re.compile(
    rf"(?P<outcome>{'|'.join(Outcome)}): (?P<reason>.*) "
    rf"\((?P<how>{'|'.join(CheckMethod)})(?: (?P<status>\d+))?, (?P<day>\d{{4}}-\d\d-\d\d)\)"
)
_IMAGE = re.compile(r"(?P<type>[\w.+/-]+), (?P<size>\d+) bytes, (?P<hash>sha256 [0-9a-f]+)(?:, from (?P<source>.*))?")


def of_check(state: LinkState) -> str:
    """Return outcome, reason, method and date of the last check of a link."""
    if (check := state.check) is None:
        return state.verdict.value
    status = f" {check.http_status}" if check.http_status else ""
    return f"{check.outcome.value}: {check.reason} ({check.how.value}{status}, {check.checked_at:%Y-%m-%d})"


def of_image(picture: Picture) -> str:
    """Return type, size and hash of a saved image, and where it comes from if not from its URL."""
    source = f", from {picture.source}" if picture.source else ""
    return f"{picture.media_type}, {picture.size} bytes, sha256 {picture.sha256}{source}"


def shown(evidence: str) -> str:
    """Return an evidence in the language of the environment; one that has no sentence is shown as it is."""
    if language() == "en":
        return evidence
    if (check := _CHECK.fullmatch(evidence)) is not None:
        outcome, how = say(f"evidence.{check['outcome']}"), say(f"method.{check['how']}")
        by = f"{how} {check['status']}" if check["status"] else how
        reason = displayed_reason(check["reason"]).text(language())
        return say("edit_evidence", outcome=outcome, reason=reason, how=by, day=check["day"])
    if (image := _IMAGE.fullmatch(evidence)) is not None:
        key = "edit_image_from" if image["source"] else "edit_image"
        return say(key, **image.groupdict())
    return evidence
