"""Convert rows of the link database to domain types and back."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import METADATA_TYPES, Metadata, Publication, Repository, type_name
from crawler.models.page_version import PageVersion
from crawler.models.result import CheckResult, Validators
from crawler.models.vouch import Vouch

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa
    from cattrs.preconf.json import JsonConverter

    from crawler.models.reasons.reason import Reason

T = TypeVar("T")

CHECK = tuple(field.name for field in fields(Check))
"""The columns of a check: the fields of Check."""

LINK = tuple(field.name for field in fields(Link))
"""The columns of a link that come from the notes: the fields of Link."""

VOUCH = tuple(field.name for field in fields(Vouch))
"""The columns of a vouch: the fields of Vouch."""

STATE = (
    *LINK,
    *("verdict", "first_seen", "failures_in_a_row", "last_alive", "moved_to", "snapshot"),
    *("previous_verdict", "previous_outcome", "newer_image", "anchors"),
    *CHECK,
)
"""The columns of `links` from which the state of a link is read. Type and data of its metadata follow, and the number
of checks that found it moved, and `VOUCH`."""

_CHECK = len(STATE) - len(CHECK)
_VOUCH = len(STATE) + len(("type", "data", "move_checks"))
_END = _VOUCH + len(VOUCH)

VOUCH_PREFIX = "vouch_"
"""What the names of these columns begin with in a row with the columns of a link."""

CONFIRMED_BY = 2
"""Number of runs in which a link must redirect to the same URL before the move counts as confirmed."""

_UNSIGNED = 2**64
_PAGE_VERSION = tuple(field.name for field in fields(PageVersion))
_VALIDATORS = tuple(field.name for field in fields(Validators))


@cache
def _json() -> JsonConverter:
    from cattrs.preconf.json import make_converter

    return make_converter(detailed_validation=False)  # half the time; nobody sees which field is wrong


def check_from_row(row: sa.Row[Any]) -> Check:
    """Return the check in a row of `checks`."""
    return _check(*(getattr(row, name) for name in CHECK))


def _check(outcome: str, reason: Reason, checked_at: datetime, how: str, *rest: Any) -> Check:
    return Check(Outcome(outcome), reason, checked_at, CheckMethod(how), *rest)


def link_state_from_row(row: sa.Row[Any]) -> LinkState:
    """Return the state of a link from a row that begins with the columns of STATE and those that follow them.

    Columns are taken by position: by name it would take twice as long.
    """
    url, kind, identity, host, verdict, first_seen, failures, last_alive, moved_to, snapshot, *rest = row[:_CHECK]
    verdict_before, outcome_before, newer_image, anchors = rest
    check, (type_, data, move_checks), vouch = row[_CHECK : len(STATE)], row[len(STATE) : _VOUCH], row[_VOUCH:_END]
    return LinkState(
        Link(url, kind, identity, host),
        verdict=Verdict(verdict),
        first_seen=first_seen,
        check=None if check[0] is None else _check(*check),
        failures_in_a_row=failures,
        last_alive=last_alive,
        moved_to=moved_to,
        is_move_confirmed=move_checks >= CONFIRMED_BY,
        snapshot=snapshot,
        previous_verdict=None if verdict_before is None else Verdict(verdict_before),
        previous_outcome=None if outcome_before is None else Outcome(outcome_before),
        metadata=None if type_ is None else _metadata(type_, data),
        newer_image=newer_image,
        anchors=json.loads(anchors) if anchors else {},
        vouch=None if vouch[0] is None else _vouch(*vouch),
    )


def anchors_from_row(row: sa.Row[*tuple[Any, ...]]) -> dict[str, bool | None]:
    """Return which fragments the page of a link had, from a row of `links`."""
    found: dict[str, bool | None] = json.loads(row.anchors) if row.anchors else {}
    return found


def metadata_from_row(row: sa.Row[*tuple[Any, ...]]) -> Metadata | None:
    """Return the metadata in a row of `facts`; None if the outer join found no row."""
    return None if row.type is None else _metadata(row.type, row.data)


def _metadata(type_: str, data: str) -> Metadata | None:
    metadata_type = METADATA_TYPES.get(type_)
    return None if metadata_type is None else fact_from_json(data, metadata_type)


def fact_from_json(data: str, type_: type[T]) -> T | None:
    """Return the metadata or publication in a row of `facts`.

    None if it is damaged: it is only a copy, and is looked up again at the next check.
    """
    try:
        return _json().loads(data, type_)
    except Exception:  # noqa: BLE001 - of cattrs and of the type itself, an exception for each kind of fault
        return None


def split_location(location: str) -> tuple[str, int]:
    """Return path and line of a location `path:line`."""
    note, _, line = location.rpartition(":")
    return note, int(line)


def check_to_row(check: Check) -> dict[str, Any]:
    """Return the columns of a check."""
    return {name: getattr(check, name) for name in CHECK}


def result_to_row(link_id: int, result: CheckResult) -> dict[str, Any]:
    """Return the parameters of the update of `links`; raise ValueError for a result without verdict."""
    if result.verdict_record is None:
        raise ValueError(f"result without verdict: {result.link.url}")
    return {
        "link_id": link_id,
        **check_to_row(result.check),
        "verdict": result.verdict_record.verdict,
        "failures_in_a_row": result.verdict_record.failures_in_a_row,
        "due_at": result.verdict_record.due_at,
        "waiting_since": result.check.checked_at,
        "again": False,
        "alive_at": result.check.checked_at if result.check.is_ok else None,
        "answers": result.check.is_ok,
        "found_anchors": json.dumps(result.anchors, sort_keys=True) if result.check.is_ok and result.anchors else None,
        "new_address": result.check.final_url if result.check.outcome is Outcome.MOVED else None,
    }


def metadata_to_row(result: CheckResult) -> dict[str, Any]:
    """Return the row of `facts` for a result with metadata."""
    assert result.metadata is not None  # noqa: S101 - only called for results with metadata
    return fact_to_row(result.link.kind, result.link.identity, result.metadata, result.check.checked_at)


def fact_to_row(kind: str, identity: str, fact: Metadata | Publication, seen_at: datetime) -> dict[str, Any]:
    """Return the row of `facts` for metadata or a publication."""
    return {
        "kind": kind,
        "identity": identity,
        "type": type_name(type(fact)),
        "data": _json().dumps(fact, ensure_ascii=False),
        "seen_at": seen_at,
    }


def validators_to_row(link_id: int, validators: Validators) -> dict[str, Any]:
    """Return the row of `validators` for a page."""
    return {"link_id": link_id, **{name: getattr(validators, name) for name in _VALIDATORS}}


def validators_from_row(row: sa.Row[Any]) -> Validators:
    """Return the validators in a row of `validators`."""
    return Validators(**{name: getattr(row, name) for name in _VALIDATORS})


def vouch_to_row(link_id: int, vouch: Vouch) -> dict[str, Any]:
    """Return the row of `vouches` for a vouch."""
    return {"link_id": link_id, **{name: getattr(vouch, name) for name in VOUCH}}


def vouch_from_row(row: sa.Row[Any]) -> Vouch:
    """Return the vouch in a row of `vouches`."""
    return _vouch(*(getattr(row, name) for name in VOUCH))


def _vouch(verdict: str, *rest: Any) -> Vouch:
    known = dict(zip(VOUCH[1:], rest, strict=True))
    seen = None if known["seen"] is None else Outcome(known["seen"])
    return Vouch(Verdict(verdict), **{**known, "seen": seen})


def page_version_to_row(link_id: int, version: PageVersion) -> dict[str, Any]:
    """Return the row of `page_versions` for a version of a page."""
    fingerprint = version.fingerprint
    signed = fingerprint - _UNSIGNED if fingerprint is not None and fingerprint >= _UNSIGNED // 2 else fingerprint
    return {"link_id": link_id, **{name: getattr(version, name) for name in _PAGE_VERSION}, "fingerprint": signed}


def page_version_from_row(row: sa.Row[Any]) -> PageVersion:
    """Return the version of a page in a row of `page_versions`."""
    known = {name: getattr(row, name) for name in _PAGE_VERSION}
    fingerprint = None if row.fingerprint is None else row.fingerprint % _UNSIGNED
    return PageVersion(**{**known, "fingerprint": fingerprint})


def stars_to_row(result: CheckResult) -> dict[str, Any] | None:
    """Return the row of `star_counts` for a repository with stars; None for other results."""
    if not isinstance(result.metadata, Repository) or result.metadata.stars is None:
        return None
    day = result.check.checked_at.astimezone(UTC).date()
    return {"identity": result.link.identity, "day": day, "stars": result.metadata.stars}
