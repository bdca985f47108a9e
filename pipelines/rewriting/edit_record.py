"""Edits as the lines of `edits.jsonl` and of the journals have them: the fields of `Edit`, and the reason's code."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crawler.models.edit import Edit
from crawler.models.former_reasons import former_reason
from crawler.models.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS = tuple(field.name for field in fields(Edit))
CODE = "code"
"""The field with the code and the details of the reason; `reason` is its English text."""


def to_record(edit: Edit) -> dict[str, Any]:
    """Return an edit as a JSON object; `asdict` would copy every text."""
    values = {name: getattr(edit, name) for name in _FIELDS}
    return values | {"reason": str(edit.reason), CODE: edit.reason.encoded}


def from_record(record: Mapping[str, Any]) -> Edit:
    """Return the edit of a JSON object; one without a code was written when reasons were texts."""
    values = dict(record)
    code = values.pop(CODE, None)
    reason = former_reason(str(values["reason"])) if code is None else Reason.decoded(str(code))
    return Edit(**values | {"reason": reason})
