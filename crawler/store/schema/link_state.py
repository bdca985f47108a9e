"""The state of a link in SQL: what the outputs show of it, and the digests are of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crawler.models.check import CheckMethod, Outcome
from crawler.store.schema import mapping
from crawler.store.schema.tables import checks, facts, links, mentions, vouches

MENTIONED = sa.exists().where(mentions.c.link_id == links.c.id)
"""Whether a note mentions a link."""

FACTS = sa.and_(facts.c.kind == links.c.kind, facts.c.identity == links.c.identity)
"""Joins links with the metadata of what they lead to."""

_SAME_TARGET = sa.case((checks.c.final_url == links.c.moved_to, checks.c.id))
_OTHER_TARGET = sa.case((checks.c.final_url != links.c.moved_to, checks.c.id))
_NO_REDIRECT = sa.case((sa.and_(checks.c.final_url.is_(None), checks.c.how == CheckMethod.PAGE), checks.c.id))
MOVE_CHECKS = sa.case(
    (links.c.moved_to.is_(None), 0),
    else_=(
        sa.select(
            sa.case(
                (sa.func.max(_OTHER_TARGET) > sa.func.min(_SAME_TARGET), 0),
                (sa.func.max(_NO_REDIRECT) > sa.func.min(_SAME_TARGET), 0),
                (sa.func.count(_OTHER_TARGET) > 0, sa.func.count(_SAME_TARGET) - 1),
                else_=sa.func.count(_SAME_TARGET),
            )
        )
        .where(checks.c.link_id == links.c.id, checks.c.outcome.in_([Outcome.OK, Outcome.MOVED]))
        .scalar_subquery()
    ),
)
"""The number of checks of a link that led to its current `moved_to`, less one if an earlier one led elsewhere.

It is 0 if the link led elsewhere in between, or was not redirected: such a target is one of several by chance. A run
makes one check.
"""


_NEWEST_VOUCHES = sa.select(sa.func.max(vouches.c.id)).where(vouches.c.removed_at.is_(None)).group_by(vouches.c.link_id)
NEWEST_VOUCH = sa.and_(vouches.c.link_id == links.c.id, vouches.c.id.in_(_NEWEST_VOUCHES))
VOUCH_COLUMNS = tuple(vouches.c[name].label(f"{mapping.VOUCH_PREFIX}{name}") for name in mapping.VOUCH)


def link_state_query() -> sa.Select[Any]:
    """Return the query for the states of links; the columns are those of `mapping.link_state_from_row`."""
    of_link = (links.c[name] for name in mapping.STATE)
    query = sa.select(*of_link, facts.c.type, facts.c.data, MOVE_CHECKS.label("move_checks"), *VOUCH_COLUMNS)
    return query.outerjoin(facts, FACTS).outerjoin(vouches, NEWEST_VOUCH)
