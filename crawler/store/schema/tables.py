"""The store's tables and their versions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, DropIndex

from crawler.errors import UserError
from crawler.models.former_reasons import former_reason
from crawler.models.reason import Reason

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a link was last looked at that never was: longest ago of all."""

_SLICE = 10_000
"""Rows that a migration reads and writes at a time."""

_NEVER = "1970-01-01 00:00:00.000000"


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment: an aware datetime in Python, UTC in every database (SQLite keeps no zone)."""

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
    """A reason: `code|detail`, a line for it and for each addition."""

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
    sa.Column("again", sa.Boolean, nullable=False, default=False),  # failed once in this run, to be tried at its end
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("failures_in_a_row", sa.Integer, nullable=False, default=0),
    sa.Column("last_alive", Instant),
    sa.Column("moved_to", sa.Text),
    sa.Column("snapshot", sa.Text),  # in the Wayback Machine; none with a time beside it: there is none
    sa.Column("snapshot_asked_at", Instant),
    sa.Column("previous_verdict", sa.Text),  # both as they were when the run began
    sa.Column("previous_outcome", sa.Text),
    *_check_columns(),
    sa.Index("links_due", "kind", "host", "again", "waiting_since", "id"),
)

checks = sa.Table(
    "checks",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("link_id", sa.ForeignKey(links.c.id), nullable=False, index=True),
    *_check_columns(),
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

pictures = sa.Table(  # kept for a link: where its bytes came from, and what the server calls that version
    "pictures",
    tables,
    sa.Column("link_id", sa.ForeignKey(links.c.id), primary_key=True),
    sa.Column("title", sa.Text, nullable=False, index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

validators = sa.Table(  # of pages: by what their servers can be asked whether they have changed
    "validators",
    tables,
    sa.Column("link_id", sa.ForeignKey(links.c.id), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("read_at", Instant, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

placeholders = sa.Table(  # what was shown in the place of several pictures, as it would be named
    "placeholders",
    tables,
    sa.Column("title", sa.Text, primary_key=True),
    sa.Column("learned_at", Instant, nullable=False),
)

workers = sa.Table(  # those at work, each until it is taken for dead
    "workers",
    tables,
    sa.Column("worker", sa.Text, primary_key=True),
    sa.Column("until", Instant, nullable=False),
)

leases = sa.Table(
    "leases",
    tables,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("worker", sa.Text, index=True),  # none: it may be taken
    sa.Column("until", Instant),
    sa.Column("free_at", Instant, nullable=False, server_default=_NEVER),  # nobody asks it before
    sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()),  # for the rest of the run
)

runs = sa.Table(
    "runs",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),  # none: under way, or killed and to be gone on with
    sa.Column("leader", sa.Text),  # the worker that reads the notes and publishes
    sa.Column("due_by", Instant),  # what was due then is this run's; none until the notes are read
)

run_counts = sa.Table(  # how many links had which verdict at its end, and other numbers of that evening
    "run_counts",
    tables,
    sa.Column("run_id", sa.ForeignKey(runs.c.id), primary_key=True),
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

version = sa.Table("schema_version", tables, sa.Column("version", sa.Integer, nullable=False))


def _create(connection: sa.Connection) -> None:
    """Set up an empty database, all steps at once."""
    tables.create_all(connection)


def _migrate_to_2(connection: sa.Connection) -> None:
    """Version 2: the order of waiting, runs and what changed in them, snapshots, the notes' dates."""
    _add_columns(
        connection,
        links.c.waiting_since,
        links.c.snapshot,
        links.c.snapshot_asked_at,
        links.c.previous_verdict,
        links.c.previous_outcome,
        mentions.c.day,
    )
    runs.create(connection)
    (index,) = links.indexes
    connection.execute(DropIndex(index))
    connection.execute(CreateIndex(index))
    # All of them: PostgreSQL reads the column's default in the server's time zone, which may be long before NEVER.
    connection.execute(sa.update(links).values(waiting_since=sa.func.coalesce(links.c.checked_at, NEVER)))


def _migrate_to_3(connection: sa.Connection) -> None:
    """Version 3: the stars of repositories day by day."""
    star_counts.create(connection)


def _migrate_to_4(connection: sa.Connection) -> None:
    """Version 4: where pictures came from, and what was shown in their place."""
    pictures.create(connection)
    placeholders.create(connection)


def _migrate_to_5(connection: sa.Connection) -> None:
    """Version 5: numbers run by run; of the last two their verdicts are still known, of earlier ones only checks."""
    run_counts.create(connection)
    last = connection.execute(sa.select(runs.c.id, runs.c.finished_at).order_by(runs.c.id.desc()).limit(2)).all()
    for run, verdict, outcome in zip(
        last, (links.c.verdict, links.c.previous_verdict), (links.c.outcome, links.c.previous_outcome), strict=False
    ):
        if run.finished_at is None:
            continue
        mentioned = sa.exists().where(mentions.c.link_id == links.c.id)
        by_verdict = sa.select(verdict, sa.func.count()).where(mentioned, verdict.is_not(None)).group_by(verdict)
        blocked = sa.select(sa.func.count()).where(mentioned, outcome == "blocked")
        found = dict.fromkeys(("dead", "suspect", "restricted", "moved", "unknown", "alive"), 0)
        for name, count in connection.execute(by_verdict):
            found[name] = count
        found["blocked"] = connection.scalar(blocked) or 0
        counted = [{"run_id": run.id, "what": what, "count": count} for what, count in found.items()]
        connection.execute(sa.insert(run_counts), counted)


def _migrate_to_6(connection: sa.Connection) -> None:
    """Version 6: which version of a page was read."""
    validators.create(connection)


def _migrate_to_7(connection: sa.Connection) -> None:
    """Version 7: who leads a run and who helps, when a host may be asked again."""
    _add_columns(connection, runs.c.leader, runs.c.due_by)
    workers.create(connection)
    leases.drop(connection)
    leases.create(connection)


def _identify_papers(connection: sa.Connection) -> None:
    """Version 8: a paper has ids by scheme; what bibliographies say of it goes by its link's kind and identity."""
    since = ("", "")
    while True:
        key = sa.tuple_(facts.c.kind, facts.c.identity)
        query = sa.select(facts.c.kind, facts.c.identity, facts.c.data).where(facts.c.type == "Paper", key > since)
        found = connection.execute(query.order_by(facts.c.kind, facts.c.identity).limit(500)).all()
        if not found:
            break
        since = (found[-1].kind, found[-1].identity)
        new = [{"its_kind": row.kind, "its_identity": row.identity, "new": _with_ids(row.data)} for row in found]
        update = sa.update(facts).values(data=sa.bindparam("new"))
        its = (facts.c.kind == sa.bindparam("its_kind"), facts.c.identity == sa.bindparam("its_identity"))
        connection.execute(update.where(*its), new)
    said = sa.update(facts).where(facts.c.type == "Publication")
    connection.execute(said.values(identity="arxiv:" + facts.c.identity))


def _with_ids(data: str) -> str:
    """Return what was known of a paper by version 7, with its ids together."""
    paper = json.loads(data)
    ids = {"arxiv": paper.pop("arxiv_id", None), "doi": paper.pop("doi", None)}
    return json.dumps({**paper, "ids": {scheme: id_ for scheme, id_ in ids.items() if id_}}, ensure_ascii=False)


def _code_reasons(connection: sa.Connection) -> None:
    """Version 9: reasons are codes with details, no texts for display any more."""
    for table in (links, checks):
        text = sa.type_coerce(table.c.reason, sa.Text)
        some = sa.select(table.c.id, text).where(text.is_not(None), table.c.id > sa.bindparam("behind"))
        some = some.order_by(table.c.id).limit(_SLICE)
        write = sa.update(table).where(table.c.id == sa.bindparam("row")).values(reason=sa.bindparam("reason"))
        behind = -1
        while rows := connection.execute(some, {"behind": behind}).all():
            connection.execute(write, [{"row": row, "reason": former_reason(was)} for row, was in rows])
            behind = rows[-1][0]


MIGRATIONS = (
    _create,
    _migrate_to_2,
    _migrate_to_3,
    _migrate_to_4,
    _migrate_to_5,
    _migrate_to_6,
    _migrate_to_7,
    _identify_papers,
    _code_reasons,
)
"""Step n takes a store from version n to n + 1. Steps are added, never changed."""


def _add_columns(connection: sa.Connection, *columns: sa.Column[Any]) -> None:
    """Add columns to tables, but for those with which an earlier step has created its table."""
    for column in columns:
        if column.name in {each["name"] for each in sa.inspect(connection).get_columns(column.table.name)}:
            continue
        definition = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {definition}")


def is_newest(connection: sa.Connection) -> bool:
    """Tell whether a store is of the newest version; raise UserError for one newer than this program."""
    found = version_of(connection)
    if found > len(MIGRATIONS):
        raise UserError(f"its version is {found}, this program knows {len(MIGRATIONS)}: upgrade notemend")
    return found == len(MIGRATIONS)


def migrate(connection: sa.Connection) -> None:
    """Bring a store to the newest version, or leave it as it is, within the one transaction that may write now."""
    found = version_of(connection)
    for step in MIGRATIONS[found:] if found else (_create,):
        step(connection)
    connection.execute(sa.delete(version))
    connection.execute(sa.insert(version).values(version=len(MIGRATIONS)))


def version_of(connection: sa.Connection) -> int:
    """Return a store's version, 0 for an empty database."""
    if not sa.inspect(connection).has_table(version.name):
        return 0
    return connection.scalar(sa.select(version.c.version)) or 0  # no row: killed while it was set up
