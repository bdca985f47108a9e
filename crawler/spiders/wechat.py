"""The wechat links of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class WechatSpider(NotesSpider):
    """Crawls links of kind `wechat` alone."""

    name = "wechat"
    kinds: ClassVar[str] = "wechat"
