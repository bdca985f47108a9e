"""Write `summary.md`: the changes of the last run and the dead links, for job summaries, mails and chats."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.atomic_files import write_atomically
from crawler.messages import language
from crawler.models.link import Verdict
from pipelines.reports.contract import LANGUAGE, LINKS
from pipelines.reports.html.translations import load_translations
from pipelines.reports.notices.news import News, group_label, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import Rendering, TakeLink
    from pipelines.reports.notices.news import ChangedLink

INPUTS, FILES = (LINKS, LANGUAGE), ("summary.md",)
SHOWS_CHANGES = True

_BACKTICKS = re.compile("`+")


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink]:
    """Write the file after all links were taken."""
    news = News()
    yield news.take
    write_atomically(rendering.output_dir / FILES[0], markdown(news).encode(errors="replace"))


def markdown(news: News) -> str:
    """Return the summary."""
    words = {key: texts[language()] for key, texts in load_translations().items()}
    verdicts = [f"{count:,} {words[f'verdict.{name}']}" for name in Verdict if (count := news.verdicts[name])]
    total = f"{words['links']}: {news.verdicts.total():,}"
    changes = headline(news.totals) or words["same"]
    parts = [f"## notemend: {changes}", f"{total} ({', '.join(verdicts)})" if verdicts else total]
    for name, count, links in news.groups:
        more = count - len(links)
        lines = [f"### {group_label(name)} ({count:,})", "", *map(_item, links)]
        parts.append("\n".join([*lines, *([f"- {words['notice.more'].format(n=more)}"] if more else [])]))
    return "\n\n".join(parts) + "\n"


def _item(link: ChangedLink) -> str:
    place = f"{as_code(link.location)} " if link.location else ""
    better = f" → {as_code(link.replacement)}" if link.replacement else ""
    reason = f" {as_code(link.reason)}" if link.reason else ""
    return f"- {place}{as_code(link.url)}{reason}{better}"


def as_code(text: str) -> str:
    """Return a text of one line as code, in which nothing is markup, a mention of a user or a link."""
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{blank}{text}{blank}{fence}"
