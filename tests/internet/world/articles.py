"""WeChat articles: those of `articles.toml`, special ones named by state, and live inventions for any other id."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from tests.internet.world.papers import vocabulary

SHORT_ID = re.compile(r"[A-Za-z0-9_-]{22}")
SPECIAL = re.compile(r"([a-z-]+?)-_*\d+")
# Live: an article, a repost, a picture post (type 8), a short text (10), a film (5), a recording (7), an article that
# quotes a notice, and one that names a paper and its code.
LIVE = {"live", "repost", "pictures", "text", "video", "audio", "quoting", "naming"}
CAPTCHA = {"captcha", "captcha-redirect"}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown instead of an article; `target` is where the account has gone."""

    text: str
    block: str = "weui"
    title: str = ""
    tips: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `state` is one of `LIVE`, of `CAPTCHA` or the name of a notice."""

    id: str
    state: str
    title: str
    account: str
    account_id: str
    author: str
    published: datetime
    pictures: tuple[str, ...]


def special_id(state: str, number: int) -> str:
    """Return the well-formed id of an article in that state.

    Raises ValueError for a state there is not.
    """
    if state not in LIVE | CAPTCHA | notices().keys():
        raise ValueError(f"no such state: {state}")
    return f"{state}-{number:_>{21 - len(state)}}"


@cache
def find_article(identity: str) -> Article:
    """Return the article of a short id, or of the `__biz|mid|idx|sn` of a long URL."""
    random = Random(f"article {identity}")
    words = vocabulary()
    special = SPECIAL.fullmatch(identity)
    subject, phrase = random.choice(words["subjects"]), random.choice(words["phrases"])
    facts: dict[str, object] = {
        "state": special[1] if special and special[1] in LIVE | CAPTCHA | notices().keys() else "live",
        "title": f"{subject}：{phrase}",
        "account": random.choice(words["accounts"]),
        "author": random.choice(words["writers"]),
        "published": datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(2_000_000)),
        "pictures": tuple(invent_picture(random) for _ in range(random.randrange(2, 5))),
        **table().get(identity, {}),
    }
    account = Random(f"account {facts['account']}")
    account_id = f"gh_{account.getrandbits(48):012x}"
    return Article(id=identity, account_id=account_id, **facts)  # type: ignore[arg-type]


def invent_picture(random: Random) -> str:
    """Make up the URL of a picture."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    form = random.choice(("png", "jpeg"))
    folder = {"png": "mmbiz_png", "jpeg": "mmbiz_jpg"}[form]
    return f"https://mmbiz.qpic.cn/{folder}/{''.join(random.choices(letters, k=86))}/640?wx_fmt={form}"


@cache
def notices() -> dict[str, Notice]:
    """Return the notices of `notices.toml` by state."""
    rows = tomllib.loads(Path(__file__).with_name("notices.toml").read_text(encoding="utf-8"))
    return {state: Notice(**row) for state, row in rows.items()}


@cache
def table() -> dict[str, dict[str, object]]:
    """Return what `articles.toml` knows, by id."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["article"]
    return {row["id"]: {name: value for name, value in row.items() if name != "id"} for row in rows}
