"""Edits of a note as a list: apply it, undo it, and convert it to JSON records for `edits.jsonl` and the journals."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crawler.models.edit import Edit
from crawler.models.former_reasons import former_reason
from crawler.models.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIELDS = tuple(field.name for field in fields(Edit))
CODE = "code"
"""The field with the code and the details of the reason; `reason` is its English text."""


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the bytes of a note with the edits applied.

    Raises ValueError if the edits overlap, are out of order, or their old text differs from the bytes.
    """
    parts, end = [], 0
    for edit in edits:
        if edit.start < end or data[edit.start : edit.end] != edit.old.encode():
            raise ValueError(f"{edit.note} has changed since: byte {edit.start} does not begin {edit.old!r}")
        parts += [data[end : edit.start], edit.new.encode()]
        end = edit.end
    return b"".join([*parts, data[end:]])


def to_record(edit: Edit) -> dict[str, Any]:
    """Return an edit as a JSON object: the fields of `Edit`, with the text of the reason, and its code."""
    # `asdict` would copy every text
    values = {name: getattr(edit, name) for name in _FIELDS}
    return values | {"reason": str(edit.reason), CODE: edit.reason.encoded}


def from_record(record: Mapping[str, Any]) -> Edit:
    """Return the edit of a JSON object; a record without a code is from a version whose reasons were texts."""
    values = dict(record)
    code = values.pop(CODE, None)
    reason = former_reason(str(values["reason"])) if code is None else Reason.decoded(str(code))
    return Edit(**values | {"reason": reason})
