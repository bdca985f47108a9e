"""Edits of a note as a list: apply it, undo it, and convert it to JSON records for `edits.jsonl` and the journals."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from crawler.models.notes.edit import Edit
from crawler.models.reasons.former_reasons import former_reason
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawler.models.notes.note_file import NoteFile

_FIELDS = tuple(field.name for field in fields(Edit))
_LABEL = re.compile(r"\s*+[^:：\n]++[:：]")
CODE = "code"
"""The field with the code and the details of the reason; `reason` is its English text."""

IMAGE_EDITS = frozenset({ReasonCode.EDIT_IMAGE, ReasonCode.EDIT_IMAGE_URL})
"""Reasons of edits of images."""

LINK_EDITS = frozenset(
    {
        *(ReasonCode.EDIT_MOVED, ReasonCode.EDIT_PAPER_URL, ReasonCode.EDIT_FILE_PATH, ReasonCode.EDIT_HTTPS),
        *(ReasonCode.EDIT_JUMP, ReasonCode.EDIT_SPELLING, ReasonCode.EDIT_SNAPSHOT),
    }
)
"""Reasons of edits of other links; their evidence has the day of a check."""


def is_image_edit(edit: Edit) -> bool:
    """Return whether an edit lets a note show a saved image, or the present URL of one."""
    return edit.reason.code in IMAGE_EDITS


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


def edited_bytes(file: NoteFile, edits: Iterable[Edit]) -> bytes:
    """Return the bytes of the file of a note with the edits applied; raise ValueError as above."""
    edits = tuple(edits)
    if not edits:
        return file.raw
    edited = apply_edits(file.data, edits)
    return edited if file.data is file.raw else file.spliced([(edit.start, edit.end, edit.new) for edit in edits])


def writable_edits(file: NoteFile, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return those edits that can be written into the file of a note.

    In the value of a new line, characters that its encoding lacks become character references.
    """
    edits = tuple(edits)
    spans = file.writing.spans(file.data, [(edit.start, edit.end) for edit in edits])
    found = ((edit, _writable_text(file, edit)) for edit, span in zip(edits, spans, strict=True) if span is not None)
    return tuple(edit if new == edit.new else replace(edit, new=new) for edit, new in found if new is not None)


def _writable_text(file: NoteFile, edit: Edit) -> str | None:
    """Return the new text of an edit as it can be written into the file; None if it cannot."""
    encode = file.writing.encode
    if encode(edit.new) is not None:
        return edit.new
    label = _LABEL.match(edit.new)
    if edit.old or label is None or encode(label[0]) is None:
        return None
    return "".join(each if encode(each) is not None else f"&#{ord(each)};" for each in edit.new)


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
