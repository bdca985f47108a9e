-- A store as version 7 of the tables knew it, in SQLite's words: its reasons are texts.

CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    host TEXT NOT NULL,
    first_seen DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    waiting_since DATETIME DEFAULT '1970-01-01 00:00:00.000000' NOT NULL,
    again BOOLEAN NOT NULL,
    verdict TEXT NOT NULL,
    failures_in_a_row INTEGER NOT NULL,
    last_alive DATETIME,
    moved_to TEXT,
    snapshot TEXT,
    snapshot_asked_at DATETIME,
    previous_verdict TEXT,
    previous_outcome TEXT,
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
CREATE INDEX links_due ON links (kind, host, again, waiting_since, id);

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
    day DATE,
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

CREATE TABLE star_counts (
    identity TEXT NOT NULL,
    day DATE NOT NULL,
    stars INTEGER NOT NULL,
    PRIMARY KEY (identity, day)
);

CREATE TABLE pictures (
    link_id INTEGER NOT NULL REFERENCES links (id),
    title TEXT NOT NULL,
    address TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    PRIMARY KEY (link_id)
);
CREATE INDEX ix_pictures_title ON pictures (title);

CREATE TABLE validators (
    link_id INTEGER NOT NULL REFERENCES links (id),
    address TEXT NOT NULL,
    read_at DATETIME NOT NULL,
    etag TEXT,
    last_modified TEXT,
    PRIMARY KEY (link_id)
);

CREATE TABLE placeholders (
    title TEXT NOT NULL,
    learned_at DATETIME NOT NULL,
    PRIMARY KEY (title)
);

CREATE TABLE workers (
    worker TEXT NOT NULL,
    until DATETIME NOT NULL,
    PRIMARY KEY (worker)
);

CREATE TABLE leases (
    host TEXT NOT NULL,
    worker TEXT,
    until DATETIME,
    free_at DATETIME DEFAULT '1970-01-01 00:00:00.000000' NOT NULL,
    closed BOOLEAN DEFAULT FALSE NOT NULL,
    PRIMARY KEY (host)
);
CREATE INDEX ix_leases_worker ON leases (worker);

CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    leader TEXT,
    due_by DATETIME
);

CREATE TABLE run_counts (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run_id, what)
);

CREATE TABLE schema_version (version INTEGER NOT NULL);

INSERT INTO schema_version (version) VALUES (7);

INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, waiting_since, again, verdict, failures_in_a_row,
    last_alive, outcome, reason, checked_at, how, http_status, conclusive)
VALUES
    (1, 'https://a.example/', 'web', 'https://a.example/', 'a.example', '2026-11-01 03:00:00.000000',
     '2026-11-26 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'alive', 0, '2026-11-19 03:00:00.000000',
     'ok', 'answers', '2026-11-19 03:00:00.000000', 'page', 200, FALSE),
    (2, 'https://a.example/all', 'web', 'https://a.example/all', 'a.example', '2026-11-01 03:00:00.000000',
     '2026-12-19 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'dead', 3, '2026-11-10 03:00:00.000000',
     'gone', 'the same page as at any other address there', '2026-11-19 03:00:00.000000', 'page', 200, FALSE),
    (3, 'https://a.example/p.png', 'image', 'https://a.example/p.png', 'a.example', '2026-11-01 03:00:00.000000',
     '2026-11-26 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'suspect', 1, NULL,
     'gone', 'not found; kept from the article', '2026-11-19 03:00:00.000000', 'page', 404, FALSE),
    (4, 'https://v.example/v.mp4', 'web', 'https://v.example/v.mp4', 'v.example', '2026-11-01 03:00:00.000000',
     '2026-12-19 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'dead', 1, NULL,
     'gone', 'signed address, expired 2022-07-11 (vid wxv_24717)', '2026-11-19 03:00:00.000000', 'page', 403, TRUE),
    (5, 'https://arxiv.org/abs/1706.03762', 'arxiv', '1706.03762', 'arxiv.org', '2026-11-01 03:00:00.000000',
     '2026-11-26 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'alive', 0, '2026-11-12 03:00:00.000000',
     'skipped', 'arXiv''s API did not answer: HTTP 503', '2026-11-19 03:00:00.000000', 'api', NULL, FALSE),
    (6, 'https://a.example/later', 'web', 'https://a.example/later', 'a.example', '2026-11-01 03:00:00.000000',
     '2026-11-26 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'unknown', 0, NULL,
     'blocked', 'timeout; not tried again tonight', '2026-11-19 03:00:00.000000', 'page', NULL, FALSE),
    (7, 'https://a.example/odd', 'web', 'https://a.example/odd', 'a.example', '2026-11-01 03:00:00.000000',
     '2026-11-26 03:00:00.000000', '2026-11-19 03:00:00.000000', FALSE, 'suspect', 1, NULL,
     'failed', 'what | nobody wrote; here', '2026-11-19 03:00:00.000000', 'page', NULL, FALSE),
    (8, 'https://a.example/new', 'web', 'https://a.example/new', 'a.example', '2026-11-19 12:00:00.000000',
     '2026-11-19 12:00:00.000000', '1970-01-01 00:00:00.000000', FALSE, 'unknown', 0, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO checks (link_id, outcome, reason, checked_at, how, http_status, conclusive) VALUES
    (2, 'ok', 'answers; signed address, expires 2030-01-01', '2026-11-10 03:00:00.000000', 'page', 200, FALSE),
    (2, 'gone', 'not found', '2026-11-17 03:00:00.000000', 'page', 404, FALSE),
    (2, 'blocked', 'challenge of a bot wall (Cloudflare)', '2026-11-18 03:00:00.000000', 'page', 403, FALSE),
    (2, 'gone', 'the same page as at any other address there', '2026-11-19 03:00:00.000000', 'page', 200, FALSE),
    (1, 'ok', 'answers', '2026-11-19 03:00:00.000000', 'page', 200, FALSE);

INSERT INTO mentions (note, start, link_id, line, text) VALUES
    ('a.md', 10, 1, 1, 'one'),
    ('a.md', 20, 2, 2, 'two'),
    ('a.md', 30, 3, 3, ''),
    ('a.md', 40, 4, 4, 'four'),
    ('a.md', 50, 5, 5, 'five'),
    ('a.md', 60, 6, 6, 'six'),
    ('a.md', 70, 7, 7, 'seven'),
    ('a.md', 80, 8, 8, 'eight');
