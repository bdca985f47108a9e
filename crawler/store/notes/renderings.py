"""Store digests of the inputs of outputs, so that unchanged outputs are not rendered again."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.store.database import SLICE, Writer
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS, MOVE_CHECKS, NEWEST_VOUCH, VOUCH_COLUMNS
from crawler.store.schema.tables import facts, fragments, links, mentions, outputs, vouches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MENTION = ("note", "start", "line", "text")
"""The first columns of a row of `rendering_inputs`: where a link is mentioned."""

STATE = (
    *("url", "kind", "identity", "verdict", "outcome", "reason", "how", "http_status", "final_url"),
    *("suggestion", "suggestion_source", "moved_to", "is_move_confirmed", "snapshot"),
    *("anchors", "type", "data"),
    *(f"{mapping.VOUCH_PREFIX}{name}" for name in mapping.VOUCH),
)
"""The next columns: what a note can show of a link. A column for each bibliography follows."""

TIMES = (
    *("checked_at", "elapsed", "first_seen", "last_alive", "failures_in_a_row"),
    *("previous_verdict", "previous_outcome", "newer_image"),
)
"""The last columns: what changes with each check."""


ALL_NOTES = ""
"""The value of `note` for fragments of all notes together."""

# Built once: building it takes as long as executing it.
_FRAGMENTS_OF = sa.select(fragments.c.output, fragments.c.digest, fragments.c.text).where(
    fragments.c.note == sa.bindparam("note_")
)


class Renderings(StoreReader, Writer):
    """Inputs and results of incremental rendering."""

    def rendering_inputs(self, bibliographies: Sequence[str]) -> Iterator[sa.Row[Any]]:
        """Yield a row for each mention, note by note: `MENTION`, `STATE`, a column for each bibliography, `TIMES`.

        Values are as in the database; they are only compared.
        """
        columns: dict[str, sa.ColumnElement[Any]] = {column.name: column for column in links.c}
        columns |= {
            "type": facts.c.type,
            "data": facts.c.data,
            "is_move_confirmed": MOVE_CHECKS >= mapping.CONFIRMED_BY,
        }
        columns |= {column.name: column.element for column in VOUCH_COLUMNS}
        publications = [facts.alias() for _ in bibliographies]
        query = sa.select(
            *(mentions.c[name] for name in MENTION),
            *(sa.type_coerce(columns[name], sa.Text) for name in STATE),
            *(each.c.data for each in publications),
            *(sa.type_coerce(columns[name], sa.Text) for name in TIMES),
        )
        query = query.join_from(mentions, links, mentions.c.link_id == links.c.id).outerjoin(facts, FACTS)
        query = query.outerjoin(vouches, NEWEST_VOUCH)
        key = links.c.kind + ":" + links.c.identity
        for name, each in zip(bibliographies, publications, strict=True):
            query = query.outerjoin(each, sa.and_(each.c.kind == name, each.c.identity == key))
        query = query.order_by(mentions.c.note, mentions.c.start).execution_options(yield_per=SLICE)
        with self._begin() as connection:
            for some in connection.execute(query).partitions():
                yield from some

    # --- results of rendering -----------------------------------------------------------------------------------------

    def fragments(self, note: str) -> dict[str, tuple[str, str]]:
        """Return the fragments of a note by output: the digest of its inputs, and its text."""
        with self._begin() as connection:
            rows = connection.execute(_FRAGMENTS_OF, {"note_": note})
            return {output: (digest, text) for output, digest, text in rows}

    def shared_fragment(self, output: str) -> tuple[str, str]:
        """Return the digest and the text of a fragment of all notes together; both are empty if there is none."""
        wanted = fragments.c.note == ALL_NOTES, fragments.c.output == output
        with self._begin() as connection:
            row = connection.execute(sa.select(fragments.c.digest, fragments.c.text).where(*wanted)).one_or_none()
        return ("", "") if row is None else (row.digest, row.text)

    def fragment_digests(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield for each note with fragments their digests by output."""
        query = sa.select(fragments.c.note, fragments.c.output, fragments.c.digest).order_by(fragments.c.note)
        with self._begin() as connection:
            rows = connection.execute(query.execution_options(yield_per=SLICE))
            for note, some in groupby(rows, key=itemgetter(0)):
                yield note, {output: digest for _, output, digest in some}

    def save_fragments(self, rendered: Iterable[tuple[str, str, str, str]]) -> None:
        """Save fragments: note, output, digest and text."""
        names = ("note", "output", "digest", "text")
        if rows := [dict(zip(names, row, strict=True)) for row in rendered]:
            with self._write() as connection:
                self._upsert(connection, fragments, rows)

    def forget_other_fragments(self, notes: Iterable[str]) -> None:
        """Delete the fragments of all notes except `notes`."""
        with self._write() as connection:
            for note in set(connection.scalars(sa.select(fragments.c.note).distinct())).difference(notes, [ALL_NOTES]):
                connection.execute(sa.delete(fragments).where(fragments.c.note == note))

    def rendered_outputs(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return by output the digest of its inputs, and its files with size and modification time after rendering."""
        with self._begin() as connection:
            rows = connection.execute(sa.select(outputs.c.output, outputs.c.digest, outputs.c.files))
            return {output: (digest, json.loads(files)) for output, digest, files in rows}

    def save_rendered_outputs(self, rendered: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        """Save what `rendered_outputs` returns."""
        rows = [
            {"output": output, "digest": digest, "files": json.dumps(files)}
            for output, (digest, files) in sorted(rendered.items())
        ]
        with self._write() as connection:
            self._upsert(connection, outputs, rows)
