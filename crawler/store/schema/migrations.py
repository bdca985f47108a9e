"""Migrate a link database to the newest version."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, DropIndex, ExecutableDDLElement

from crawler.errors import UserError
from crawler.messages import say
from crawler.models.reasons.former_reasons import former_reason
from crawler.store.schema.tables import (
    NEVER,
    bare_titles,
    checks,
    facts,
    fragments,
    hosts,
    image_places,
    links,
    mentions,
    notes,
    outputs,
    page_versions,
    pictures,
    placeholders,
    run_counts,
    runs,
    star_counts,
    tables,
    uploads,
    validators,
    version,
    vouches,
)

_SLICE = 10_000
"""Rows that a migration reads and writes at a time."""


def _create(connection: sa.Connection) -> None:
    """Create all tables in an empty database."""
    for statement in _statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


@cache
def _statements(dialect_name: str) -> tuple[str, ...]:
    """Return the statements that create all tables: asking for each of them first takes as long as creating them.

    Compiling takes as long as running them in memory: a process that opens many stores, as tests do, does it once.
    """
    statements: list[ExecutableDDLElement] = []
    for table in tables.sorted_tables:
        statements.append(CreateTable(table, if_not_exists=True))
        statements += (CreateIndex(index, if_not_exists=True) for index in table.indexes)
    dialect = sa.dialects.registry.load(dialect_name)()
    return tuple(str(each.compile(dialect=dialect)) for each in statements)


def _migrate_to_2(connection: sa.Connection) -> None:
    """Version 2: order of checks, runs with changes, snapshots, dates of notes."""
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
    # All rows: PostgreSQL reads the column's default in the server's time zone, which may be long before NEVER.
    connection.execute(sa.update(links).values(waiting_since=sa.func.coalesce(links.c.checked_at, NEVER)))


def _migrate_to_3(connection: sa.Connection) -> None:
    """Version 3: star counts of repositories by day."""
    star_counts.create(connection)


def _migrate_to_4(connection: sa.Connection) -> None:
    """Version 4: sources of images, and placeholders."""
    pictures.create(connection)
    placeholders.create(connection)


def _migrate_to_5(connection: sa.Connection) -> None:
    """Version 5: numbers by run, filled in for the last two runs, whose verdicts are still known."""
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
    """Version 6: validators of pages."""
    validators.create(connection)


def _migrate_to_7(connection: sa.Connection) -> None:
    """Version 7: leader and workers of a run, and leases of hosts, which version 19 removes."""


def _identify_papers(connection: sa.Connection) -> None:
    """Version 8: ids of a paper by scheme; publications by kind and identity of the paper's link."""
    after = ("", "")
    while True:
        key = sa.tuple_(facts.c.kind, facts.c.identity)
        query = sa.select(facts.c.kind, facts.c.identity, facts.c.data).where(facts.c.type == "Paper", key > after)
        found = connection.execute(query.order_by(facts.c.kind, facts.c.identity).limit(500)).all()
        if not found:
            break
        after = (found[-1].kind, found[-1].identity)
        new = [{"its_kind": row.kind, "its_identity": row.identity, "new": _with_ids(row.data)} for row in found]
        update = sa.update(facts).values(data=sa.bindparam("new"))
        its = (facts.c.kind == sa.bindparam("its_kind"), facts.c.identity == sa.bindparam("its_identity"))
        connection.execute(update.where(*its), new)
    publications = sa.update(facts).where(facts.c.type == "Publication")
    connection.execute(publications.values(identity="arxiv:" + facts.c.identity))


def _with_ids(data: str) -> str:
    """Return the JSON of a paper of version 7 with its ids in one object."""
    paper = json.loads(data)
    ids = {"arxiv": paper.pop("arxiv_id", None), "doi": paper.pop("doi", None)}
    return json.dumps({**paper, "ids": {scheme: id_ for scheme, id_ in ids.items() if id_}}, ensure_ascii=False)


def _code_reasons(connection: sa.Connection) -> None:
    """Version 9: reasons as codes with details instead of texts."""
    for table in (links, checks):
        text = sa.type_coerce(table.c.reason, sa.Text)
        some = sa.select(table.c.id, text).where(text.is_not(None), table.c.id > sa.bindparam("behind"))
        some = some.order_by(table.c.id).limit(_SLICE)
        write = sa.update(table).where(table.c.id == sa.bindparam("row")).values(reason=sa.bindparam("reason"))
        behind = -1
        while rows := connection.execute(some, {"behind": behind}).all():
            connection.execute(write, [{"row": row, "reason": former_reason(was)} for row, was in rows])
            behind = rows[-1][0]


def _remember_renderings(connection: sa.Connection) -> None:
    """Version 10: registered notes, and digests of the inputs of outputs."""
    notes.create(connection)
    fragments.create(connection)
    outputs.create(connection)


def _add_vouches(connection: sa.Connection) -> None:
    """Version 11: what persons say of links."""
    vouches.create(connection)


def _add_page_versions(connection: sa.Connection) -> None:
    """Version 12: what pages showed. A page that moved by the former rules is judged again before notes get its URL."""
    page_versions.create(connection)
    has_moved = sa.and_(links.c.moved_to.is_not(None), links.c.how == "page")
    connection.execute(sa.delete(validators).where(validators.c.link_id.in_(sa.select(links.c.id).where(has_moved))))
    connection.execute(sa.update(links).where(has_moved).values(moved_to=None))


def _add_other_readings(connection: sa.Connection) -> None:
    """Version 13: other readings of URLs whose ends are guesses. Notes are registered again by the new program."""
    _add_columns(connection, mentions.c.other_url)


def _keep_images(connection: sa.Connection) -> None:
    """Version 14: images that are wanted though no note mentions them, and images that came in place of saved ones."""
    _add_columns(connection, links.c.wanted, links.c.newer_image)


def _add_uploads(connection: sa.Connection) -> None:
    """Version 15: URLs of uploaded images."""
    uploads.create(connection)


def _add_image_places(connection: sa.Connection) -> None:
    """Version 16: files that show images beside notes."""
    image_places.create(connection)


def _add_anchors(connection: sa.Connection) -> None:
    """Version 17: the fragments that notes ask of pages, and which the pages have."""
    _add_columns(connection, links.c.anchors, mentions.c.fragment)


def _add_looks(connection: sa.Connection) -> None:
    """Version 18: what placeholders look like."""
    _add_columns(connection, placeholders.c.look)


def _plan_shards(connection: sa.Connection) -> None:
    """Version 19: runs of one process and its shards, in place of workers with leases."""
    for name in ("leases", "workers"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    known = {each["name"] for each in sa.inspect(connection).get_columns(runs.name)}
    for name in sorted(known & {"leader", "due_by"}):
        connection.exec_driver_sql(f"ALTER TABLE {runs.name} DROP COLUMN {name}")
    _add_columns(connection, runs.c.process, runs.c.locked_at, runs.c.stopping)
    _add_columns(connection, links.c.run_id, links.c.leads_to, checks.c.run_id)
    hosts.create(connection, checkfirst=True)
    for index in checks.indexes:
        index.create(connection, checkfirst=True)


def _add_ratings(connection: sa.Connection) -> None:
    """Version 20: which articles and papers entries list, and how these are rated."""
    _add_columns(connection, mentions.c.rating)


def _add_bare_titles(connection: sa.Connection) -> None:
    """Version 21: titles of papers that notes list without a link."""
    bare_titles.create(connection, checkfirst=True)


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
    _remember_renderings,
    _add_vouches,
    _add_page_versions,
    _add_other_readings,
    _keep_images,
    _add_uploads,
    _add_image_places,
    _add_anchors,
    _add_looks,
    _plan_shards,
    _add_ratings,
    _add_bare_titles,
)
"""Step n (from 0) migrates a database from version n to n + 1. Steps are added, never changed."""


def _add_columns(connection: sa.Connection, *columns: sa.Column[Any]) -> None:
    """Add columns to tables, except those that exist because an earlier step created the whole table."""
    for column in columns:
        if column.name in {each["name"] for each in sa.inspect(connection).get_columns(column.table.name)}:
            continue
        definition = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {definition}")


def is_newest(connection: sa.Connection) -> bool:
    """Return whether a database has the newest version; raise UserError if it is newer than this program."""
    found = version_of(connection)
    if found > len(MIGRATIONS):
        raise UserError(say("error.database_newer", found=found, expected=len(MIGRATIONS)))
    return found == len(MIGRATIONS)


def migrate(connection: sa.Connection) -> None:
    """Migrate a database to the newest version in one transaction."""
    found = version_of(connection)
    for step in MIGRATIONS[found:] if found else (_create,):
        step(connection)
    connection.execute(sa.delete(version))
    connection.execute(sa.insert(version).values(version=len(MIGRATIONS)))


def version_of(connection: sa.Connection) -> int:
    """Return the version of a database, 0 if it is empty."""
    if not sa.inspect(connection).has_table(version.name):
        return 0
    return connection.scalar(sa.select(version.c.version)) or 0  # no row: killed while it was created
