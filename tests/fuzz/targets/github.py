"""Answers of GitHub's API, as GraphQL and as REST, and its pages."""

from __future__ import annotations

from crawler.lookups.github.client import GithubLookup
from tests.fuzz.answers import due, session, store

TOKENS = (
    *(b'{"data": {"r0": ', b'"nameWithOwner": "o/r"', b'"stargazerCount": ', b"null", b'"errors": [{"type": '),
    *(b'"NOT_FOUND"', b'"RATE_LIMITED"', b'"path": ["r0"]', b'"rateLimit": {"remaining": 1}', b'"licenseInfo": {'),
    *(b'"pushedAt": "2024-03-12T15:11:02Z"', b'"databaseId": 1', b'"block": {"reason": "dmca"}', b'"html_url": '),
    *(b'"full_name": "o/r"', b'"id": 1', b"\\ud800", b"1e999", b'"message": '),
)
LINKS = due("https://github.com/o/r", "https://github.com/o/r/blob/main/a.py", "https://github.com/p/q/issues/7")
STATUSES = (200, 404, 403, 451, 502)


def one_input(data: bytes) -> None:
    status = STATUSES[data[0] % len(STATUSES)] if data else 200
    lookup = GithubLookup(session(status, data[1:]), "token")
    store(lookup(LINKS))
    store(lookup(LINKS[::-1]))
