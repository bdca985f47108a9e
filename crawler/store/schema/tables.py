"""Tables of the link database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from crawler.models.reasons.reason import Reason

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The value of `waiting_since` of links without a check."""

_NEVER = "1970-01-01 00:00:00.000000"


class Instant(sa.types.TypeDecorator[datetime]):
    """A point in time: an aware datetime in Python, UTC in the database, where SQLite stores no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store UTC."""
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None if dialect.name == "sqlite" else UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ReasonText(sa.types.TypeDecorator[Reason]):
    """A reason: one line `code|detail` for it and for each addition."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Reason | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Store code and details."""
        return None if value is None else value.encoded

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Reason | None:  # noqa: ARG002
        """Return code and details."""
        return None if value is None else Reason.decoded(value)


def _check_columns() -> list[sa.Column[Any]]:
    """Return the columns of one check: in `checks` as history, in `links` as the last one."""
    return [
        sa.Column("outcome", sa.Text),
        sa.Column("reason", ReasonText),
        sa.Column("checked_at", Instant),
        sa.Column("how", sa.Text),
        sa.Column("http_status", sa.Integer),
        sa.Column("final_url", sa.Text),
        sa.Column("elapsed", sa.Interval),
        sa.Column("conclusive", sa.Boolean),
        sa.Column("suggestion", sa.Text),
        sa.Column("suggestion_source", sa.Text),
    ]


tables = sa.MetaData()

links = sa.Table(
    "links",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("waiting_since", Instant, nullable=False, server_default=_NEVER),  # the last check, or NEVER
    sa.Column("again", sa.Boolean, nullable=False, default=False),  # failed once in this run, to be retried at its end
    sa.Column("run_id", sa.Integer),  # the run that saved the last result
    sa.Column("leads_to", sa.Text),  # the hosts that its check needs as well, if another shard has them
    # Due without a mention: a note shows the image that was saved from this URL, and it is missing in the image store.
    sa.Column("wanted", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("newer_image", sa.Text),  # the name in the image store of what came in place of the saved image
    sa.Column("anchors", sa.Text),  # JSON: by fragment whether the page had it when it was last read, null for unknown
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("failures_in_a_row", sa.Integer, nullable=False, default=0),
    sa.Column("last_alive", Instant),
    sa.Column("moved_to", sa.Text),
    sa.Column("snapshot", sa.Text),  # in the Wayback Machine; NULL with `snapshot_asked_at`: it has none
    sa.Column("snapshot_asked_at", Instant),
    sa.Column("previous_verdict", sa.Text),  # both as of the start of the run
    sa.Column("previous_outcome", sa.Text),
    *_check_columns(),
    sa.Index("links_due", "kind", "host", "again", "waiting_since", "id"),
)

checks = sa.Table(
    "checks",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.ForeignKey(links.c.id), nullable=False, index=True),
    sa.Column("run_id", sa.Integer),  # NULL: not of the link itself, but what the Wayback Machine says of it
    *_check_columns(),
    sa.Index("checks_once", "run_id", "link_id", unique=True),  # a run that saves a result twice counts it once
)

vouches = sa.Table(  # what persons say of links; see `crawler.models.vouch`
    "vouches",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.ForeignKey(links.c.id), nullable=False, index=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("until", sa.Date, nullable=False),  # the last day, in UTC
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("note", sa.Text, nullable=False),  # with the comment; empty: given by command
    sa.Column("seen", sa.Text),  # the outcome of the check before, and the title then
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended", ReasonText),
    sa.Column("removed_at", Instant),
)

mentions = sa.Table(
    "mentions",
    tables,
    sa.Column("note", sa.Text, primary_key=True),
    sa.Column("start", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.ForeignKey(links.c.id), nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("day", sa.Date),  # the note's date
    sa.Column("other_url", sa.Text),  # the URL read another way, "" for none; NULL: its end is no guess
    sa.Column("rating", sa.Integer),  # the stars of the entry that lists this article or paper; NULL: none lists it
    sa.Column("fragment", sa.Text),  # that leads to an element of a web page; NULL: none, or nothing is known of it
)

facts = sa.Table(
    "facts",
    tables,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),  # JSON
    sa.Column("seen_at", Instant, nullable=False),
)

star_counts = sa.Table(
    "star_counts",
    tables,
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),  # in UTC
    sa.Column("stars", sa.Integer, nullable=False),
)

pictures = sa.Table(  # the saved image of a link: its file name in the image store, source URL and version
    "pictures",
    tables,
    sa.Column("link_id", sa.ForeignKey(links.c.id), primary_key=True),
    sa.Column("title", sa.Text, nullable=False, index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

validators = sa.Table(  # of pages, for conditional requests
    "validators",
    tables,
    sa.Column("link_id", sa.ForeignKey(links.c.id), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("read_at", Instant, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

page_versions = sa.Table(  # what the page of a link showed; rows are added and never changed
    "page_versions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.ForeignKey(links.c.id), nullable=False, index=True),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.BigInteger),  # SimHash of the text, as a signed number
    sa.Column("script", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("address", sa.Text),  # that it was read from; NULL: the link's URL
    sa.Column("replaced", sa.Boolean, nullable=False),  # another page than the one that had been there
)

placeholders = sa.Table(  # files that a server sends instead of different images, by name in the image store
    "placeholders",
    tables,
    sa.Column("title", sa.Text, primary_key=True),
    sa.Column("learned_at", Instant, nullable=False),
    sa.Column("look", sa.LargeBinary),  # crawler.images.looks.Look; null if it is not known
)

uploads = sa.Table(  # URLs that services gave uploaded images
    "uploads",
    tables,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),  # in the image store: the hash
    sa.Column("uploaded_at", Instant, nullable=False),
)

image_places = sa.Table(  # files that show images beside notes; see `crawler.images.layout.places`
    "image_places",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),  # in the image store
    sa.Column("layout", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False, index=True),  # relative to NOTES_DIR
    sa.Column("is_made", sa.Boolean, nullable=False),
)

hosts = sa.Table(  # hosts that shards have requested
    "hosts",
    tables,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("fence", sa.Integer, nullable=False, default=0),  # number of the last shard that took it
    sa.Column("free_at", Instant),  # no request before; NULL: a shard has the host, or ended without saying
    sa.Column("closed_in", sa.Integer),  # the run in which the host gets no more requests
)

runs = sa.Table(
    "runs",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),  # NULL: active, or killed and to be resumed
    sa.Column("process", sa.Text),  # that has the lock of the database: `host name:process`
    sa.Column("locked_at", Instant),
    sa.Column("stopping", sa.Boolean, nullable=False, default=False, server_default=sa.false()),  # shards end early
)

run_counts = sa.Table(  # numbers of links by verdict at the end of a run, and other metrics
    "run_counts",
    tables,
    sa.Column("run_id", sa.ForeignKey(runs.c.id), primary_key=True),
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

notes = sa.Table(  # notes whose mentions are registered
    "notes",
    tables,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),  # of its bytes and of the program
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("day", sa.Date),
    sa.Column("problems", sa.Text, nullable=False),  # a line for each
)

bare_titles = sa.Table(  # of papers that a note lists without a link
    "bare_titles",
    tables,
    sa.Column("note", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, primary_key=True),
)

fragments = sa.Table(  # the part of an output for a note, with the digest of its inputs
    "fragments",
    tables,
    sa.Column("note", sa.Text, primary_key=True),
    sa.Column("output", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # JSON
)

outputs = sa.Table(  # outputs after their last rendering
    "outputs",
    tables,
    sa.Column("output", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),  # of all its inputs
    sa.Column("files", sa.Text, nullable=False),  # JSON: size and modification time (ns) by name
)

version = sa.Table("schema_version", tables, sa.Column("version", sa.Integer, nullable=False))
