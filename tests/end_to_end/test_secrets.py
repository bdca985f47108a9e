"""Secrets in the URLs of notes: they are sent, and shown nowhere but in the notes themselves."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from pathlib import Path

SECRET, TOKEN = "令牌hunter2", "Ab3dEf0123456789xyz"
SIGNED = (
    f"https://secret.example.org/b?X-Amz-Expires=60&X-Amz-Signature={TOKEN}1",
    f"https://secret.example.org/b?Policy={TOKEN}2&Signature={TOKEN}3&Key-Pair-Id=K",
    f"https://secret.example.org/b?sv=2022&sig={TOKEN}4%3D",
    f"https://secret.example.org/b?X-Goog-Signature={TOKEN}5&key={TOKEN}6",
    f"https://secret.example.org/r/https%3A%2F%2Fa.example%2F%3Ftoken%3D{TOKEN}7",
    f"https://secret.example.org/a;jsessionid={TOKEN}8",
)
HOST = "https://me:{}@secret.example.org"
NOTE = f"""# Note

1. [Paper {HOST.format(SECRET)}/t]({HOST.format(SECRET)}/old)
   - Code: {HOST.format(SECRET)}/gone
   - Signed: {" ".join(f"<{url}>" for url in SIGNED)} ![]({SIGNED[0]})
   - Tips: [dead]({HOST.format(quote(SECRET))}/gone2) <https://secret.example.org/a?access_token={TOKEN}>
"""
LOCATION = {"Location": "https://secret.example.org/new"}
ANSWERS: list[dict[str, Any]] = [
    {"url": "https://secret.example.org/old", "status": 301, "headers": LOCATION},
    {"url": "https://secret.example.org/new", "title": "New"},
    {"url": f"https://secret.example.org/a?access_token={TOKEN}", "title": "A"},
    {"url": "https://secret.example.org/gone", "status": 410},
    {"url": "https://secret.example.org/gone2", "status": 410},
]


def test_no_output_has_a_secret(tmp_path: Path) -> None:
    secrets = [each.encode() for each in (SECRET, quote(SECRET), TOKEN)]
    with StatedInternet(ANSWERS) as internet:
        desk = Desk(tmp_path, internet.environ())
        note = desk.write("a.md", NOTE)
        rewrite = ("-s", "REWRITE=links,snapshots,marks", "-s", "DEAD_AFTER=1")
        crawls = [
            desk.crawl(*EVERY_NIGHT, *rewrite, "-s", "LOG_LEVEL=DEBUG", "-s", f"FTP_PASSWORD={TOKEN}") for _ in range(2)
        ]
        explained = desk.run("explain", "https://secret.example.org/a?access_token=" + TOKEN)
        asked = internet.asked("https://secret.example.org/gone2")
        credentials = base64.b64encode(f"me:{SECRET}".encode()).decode()
        assert f"Basic {credentials}" in {each.headers.get("authorization") for each in asked}
    outputs = desk.outputs()
    assert {"links.parquet", "link_health.csv", "report.html", "report.json", "junit.xml"} <= outputs.keys()
    assert "https://***@secret.example.org/gone" in outputs["link_health.csv"].decode()
    kept = {name for name, data in outputs.items() if any(each in data for each in secrets)}
    assert kept == {"notes/a.md"}
    said = "".join(each.stdout + each.stderr for each in (*crawls, explained))
    assert "https://***@secret.example.org/" in said
    assert "access_token=***" in explained.stdout
    assert not [each for each in secrets if each.decode() in said]

    before = note.read_bytes()
    desk.run("publish", "-a", f"notes={desk.notes}", *rewrite, "--in-place")
    desk.run("undo", "-a", f"notes={desk.notes}")
    assert note.read_bytes() == before
