-- A store as version 1 of the tables knew it, in SQLite's words: what the program before may have left behind.

CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    host TEXT NOT NULL,
    first_seen DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    again BOOLEAN NOT NULL,
    verdict TEXT NOT NULL,
    failures_in_a_row INTEGER NOT NULL,
    last_alive DATETIME,
    moved_to TEXT,
    outcome TEXT,
    reason TEXT,
    checked_at DATETIME,
    how TEXT,
    http_status INTEGER,
    final_url TEXT,
    elapsed DATETIME,
    conclusive BOOLEAN,
    suggestion TEXT,
    suggestion_source TEXT
);
CREATE INDEX links_due ON links (kind, host, again, id);

CREATE TABLE checks (
    id INTEGER NOT NULL PRIMARY KEY,
    link_id INTEGER NOT NULL REFERENCES links (id),
    outcome TEXT,
    reason TEXT,
    checked_at DATETIME,
    how TEXT,
    http_status INTEGER,
    final_url TEXT,
    elapsed DATETIME,
    conclusive BOOLEAN,
    suggestion TEXT,
    suggestion_source TEXT
);
CREATE INDEX ix_checks_link_id ON checks (link_id);

CREATE TABLE mentions (
    note TEXT NOT NULL,
    start INTEGER NOT NULL,
    link_id INTEGER NOT NULL REFERENCES links (id),
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (note, start)
);
CREATE INDEX ix_mentions_link_id ON mentions (link_id);

CREATE TABLE facts (
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    seen_at DATETIME NOT NULL,
    PRIMARY KEY (kind, identity)
);

CREATE TABLE leases (
    host TEXT NOT NULL PRIMARY KEY,
    worker TEXT NOT NULL,
    until DATETIME NOT NULL
);

CREATE TABLE schema_version (version INTEGER NOT NULL);

INSERT INTO schema_version (version) VALUES (1);

-- 1: alive, looked at before all the others but one that never was
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row, last_alive,
    outcome, reason, checked_at, how, http_status, elapsed, conclusive)
VALUES ('https://a.example/', 'web', 'https://a.example/', 'a.example', '2026-11-01 03:00:00.000000',
    '2026-11-24 03:04:05.678901', FALSE, 'alive', 0, '2026-11-17 03:04:05.678901',
    'ok', 'HTTP 200', '2026-11-17 03:04:05.678901', 'page', 200, '1970-01-01 00:00:01.250000', FALSE);

-- 2: dead after three nights
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row, last_alive,
    outcome, reason, checked_at, how, http_status, conclusive)
VALUES ('https://a.example/dead', 'web', 'https://a.example/dead', 'a.example', '2026-11-01 03:00:00.000000',
    '2026-12-19 03:00:00.000000', FALSE, 'dead', 3, '2026-11-10 03:00:00.000000',
    'gone', 'HTTP 404', '2026-11-19 03:00:00.000000', 'page', 404, FALSE);

-- 3: moved
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row, last_alive,
    moved_to, outcome, reason, checked_at, how, http_status, final_url, conclusive)
VALUES ('https://a.example/moved', 'web', 'https://a.example/moved', 'a.example', '2026-11-01 03:00:00.000000',
    '2026-11-25 03:00:00.000000', FALSE, 'moved', 0, '2026-11-18 03:00:00.000000',
    'https://b.example/', 'moved', 'HTTP 301', '2026-11-18 03:00:00.000000', 'page', 200, 'https://b.example/', FALSE);

-- 4: never looked at
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES ('https://a.example/new', 'web', 'https://a.example/new', 'a.example', '2026-11-19 12:00:00.000000',
    '2026-11-19 12:00:00.000000', FALSE, 'unknown', 0);

-- 5: a paper, put off by a run that was killed
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row, last_alive,
    outcome, reason, checked_at, how, conclusive)
VALUES ('https://arxiv.org/abs/1706.03762', 'arxiv', '1706.03762', 'arxiv.org', '2026-11-01 03:00:00.000000',
    '2026-11-19 03:00:00.000000', TRUE, 'alive', 0, '2026-11-12 03:00:00.000000',
    'ok', 'listed', '2026-11-12 03:00:00.000000', 'api', FALSE);

-- 6: no note mentions it any more
INSERT INTO links (url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES ('https://forgotten.example/', 'web', 'https://forgotten.example/', 'forgotten.example',
    '2026-11-01 03:00:00.000000', '2026-11-01 03:00:00.000000', FALSE, 'unknown', 0);

INSERT INTO checks (link_id, outcome, reason, checked_at, how, http_status, conclusive) VALUES
    (2, 'ok', 'HTTP 200', '2026-11-10 03:00:00.000000', 'page', 200, FALSE),
    (2, 'gone', 'HTTP 404', '2026-11-17 03:00:00.000000', 'page', 404, FALSE),
    (5, 'ok', 'listed', '2026-11-12 03:00:00.000000', 'api', NULL, FALSE),
    (1, 'ok', 'HTTP 200', '2026-11-17 03:04:05.678901', 'page', 200, FALSE),
    (2, 'failed', 'timeout', '2026-11-18 03:00:00.000000', 'page', NULL, FALSE),
    (2, 'gone', 'HTTP 404', '2026-11-19 03:00:00.000000', 'page', 404, FALSE);
INSERT INTO checks (link_id, outcome, reason, checked_at, how, http_status, final_url, conclusive) VALUES
    (3, 'moved', 'HTTP 301', '2026-11-18 03:00:00.000000', 'page', 200, 'https://b.example/', FALSE);

INSERT INTO mentions (note, start, link_id, line, text) VALUES
    ('日记/a.md', 10, 1, 1, 'one'),
    ('日记/a.md', 50, 2, 2, 'two'),
    ('日记/a.md', 90, 3, 3, ''),
    ('b.md', 10, 4, 1, 'four'),
    ('b.md', 50, 5, 2, 'five'),
    ('b.md', 90, 1, 3, 'one again');

INSERT INTO facts (kind, identity, type, data, seen_at) VALUES
    ('web', 'https://a.example/', 'Page', '{"title":"题目","content_type":"text/html"}', '2026-11-17 03:04:05.678901'),
    ('arxiv', '1706.03762', 'Paper', '{"title":"Attention Is All You Need","arxiv_id":"1706.03762"}',
        '2026-11-12 03:00:00.000000');

INSERT INTO leases (host, worker, until) VALUES ('a.example', 'elsewhere:1', '2026-11-19 03:05:00.000000');
