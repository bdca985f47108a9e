-- A store as version 7 of the tables knew it, in SQLite's words: papers know their ids one by one.

CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
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
    suggestion_source TEXT,
    UNIQUE (url)
);

CREATE TABLE checks (
    id INTEGER NOT NULL PRIMARY KEY,
    link_id INTEGER NOT NULL,
    outcome TEXT,
    reason TEXT,
    checked_at DATETIME,
    how TEXT,
    http_status INTEGER,
    final_url TEXT,
    elapsed DATETIME,
    conclusive BOOLEAN,
    suggestion TEXT,
    suggestion_source TEXT,
    FOREIGN KEY(link_id) REFERENCES links (id)
);

CREATE TABLE mentions (
    note TEXT NOT NULL,
    start INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    day DATE,
    PRIMARY KEY (note, start),
    FOREIGN KEY(link_id) REFERENCES links (id)
);

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
    link_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    address TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    PRIMARY KEY (link_id),
    FOREIGN KEY(link_id) REFERENCES links (id)
);

CREATE TABLE validators (
    link_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    read_at DATETIME NOT NULL,
    etag TEXT,
    last_modified TEXT,
    PRIMARY KEY (link_id),
    FOREIGN KEY(link_id) REFERENCES links (id)
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

CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    leader TEXT,
    due_by DATETIME
);

CREATE TABLE run_counts (
    run_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run_id, what),
    FOREIGN KEY(run_id) REFERENCES runs (id)
);

CREATE TABLE schema_version (
    version INTEGER NOT NULL
);

CREATE INDEX links_due ON links (kind, host, again, waiting_since, id);
CREATE INDEX ix_leases_worker ON leases (worker);
CREATE INDEX ix_checks_link_id ON checks (link_id);
CREATE INDEX ix_mentions_link_id ON mentions (link_id);
CREATE INDEX ix_pictures_title ON pictures (title);

INSERT INTO schema_version (version) VALUES (7);

INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (1, 'https://arxiv.org/abs/1706.03762', 'arxiv', '1706.03762',
    'arxiv.org', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 1, 1, 1, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('arxiv', '1706.03762', 'Paper',
    '{"title": "Attention Is All You Need", "arxiv_id": "1706.03762", "authors": ["Ashish Vaswani"], "doi": null}',
    '2026-11-17 03:00:00.000000');
INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (2, 'https://arxiv.org/abs/cs/0101001', 'arxiv', 'cs/0101001',
    'arxiv.org', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 2, 2, 2, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('arxiv', 'cs/0101001', 'Paper',
    '{"title": "题目", "arxiv_id": "cs/0101001", "doi": "10.1000/loops.7", "venue": "CVPR", "venue_year": 2022}',
    '2026-11-17 03:00:00.000000');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('openalex', '1706.03762', 'Publication',
    '{"title": "Attention Is All You Need", "authors": ["Ashish Vaswani"], "arxiv_id": "1706.03762", "venues": ["NeurIPS"], "year": 2017}',
    '2026-11-17 03:00:00.000000');
INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (3, 'https://github.com/o/r', 'github', 'o/r',
    'github.com', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 3, 3, 3, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('github', 'o/r', 'Repository',
    '{"title": "o/r", "stars": 7, "papers": ["1706.03762"]}',
    '2026-11-17 03:00:00.000000');
INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (4, 'https://mp.weixin.qq.com/s/A', 'wechat', 'https://mp.weixin.qq.com/s/A',
    'mp.weixin.qq.com', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 4, 4, 4, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('wechat', 'https://mp.weixin.qq.com/s/A', 'Article',
    '{"title": "标题", "account": "号"}',
    '2026-11-17 03:00:00.000000');
INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (5, 'https://a.example/', 'web', 'https://a.example/',
    'a.example', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 5, 5, 5, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('web', 'https://a.example/', 'Page',
    '{"title": "t", "content_type": "text/html"}',
    '2026-11-17 03:00:00.000000');
INSERT INTO links (id, url, kind, identity, host, first_seen, due_at, again, verdict, failures_in_a_row)
VALUES (6, 'https://a.example/p.png', 'image', 'https://a.example/p.png',
    'a.example', '2026-11-01 03:00:00.000000', '2026-11-24 03:00:00.000000', FALSE, 'alive', 0);
INSERT INTO mentions (note, start, link_id, line, text) VALUES ('a.md', 6, 6, 6, '');
INSERT INTO facts (kind, identity, type, data, seen_at)
VALUES ('image', 'https://a.example/p.png', 'Picture',
    '{"title": "ab/abc.png", "sha256": "abc", "media_type": "image/png", "size": 12}',
    '2026-11-17 03:00:00.000000');
