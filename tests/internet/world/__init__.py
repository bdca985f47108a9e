"""What the sites know: facts from the tables beside this file, and for everything else an invention made from its id.

The same id always gives the same invention, so any folder of notes gets plausible answers. Ids that show a special
state are built by the methods of `World`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.internet.world import articles, papers, repositories
from tests.internet.world.articles import Article, find_article
from tests.internet.world.papers import Paper, find_paper
from tests.internet.world.repositories import Repository, find_repository

__all__ = ["Article", "Paper", "Repository", "World", "find_article", "find_paper", "find_repository"]


@dataclass(slots=True)
class World:
    """The settings of the small internet, and the URLs of its special cases.

    `article_size` is the weight of a live WeChat article in bytes (the real ones weigh 2 to 4 MB), `delay` what the
    slow host waits, in seconds, `retry_after` what a busy one asks for. `github_budget` and `anonymous_budget` are
    GitHub's hourly requests with and without a token, `graphql_limit` the repositories one query may ask for.
    """

    article_size: int = 60_000
    delay: float = 0.2
    retry_after: int = 1
    github_budget: int = 5_000
    anonymous_budget: int = 60
    graphql_limit: int = 100
    spent: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def article(state: str = "live", number: int = 0) -> str:
        """Return the URL of a WeChat article in that state (a table of `world/notices.toml`, or a live kind)."""
        return f"https://mp.weixin.qq.com/s/{articles.special_id(state, number)}"

    @staticmethod
    def picture(kind: str = "png", number: int = 0) -> str:
        """Return the URL of a WeChat picture: `png`, `jpeg`, `gif`, `webp`, or `deleted`."""
        form = "png" if kind in {"webp", "deleted"} else kind
        folder = {"png": "mmbiz_png", "jpeg": "mmbiz_jpg", "gif": "mmbiz_gif"}[form]
        picture = f"{kind}{number}".ljust(86, "w")
        return f"https://mmbiz.qpic.cn/{folder}/{picture}/640?wx_fmt={form}{'&tp=webp' * (kind == 'webp')}"

    @staticmethod
    def paper(state: str = "alive", number: int = 0) -> str:
        """Return the URL of an arXiv paper: `alive`, `absent` or `withdrawn`; up to number 1007."""
        return f"https://arxiv.org/abs/{papers.special_id(state, number)}"

    @staticmethod
    def repository(state: str = "alive", number: int = 0) -> str:
        """Return the URL of a repository: `alive`, `renamed`, `archived`, `missing`, `empty`, `dmca` or `tos`."""
        return f"https://github.com/{repositories.special_name(state, number)}"
