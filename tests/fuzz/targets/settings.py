"""Settings from a command line: each is read, or refused in one line."""

from __future__ import annotations

from contextlib import suppress

from crawler import settings
from crawler.config.crawl_options import read_options
from crawler.config.plain_settings import PlainSettings
from crawler.config.setting_readers import READERS
from crawler.errors import UserError
from crawler.kinds.registry import kind_names

NAMES = sorted(READERS)
TOKENS = (
    *(b'{"*": 0}', b'{"a.example.org": 1.5}', b"https://a.example.org/", b"s3://bucket/x", b"[1, 2]", b"inf", b"nan"),
    *(b"-1", b"1e999", b"True", b"None", b"postgresql://a:b@c/d", b'{"', b"[", b"(?", b"*", b"\\", b"{year}/{slug}"),
)


def one_input(data: bytes) -> None:
    given = {}
    for line in data.split(b"\n")[:4]:
        given[NAMES[line[0] % len(NAMES)] if line else "NOTES_DIR"] = line[1:].decode(errors="surrogateescape")
    with suppress(UserError):
        read_options(PlainSettings(settings, given), kind_names())
