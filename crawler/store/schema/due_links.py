"""Due links in SQL, and the results of their checks.

Statements are built once: building one takes as long as executing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.models.check import CheckMethod, Outcome
from crawler.store.schema import mapping
from crawler.store.schema.json_rows import json_rows
from crawler.store.schema.link_state import FACTS, MENTIONED
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import Instant, checks, facts, links, mentions

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = (
    sa.select(sa.func.aggregate_strings(mentions.c.text, "\n"))
    .where(mentions.c.link_id == links.c.id)
    .scalar_subquery()
)

_FRAGMENTS = (
    sa.select(sa.func.aggregate_strings(mentions.c.fragment, "\n"))
    .where(mentions.c.link_id == links.c.id)
    .scalar_subquery()
)

# NULL if the end of the URL is certain in one of the notes.
_OTHER_URL = (
    sa.select(
        sa.case((sa.func.count() == sa.func.count(mentions.c.other_url), sa.func.max(mentions.c.other_url)), else_=None)
    )
    .where(mentions.c.link_id == links.c.id)
    .scalar_subquery()
)

WANTED = sa.or_(MENTIONED, links.c.wanted)
"""Whether a note mentions a link, or shows its image under another URL."""

NOT_SEEN = sa.or_(links.c.run_id.is_(None), links.c.run_id != sa.bindparam("run", type_=sa.Integer))
"""Whether the run `run` has saved no result for a link."""

IS_DUE = (
    sa.select(
        links.c.id,
        links.c.url,
        links.c.kind,
        links.c.identity,
        links.c.host,
        links.c.checked_at,
        links.c.waiting_since,
        links.c.anchors,
        _TEXTS.label("texts"),
        _FRAGMENTS.label("fragments"),
        _OTHER_URL.label("other_url"),
        facts.c.type,
        facts.c.data,
    )
    .outerjoin(facts, FACTS)
    .where(
        links.c.kind == sa.bindparam("its_kind"),
        links.c.host == sa.bindparam("its_host"),
        links.c.again == sa.bindparam("its_again"),
        links.c.due_at <= sa.bindparam("now"),
        NOT_SEEN,
        sa.tuple_(links.c.waiting_since, links.c.id)
        > sa.tuple_(sa.bindparam("since", type_=Instant), sa.bindparam("behind", type_=sa.Integer)),
        WANTED,
    )
    .order_by(links.c.waiting_since, links.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
"""Selects the first links of a backlog behind a position."""

_LAST_SUCCESSES = (
    sa.select(checks.c.link_id, sa.func.max(checks.c.id).label("id"))
    .where(
        one_of(checks.c.link_id, "link_ids"),
        checks.c.outcome.in_([Outcome.OK, Outcome.MOVED]),
        checks.c.how != CheckMethod.ARCHIVE,
    )
    .group_by(checks.c.link_id)
    .subquery()
)

HISTORY = (
    sa.select(checks)
    .outerjoin(_LAST_SUCCESSES, _LAST_SUCCESSES.c.link_id == checks.c.link_id)
    .where(one_of(checks.c.link_id, "link_ids"), checks.c.id >= sa.func.coalesce(_LAST_SUCCESSES.c.id, 0))
    .order_by(checks.c.id)
)
"""Selects the checks of links since the last successful one of each, that one first; verdicts depend on no older ones.

Their order counts and not their times, which a clock may have set wrong.
"""

_OF_LINK = (*mapping.CHECK, "verdict", "failures_in_a_row", "due_at", "waiting_since", "again")
_RESULT: dict[str, sa.types.TypeEngine[Any]] = {
    "run": sa.Integer(),
    "link_id": sa.Integer(),
    **{name: links.c[name].type for name in _OF_LINK},
    "alive_at": Instant(),
    "answers": sa.Boolean(),
    "found_anchors": sa.Text(),
    "new_address": sa.Text(),
}
"""The parameters that a result is saved with, see `mapping.result_to_row`: with the number of the run."""


def _save(given: Callable[[str], sa.ColumnElement[Any]]) -> sa.Update:
    return (
        sa.update(links)
        .where(links.c.id == given("link_id"))
        .values({name: given(name) for name in _OF_LINK})
        .values(
            wanted=False,
            run_id=given("run"),
            leads_to=None,
            last_alive=sa.func.coalesce(given("alive_at"), links.c.last_alive),
            # A page that was not read in this run has what it had before.
            anchors=sa.func.coalesce(given("found_anchors"), links.c.anchors),
            # A failed check does not change where a link moved to; only the next successful one does.
            moved_to=sa.case((given("answers"), given("new_address")), else_=links.c.moved_to),
        )
    )


SAVE_RESULT = _save(lambda name: sa.bindparam(name, type_=_RESULT[name]))
"""Saves the result of a check for a run."""

SAVE_RESULTS = _save(json_rows(_RESULT).c.__getitem__)
"""The same on PostgreSQL, for many results of different links."""
